import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { checkText } from "../core/checks";
import { uuid } from "../core/identifiers";
import { resolveReference, resolveReferenceBy, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import type { WorldResource } from "../core/world";
import { decodeUserData, volumeIdsIn } from "../ec2/userData";
import { groupRules } from "./groupRules";
import { launchTemplateIn, launchTemplateOf } from "./groupTemplate";
import { imageParameterRules } from "./imageParameterRules";
import { mixedInstancesRules } from "./mixedInstances";

type GroupRequest = Request<GroupArgs>;

const subnetsOf = ({ inputs, world }: GroupRequest): readonly WorldResource[] =>
  (inputs.vpcZoneIdentifiers ?? []).flatMap((id) => world.find("aws:ec2/subnet:Subnet", "id", id) ?? []);

function checkTargetGroups(request: GroupRequest): void {
  (request.inputs.targetGroupArns ?? []).forEach((arn, index) => {
    resolveReferenceBy(request, `targetGroupArns[${index}]`, arn, {
      type: "aws:lb/targetGroup:TargetGroup",
      by: "arn",
      code: "ValidationError",
      message: `Provided Target Groups may not be valid. Please ensure they exist and try again: ${arn}`,
    });
  });
}

/** Network of a group's instances. */
const networkRules: readonly Rule<GroupArgs>[] = [
  {
    id: "group-subnets-one-vpc",
    sentence: "The subnets of a group belong to one VPC.",
    source: `${guides.autoScaling}/asg-in-vpc.html`,
    code: "ValidationError",
    check(request, violated) {
      if (new Set(subnetsOf(request).map((subnet) => subnet.outputs.vpcId)).size <= 1) return;
      violated("vpcZoneIdentifiers", "The subnets of a group belong to one VPC");
    },
  },
  {
    id: "group-security-groups-in-vpc",
    sentence: "The security groups of the launch template belong to the VPC of the group's subnets.",
    source: `${guides.autoScaling}/create-launch-template.html`,
    code: "ValidationError",
    check(request, violated) {
      const [subnet] = subnetsOf(request);
      const interfaces = launchTemplateIn(request)?.outputs.networkInterfaces as
        { securityGroups?: string[] }[] | undefined;
      for (const id of (interfaces ?? []).flatMap(({ securityGroups }) => securityGroups ?? [])) {
        const vpcId = request.world.find("aws:ec2/securityGroup:SecurityGroup", "id", id)?.outputs.vpcId;
        // Nothing is known about the VPC of a group that exists outside the stack.
        if (vpcId === undefined || subnet === undefined || vpcId === subnet.outputs.vpcId) continue;
        const message = `Security group ${id} and subnet ${subnet.id} belong to different networks.`;
        violated(launchTemplateOf(request).path, message);
      }
    },
  },
  {
    id: "group-volumes-in-zone",
    sentence:
      "A volume that the user data names is in the zone of the group's subnets: EC2 attaches no volume of another.",
    source: `${guides.ec2Api}/API_AttachVolume.html`,
    code: "InvalidVolume.ZoneMismatch",
    check(request, violated) {
      const zones = new Set(subnetsOf(request).map((subnet) => subnet.outputs.availabilityZone));
      for (const id of volumeIdsIn(decodeUserData(launchTemplateIn(request)?.outputs.userData))) {
        const zone = request.world.find("aws:ebs/volume:Volume", "id", id)?.outputs.availabilityZone;
        if (zone === undefined || zones.size === 0 || (zones.size === 1 && zones.has(zone))) continue;
        violated(
          "vpcZoneIdentifiers",
          `The volume '${id}' is in ${toText(zone)}, instances of this group start in ${[...zones].join(", ")}`,
        );
      }
    },
  },
  {
    id: "group-target-groups-in-vpc",
    sentence: "The target groups of a group belong to the VPC of its subnets.",
    source: `${guides.autoScaling}/attach-load-balancer-asg.html`,
    code: "ValidationError",
    check(request, violated) {
      const vpcId = subnetsOf(request)[0]?.outputs.vpcId;
      (request.inputs.targetGroupArns ?? []).forEach((arn, index) => {
        const target = request.world.find("aws:lb/targetGroup:TargetGroup", "arn", arn);
        if (target === undefined || vpcId === undefined || target.outputs.vpcId === vpcId) return;
        const message = "The target group and the Auto Scaling group's subnets must be in the same VPC";
        violated(`targetGroupArns[${index}]`, message);
      });
    },
  },
];

const group = resourceType<GroupArgs>({
  token: "aws:autoscaling/group:Group",
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name" },
  rules: [...groupRules, ...imageParameterRules, ...mixedInstancesRules, ...networkRules],
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "AlreadyExists",
    message: `AutoScalingGroup by this name already exists - A group with the name ${toText(inputs.name)} already exists`,
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, { maxLength: 255, pattern: /^[^:\p{C}]+$/u });
    resolveReferences(request, "vpcZoneIdentifiers", inputs.vpcZoneIdentifiers, "subnet");
    const { path, id } = launchTemplateOf(request);
    resolveReference(request, path, id, "launchTemplate");
    checkTargetGroups(request);
    checkTags(request, Object.fromEntries((inputs.tags ?? []).map(({ key, value }) => [key, value])));
  },
  create: ({ inputs, seed, world }) => {
    const name = toText(inputs.name);
    const { minSize, maxSize, desiredCapacity = minSize } = inputs;
    const subnets = inputs.vpcZoneIdentifiers ?? [];
    const zones = subnets.map((id) => world.find("aws:ec2/subnet:Subnet", "id", id)?.outputs.availabilityZone);
    return {
      id: name,
      outputs: {
        arn: world.arn("autoscaling", `autoScalingGroup:${uuid(seed)}:autoScalingGroupName/${name}`),
        availabilityZones: [...new Set(zones)],
        defaultCooldown: inputs.defaultCooldown ?? 300,
        desiredCapacity: Math.max(minSize, Math.min(maxSize, desiredCapacity)),
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
