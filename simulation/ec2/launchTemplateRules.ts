import type { LaunchTemplateArgs } from "@pulumi/aws/ec2";

import type { CheckContext } from "../core/references";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import type { WorldResource } from "../core/world";
import { decodeUserData, volumeIdsIn } from "./userData";
import { diskRules } from "./diskRules";

/** Largest user data before base64, in bytes. */
const maxUserData = 16_384;

const requestData = `${guides.ec2Api}/API_RequestLaunchTemplateData.html`;

const groupsOf = ({ world }: Pick<CheckContext, "world">, ids: readonly string[] = []): readonly WorldResource[] =>
  ids.flatMap((id) => world.find("aws:ec2/securityGroup:SecurityGroup", "id", id) ?? []);

/** Characters of tag keys that the instance metadata service cannot serve. */
const unservedKey = /[\s/]|^\.{1,2}$|^_index$/;

export const launchTemplateRules: readonly Rule<LaunchTemplateArgs>[] = [
  {
    id: "user-data-size",
    sentence: "User data has at most 16 KB before base64.",
    source: requestData,
    code: "InvalidUserData.Malformed",
    check({ inputs }, violated) {
      const { length } = decodeUserData(inputs.userData);
      if (length > maxUserData) violated("userData", `User data is limited to ${maxUserData} bytes; found ${length}`);
    },
  },
  {
    id: "user-data-volumes-exist",
    sentence: "A volume that the user data names exists: EC2 attaches no other.",
    source: `${guides.ec2Api}/API_AttachVolume.html`,
    code: "InvalidVolume.NotFound",
    check({ inputs, world }, violated) {
      for (const id of volumeIdsIn(decodeUserData(inputs.userData))) {
        if (world.find("aws:ebs/volume:Volume", "id", id) === undefined) {
          violated("userData", `The volume '${id}' does not exist.`);
        }
      }
    },
  },
  {
    id: "template-security-groups-one-vpc",
    sentence: "The security groups of a network interface belong to one VPC.",
    source: `${guides.vpc}/userguide/vpc-security-groups.html`,
    code: "InvalidParameter",
    check({ inputs, world }, violated) {
      (inputs.networkInterfaces ?? []).forEach(({ securityGroups }, index) => {
        // Nothing is known about the VPC of a group that exists outside the stack.
        const vpcIds = groupsOf({ world }, securityGroups).flatMap((group) => group.outputs.vpcId ?? []);
        if (new Set(vpcIds).size <= 1) return;
        const message = "The security groups of a launch template belong to more than one network";
        violated(`networkInterfaces[${index}].securityGroups`, message);
      });
    },
  },
  {
    id: "template-five-security-groups",
    sentence: "A network interface has at most five security groups (default quota).",
    source: `${guides.vpc}/userguide/amazon-vpc-limits.html`,
    code: "SecurityGroupsPerInterfaceLimitExceeded",
    check({ inputs }, violated) {
      (inputs.networkInterfaces ?? []).forEach(({ securityGroups = [] }, index) => {
        if (securityGroups.length <= 5) return;
        const message = "You have exceeded the number of security groups allowed per network interface: 5";
        violated(`networkInterfaces[${index}].securityGroups`, message);
      });
    },
  },
  {
    id: "template-security-groups-on-interface",
    sentence: "With network interfaces, security groups are part of an interface, not of the template.",
    source: requestData,
    code: "InvalidParameterCombination",
    check({ inputs: { networkInterfaces = [], vpcSecurityGroupIds = [], securityGroupNames = [] } }, violated) {
      if (networkInterfaces.length === 0 || vpcSecurityGroupIds.length + securityGroupNames.length === 0) return;
      const message =
        "Network interfaces and an instance-level security groups may not be specified on the same request";
      violated("vpcSecurityGroupIds", message);
    },
  },
  {
    id: "template-type-or-requirements",
    sentence: "A template has an instance type or instance requirements, not both.",
    source: requestData,
    code: "InvalidParameterCombination",
    check({ inputs: { instanceType, instanceRequirements } }, violated) {
      if (instanceType === undefined || instanceRequirements === undefined) return;
      violated("instanceType", "You can't specify InstanceType together with InstanceRequirements");
    },
  },
  {
    id: "metadata-hop-limit",
    sentence: "The hop limit of the instance metadata service is 1 to 64.",
    source: `${guides.ec2Api}/API_LaunchTemplateInstanceMetadataOptionsRequest.html`,
    code: "InvalidParameterValue",
    check({ inputs }, violated) {
      const limit = inputs.metadataOptions?.httpPutResponseHopLimit;
      if (limit === undefined || (limit >= 1 && limit <= 64)) return;
      violated("metadataOptions.httpPutResponseHopLimit", `The hop limit ${limit} must be from 1 to 64`);
    },
  },
  {
    id: "metadata-tag-keys",
    sentence:
      "With `instanceMetadataTags: enabled`, no tag key of an instance contains a space or `/`, or is `.`, `..` or `_index`. Kubernetes' tags (`kubernetes.io/cluster/…`) contain `/`.",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html",
    code: "InvalidParameterValue",
    check({ inputs: { metadataOptions, tagSpecifications = [] } }, violated) {
      if (metadataOptions?.instanceMetadataTags !== "enabled") return;
      const tags = tagSpecifications.filter(({ resourceType }) => resourceType === "instance").map(({ tags }) => tags);
      const keys = tags.flatMap((each) => Object.keys(each ?? {})).filter((key) => unservedKey.test(key));
      if (keys.length === 0) return;
      const message = `Tag keys that instance metadata cannot hold: ${keys.join(", ")}`;
      violated("metadataOptions.instanceMetadataTags", message);
    },
  },
  ...diskRules<LaunchTemplateArgs>("template", ({ blockDeviceMappings = [] }) =>
    blockDeviceMappings.flatMap(({ ebs }, index) => {
      if (ebs === undefined) return [];
      const { volumeType, volumeSize: size, iops, throughput, kmsKeyId, encrypted } = ebs;
      return [
        {
          path: (property) => `blockDeviceMappings[${index}].ebs.${property === "size" ? "volumeSize" : property}`,
          disk: { type: volumeType, size, iops, throughput, kmsKeyId, encrypted: String(encrypted) === "true" },
        },
      ];
    }),
  ),
];
