import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { uuid } from "../core/identifiers";
import { checkOneOf, checkRange, checkText } from "../core/checks";
import { refer, referAll, referBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Plain, Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import type { World, WorldResource } from "../core/world";
import { checkMixedInstances } from "./mixedInstances";
import { decodeUserData } from "../ec2/launchTemplates";
import { show } from "../core/text";

type GroupRequest = Request<GroupArgs>;

function checkSizes({ inputs, refuse }: GroupRequest): void {
  const { minSize, maxSize, desiredCapacity } = inputs;
  if (minSize > maxSize) {
    refuse(
      "maxSize",
      "ValidationError",
      `Max bound, ${show(maxSize)}, must be greater than or equal to min bound, ${show(minSize)}`,
    );
  }
  if (minSize < 0) refuse("minSize", "ValidationError", `Min bound, ${show(minSize)}, must not be negative`);
  if (desiredCapacity !== undefined && (desiredCapacity < minSize || desiredCapacity > maxSize)) {
    refuse(
      "desiredCapacity",
      "ValidationError",
      `Desired capacity:${show(desiredCapacity)} must be between the specified min size:${show(minSize)} and max size:${show(maxSize)}`,
    );
  }
}

/** A version by which a group names its template: one that exists, or a word. */
function checkVersion({ refuse }: GroupRequest, path: string, template: WorldResource, version: unknown): void {
  if (version === undefined || version === "$Latest" || version === "$Default") return;
  const number = Number(version);
  if (!Number.isInteger(number) || number < 1 || number > Number(template.outputs.latestVersion)) {
    refuse(
      path,
      "ValidationError",
      `You must use a valid fully-formed launch template. Launch template version ${show(version)} of ${template.id} does not exist`,
    );
  }
}

/** The templates that a group launches from, each with the path that names it. */
function templatesOf(request: GroupRequest): { path: string; template: WorldResource; typed: boolean }[] {
  const { inputs, refuse } = request;
  const mixed = inputs.mixedInstancesPolicy;
  if ((inputs.launchTemplate === undefined) === (mixed === undefined)) {
    refuse(
      "launchTemplate",
      "ValidationError",
      "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
    );
  }
  const overrides = mixed?.launchTemplate.overrides ?? [];
  const named = [
    { path: "launchTemplate", reference: inputs.launchTemplate, property: "id", typed: false },
    {
      path: "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification",
      reference: mixed && {
        ...mixed.launchTemplate.launchTemplateSpecification,
        id: mixed.launchTemplate.launchTemplateSpecification.launchTemplateId,
        name: mixed.launchTemplate.launchTemplateSpecification.launchTemplateName,
      },
      property: "launchTemplateId",
      typed: overrides.some(
        (override) => override.instanceType !== undefined || override.instanceRequirements !== undefined,
      ),
    },
  ];
  return named.flatMap(({ path, reference, property, typed }) => {
    if (reference === undefined) return [];
    const template =
      reference.id === undefined
        ? referBy(request, `${path}.name`, reference.name, {
            type: "aws:ec2/launchTemplate:LaunchTemplate",
            by: "name",
            code: "ValidationError",
            message: `The specified launch template, with template name ${show(reference.name)}, does not exist.`,
          })
        : refer(request, `${path}.${property}`, reference.id, "launchTemplate");
    if (template === undefined) return [];
    checkVersion(request, `${path}.version`, template, reference.version);
    return [{ path, template, typed }];
  });
}

/** Refuses a template that could not be launched into these subnets. */
function checkLaunch(request: GroupRequest, subnets: readonly WorldResource[]): void {
  const { world, refuse } = request;
  const zones = new Set(subnets.map((subnet) => subnet.outputs.availabilityZone));
  for (const { path, template, typed } of templatesOf(request)) {
    const { outputs } = template;
    if (outputs.imageId === undefined) {
      refuse(
        path,
        "ValidationError",
        `You must use a valid fully-formed launch template. The request must contain the parameter ImageId`,
      );
    }
    if (outputs.instanceType === undefined && outputs.instanceRequirements === undefined && !typed) {
      refuse(
        path,
        "ValidationError",
        `You must use a valid fully-formed launch template. The request must contain the parameter InstanceType`,
      );
    }
    const groups = [
      ...((outputs.vpcSecurityGroupIds as string[] | undefined) ?? []),
      ...((outputs.networkInterfaces as { securityGroups?: string[] }[] | undefined) ?? []).flatMap(
        (card) => card.securityGroups ?? [],
      ),
    ];
    for (const id of groups) {
      const group = world.find("aws:ec2/securityGroup:SecurityGroup", "id", id);
      if (group && subnets[0] && group.outputs.vpcId !== subnets[0].outputs.vpcId) {
        refuse(
          path,
          "ValidationError",
          `Security group ${id} and subnet ${subnets[0].id} belong to different networks.`,
        );
      }
    }
    for (const id of new Set(
      decodeUserData(outputs.userData)
        ?.toString("utf8")
        .match(/\bvol-[0-9a-f]{8,17}\b/g),
    )) {
      const zone = world.find("aws:ebs/volume:Volume", "id", id)?.outputs.availabilityZone;
      if (zone !== undefined && zones.size > 0 && (zones.size > 1 || !zones.has(zone))) {
        refuse(
          "vpcZoneIdentifiers",
          "InvalidVolume.ZoneMismatch",
          `The volume '${id}' is in ${show(zone)}, machines of this group start in ${[...zones].join(", ")}`,
        );
      }
    }
  }
}

function checkTargetGroups(request: GroupRequest, vpcId: unknown): void {
  (request.inputs.targetGroupArns ?? []).forEach((arn, index) => {
    const path = `targetGroupArns[${show(index)}]`;
    const target = referBy(request, path, arn, {
      type: "aws:lb/targetGroup:TargetGroup",
      by: "arn",
      code: "ValidationError",
      message: `Provided Target Groups may not be valid. Please ensure they exist and try again: ${arn}`,
    });
    if (target && target.outputs.targetType !== "instance") {
      request.refuse(
        path,
        "ValidationError",
        `Target group ${arn} has target type ${show(target.outputs.targetType)}; a group registers instances`,
      );
    }
    if (target && vpcId !== undefined && target.outputs.vpcId !== vpcId) {
      request.refuse(
        path,
        "ValidationError",
        "The target group and the Auto Scaling group's subnets must be in the same VPC",
      );
    }
  });
}

function checkRefresh(request: GroupRequest): void {
  const refresh = request.inputs.instanceRefresh;
  if (refresh === undefined) return;
  checkOneOf(request, "instanceRefresh.strategy", refresh.strategy, ["Rolling", "ReplaceRootVolume"]);
  const { preferences } = refresh;
  checkRange(request, "instanceRefresh.preferences.minHealthyPercentage", preferences?.minHealthyPercentage, [0, 100]);
  checkRange(
    request,
    "instanceRefresh.preferences.maxHealthyPercentage",
    preferences?.maxHealthyPercentage,
    [100, 200],
  );
  const { minHealthyPercentage: least, maxHealthyPercentage: most } = preferences ?? {};
  if (least !== undefined && most !== undefined && most - least > 100) {
    request.refuse(
      "instanceRefresh.preferences.maxHealthyPercentage",
      "ValidationError",
      "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100",
    );
  }
}

const group = resourceType<GroupArgs>({
  token: "aws:autoscaling/group:Group",
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name", longest: 255 },
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "AlreadyExists",
    message: `AutoScalingGroup by this name already exists - A group with the name ${show(inputs.name)} already exists`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, { longest: 255, pattern: /^[^:\p{C}]+$/u });
    checkSizes(request);
    const subnets = referAll(request, "vpcZoneIdentifiers", inputs.vpcZoneIdentifiers, "subnet");
    if ((inputs.vpcZoneIdentifiers ?? inputs.availabilityZones ?? []).length === 0) {
      refuse("vpcZoneIdentifiers", "ValidationError", "At least one Availability Zone or VPC Subnet is required.");
    }
    if (new Set(subnets.map((subnet) => subnet.outputs.vpcId)).size > 1) {
      refuse("vpcZoneIdentifiers", "ValidationError", "The subnets of a group belong to one VPC");
    }
    checkLaunch(request, subnets);
    checkMixedInstances(request);
    checkTargetGroups(request, subnets[0]?.outputs.vpcId);
    checkRefresh(request);
    checkOneOf(request, "healthCheckType", inputs.healthCheckType, ["EC2", "ELB", "EBS", "VPC_LATTICE"]);
    checkRange(request, "healthCheckGracePeriod", inputs.healthCheckGracePeriod, [0, 31_536_000]);
    if (inputs.maxInstanceLifetime !== undefined && inputs.maxInstanceLifetime !== 0) {
      checkRange(request, "maxInstanceLifetime", inputs.maxInstanceLifetime, [86_400, 31_536_000]);
    }
    for (const [index, process] of (inputs.suspendedProcesses ?? []).entries()) {
      checkOneOf(request, `suspendedProcesses[${show(index)}]`, process, processes);
    }
    const tags = inputs.tags ?? [];
    checkTags(request, Object.fromEntries(tags.map((tag) => [tag.key, tag.value])));
    tags.forEach((tag, index) => {
      if (tags.findIndex((other) => other.key === tag.key) !== index) {
        refuse(`tags[${show(index)}]`, "ValidationError", `Duplicate tag keys found: ${tag.key}`);
      }
    });
  },
  create: ({ inputs, seed, world }) => {
    const name = show(inputs.name);
    return {
      id: name,
      outputs: {
        arn: world.arn("autoscaling", `autoScalingGroup:${uuid(seed)}:autoScalingGroupName/${name}`),
        availabilityZones: zonesOf(inputs, world),
        defaultCooldown: inputs.defaultCooldown ?? 300,
        desiredCapacity: inputs.desiredCapacity ?? inputs.minSize,
        healthCheckGracePeriod: inputs.healthCheckGracePeriod ?? 300,
        healthCheckType: inputs.healthCheckType ?? "EC2",
        serviceLinkedRoleArn: world.globalArn(
          "iam",
          "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        ),
        vpcZoneIdentifiers: inputs.vpcZoneIdentifiers ?? [],
      },
    };
  },
});

const processes = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
];

const zonesOf = (inputs: Plain<GroupArgs>, world: World): unknown[] => [
  ...new Set(
    (inputs.vpcZoneIdentifiers ?? []).map(
      (id) => world.find("aws:ec2/subnet:Subnet", "id", id)?.outputs.availabilityZone,
    ),
  ),
];

/** Groups that keep machines alive. */
export const autoscalingGroupTypes = [group];
