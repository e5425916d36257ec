import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { checkRange, checkText } from "../core/checks";
import { uuid } from "../core/identifiers";
import { resolveReference, resolveReferenceBy, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import type { WorldResource } from "../core/world";
import { decodeUserData, volumeIdsIn } from "../ec2/launchTemplates";
import { checkImageParameter } from "./imageParameters";
import { checkMixedInstances } from "./mixedInstances";

type GroupRequest = Request<GroupArgs>;

function checkSizes({ inputs, refuse }: GroupRequest): void {
  const { minSize, maxSize } = inputs;
  if (minSize > maxSize) {
    const message = `Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`;
    refuse("maxSize", "ValidationError", message);
  }
  if (minSize < 0) refuse("minSize", "ValidationError", `Min bound, ${minSize}, must not be negative`);
}

/** Launch template of a group, and the input that names it. */
function resolveLaunchTemplate(request: GroupRequest): { path: string; template: WorldResource | undefined } {
  const { launchTemplate, mixedInstancesPolicy } = request.inputs;
  const path =
    mixedInstancesPolicy === undefined
      ? "launchTemplate.id"
      : "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId";
  const id = mixedInstancesPolicy?.launchTemplate.launchTemplateSpecification.launchTemplateId ?? launchTemplate?.id;
  return { path, template: resolveReference(request, path, id, "launchTemplate") };
}

/** Refuses a launch template whose instances could not start in these subnets. */
function checkLaunch(request: GroupRequest, subnets: readonly WorldResource[]): void {
  const { world, refuse } = request;
  const { path, template } = resolveLaunchTemplate(request);
  if (template === undefined) return;
  checkImageParameter(request, template);
  const interfaces = template.outputs.networkInterfaces as { securityGroups?: string[] }[] | undefined;
  for (const id of (interfaces ?? []).flatMap(({ securityGroups }) => securityGroups ?? [])) {
    const group = world.find("aws:ec2/securityGroup:SecurityGroup", "id", id);
    // Nothing is known about the VPC of a group that exists outside the stack.
    if (group?.outputs.vpcId === undefined || subnets[0] === undefined) continue;
    if (group.outputs.vpcId !== subnets[0].outputs.vpcId) {
      const message = `Security group ${id} and subnet ${subnets[0].id} belong to different networks.`;
      refuse(path, "ValidationError", message);
    }
  }
  const zones = new Set(subnets.map((subnet) => subnet.outputs.availabilityZone));
  for (const id of volumeIdsIn(decodeUserData(template.outputs.userData))) {
    const zone = world.find("aws:ebs/volume:Volume", "id", id)?.outputs.availabilityZone;
    if (zone !== undefined && zones.size > 0 && (zones.size > 1 || !zones.has(zone))) {
      refuse(
        "vpcZoneIdentifiers",
        "InvalidVolume.ZoneMismatch",
        `The volume '${id}' is in ${toText(zone)}, instances of this group start in ${[...zones].join(", ")}`,
      );
    }
  }
}

function checkTargetGroups(request: GroupRequest, vpcId: unknown): void {
  (request.inputs.targetGroupArns ?? []).forEach((arn, index) => {
    const path = `targetGroupArns[${index}]`;
    const target = resolveReferenceBy(request, path, arn, {
      type: "aws:lb/targetGroup:TargetGroup",
      by: "arn",
      code: "ValidationError",
      message: `Provided Target Groups may not be valid. Please ensure they exist and try again: ${arn}`,
    });
    if (target && vpcId !== undefined && target.outputs.vpcId !== vpcId) {
      const message = "The target group and the Auto Scaling group's subnets must be in the same VPC";
      request.refuse(path, "ValidationError", message);
    }
  });
}

function checkRefresh(request: GroupRequest): void {
  const { minHealthyPercentage: min, maxHealthyPercentage: max } = request.inputs.instanceRefresh?.preferences ?? {};
  const path = "instanceRefresh.preferences";
  checkRange(request, `${path}.minHealthyPercentage`, min, [0, 100]);
  checkRange(request, `${path}.maxHealthyPercentage`, max, [100, 200]);
  if (min !== undefined && max !== undefined && max - min > 100) {
    const message = "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100";
    request.refuse(`${path}.maxHealthyPercentage`, "ValidationError", message);
  }
}

const group = resourceType<GroupArgs>({
  token: "aws:autoscaling/group:Group",
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name" },
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "AlreadyExists",
    message: `AutoScalingGroup by this name already exists - A group with the name ${toText(inputs.name)} already exists`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, { maxLength: 255, pattern: /^[^:\p{C}]+$/u });
    checkSizes(request);
    const subnets = resolveReferences(request, "vpcZoneIdentifiers", inputs.vpcZoneIdentifiers, "subnet");
    if (new Set(subnets.map((subnet) => subnet.outputs.vpcId)).size > 1) {
      refuse("vpcZoneIdentifiers", "ValidationError", "The subnets of a group belong to one VPC");
    }
    checkLaunch(request, subnets);
    checkMixedInstances(request);
    checkTargetGroups(request, subnets[0]?.outputs.vpcId);
    checkRefresh(request);
    checkTags(request, Object.fromEntries((inputs.tags ?? []).map(({ key, value }) => [key, value])));
  },
  create: ({ inputs, seed, world }) => {
    const name = toText(inputs.name);
    const subnets = inputs.vpcZoneIdentifiers ?? [];
    const zones = subnets.map((id) => world.find("aws:ec2/subnet:Subnet", "id", id)?.outputs.availabilityZone);
    return {
      id: name,
      outputs: {
        arn: world.arn("autoscaling", `autoScalingGroup:${uuid(seed)}:autoScalingGroupName/${name}`),
        availabilityZones: [...new Set(zones)],
        defaultCooldown: inputs.defaultCooldown ?? 300,
        desiredCapacity: inputs.desiredCapacity ?? inputs.minSize,
        healthCheckGracePeriod: inputs.healthCheckGracePeriod ?? 300,
        healthCheckType: inputs.healthCheckType ?? "EC2",
        serviceLinkedRoleArn: world.globalArn(
          "iam",
          "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        ),
        vpcZoneIdentifiers: subnets,
      },
    };
  },
});

export const autoscalingGroupTypes = [group];
