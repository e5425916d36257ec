import type { LaunchTemplateArgs } from "@pulumi/aws/ec2";

import { resourceId } from "../core/identifiers";
import { checkOneOf, checkRange, checkText } from "../core/checks";
import { referAll } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { checkDisk } from "./volumes";
import { show } from "../core/text";

type TemplateRequest = Request<LaunchTemplateArgs>;

const instanceType = /^[a-z0-9-]+\.[a-z0-9-]+$/;

/** Machine images are Amazon's or another account's: only the form of the reference is known here. */
const image = /^(ami-[0-9a-f]{8}([0-9a-f]{9})?|resolve:ssm:[\w./-]+(:[\w-]+)?)$/;

/** Decoded user data of a template, and nothing where it is absent or no base64. */
export function decodeUserData(encoded: unknown): Buffer | undefined {
  if (typeof encoded !== "string" || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded)) return undefined;
  const decoded = Buffer.from(encoded, "base64");
  return decoded.toString("base64") === encoded.replace(/\s/g, "") ? decoded : undefined;
}

function checkUserData({ inputs, world, refuse }: TemplateRequest): void {
  if (inputs.userData === undefined) return;
  const decoded = decodeUserData(inputs.userData);
  if (decoded === undefined) {
    refuse("userData", "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
    return;
  }
  if (decoded.length > 16_384) {
    refuse(
      "userData",
      "InvalidUserData.Malformed",
      `User data is limited to 16384 bytes; found ${show(decoded.length)}`,
    );
  }
  // EC2 would not look, but the machine fails on its first boot when it is told of a volume that is not there.
  for (const id of new Set(decoded.toString("utf8").match(/\bvol-[0-9a-f]{8,17}\b/g))) {
    if (world.find("aws:ebs/volume:Volume", "id", id) === undefined) {
      refuse("userData", "InvalidVolume.NotFound", `The volume '${id}' does not exist.`);
    }
  }
}

function checkMetadataOptions(request: TemplateRequest): void {
  const options = request.inputs.metadataOptions;
  if (options === undefined) return;
  const path = (property: string): string => `metadataOptions.${property}`;
  checkOneOf(request, path("httpEndpoint"), options.httpEndpoint, ["enabled", "disabled"], "InvalidParameterValue");
  checkOneOf(request, path("httpTokens"), options.httpTokens, ["optional", "required"], "InvalidParameterValue");
  checkOneOf(
    request,
    path("httpProtocolIpv6"),
    options.httpProtocolIpv6,
    ["enabled", "disabled"],
    "InvalidParameterValue",
  );
  checkOneOf(
    request,
    path("instanceMetadataTags"),
    options.instanceMetadataTags,
    ["enabled", "disabled"],
    "InvalidParameterValue",
  );
  checkRange(
    request,
    path("httpPutResponseHopLimit"),
    options.httpPutResponseHopLimit,
    [1, 64],
    "InvalidParameterValue",
  );
}

function checkDisks(request: TemplateRequest): void {
  const { refuse } = request;
  const names = new Set<string>();
  (request.inputs.blockDeviceMappings ?? []).forEach(({ deviceName, ebs }, index) => {
    const path = `blockDeviceMappings[${show(index)}]`;
    if (deviceName === undefined || !/^(\/dev\/)?(sd[a-z]\d*|xvd[a-z]{1,2}\d*)$/.test(deviceName)) {
      refuse(`${path}.deviceName`, "InvalidBlockDeviceMapping", `Invalid device name ${show(deviceName)}`);
    } else if (names.has(deviceName)) {
      refuse(`${path}.deviceName`, "InvalidBlockDeviceMapping", `The device '${deviceName}' is used more than once.`);
    } else names.add(deviceName);
    if (ebs === undefined) return;
    checkDisk(
      request,
      (property) => `${path}.ebs.${{ size: "volumeSize", type: "volumeType" }[property as string] ?? property}`,
      {
        size: ebs.volumeSize,
        type: ebs.volumeType,
        iops: ebs.iops,
        throughput: ebs.throughput,
        encrypted: ebs.encrypted === undefined ? undefined : ebs.encrypted === "true",
        kmsKeyId: ebs.kmsKeyId,
      },
    );
  });
}

function checkProfile({ inputs, world, refuse }: TemplateRequest): void {
  const profile = inputs.iamInstanceProfile;
  if (profile === undefined) return;
  const [property, value] =
    profile.arn === undefined ? (["name", profile.name] as const) : (["arn", profile.arn] as const);
  const found = world.find("aws:iam/instanceProfile:InstanceProfile", property, value);
  if (found === undefined) {
    refuse(
      `iamInstanceProfile.${property}`,
      "InvalidParameterValue",
      `Value (${show(value)}) for parameter iamInstanceProfile.${property} is invalid. Invalid IAM Instance Profile ${property}`,
    );
  } else if (found.outputs.role === undefined) {
    refuse(
      `iamInstanceProfile.${property}`,
      "InvalidParameterValue",
      `IAM Instance Profile "${found.id}" has no associated IAM Roles`,
    );
  }
}

function checkNetwork(request: TemplateRequest): void {
  const { inputs, refuse } = request;
  if (inputs.networkInterfaces !== undefined && inputs.vpcSecurityGroupIds !== undefined) {
    refuse(
      "vpcSecurityGroupIds",
      "InvalidParameterCombination",
      "Network interfaces and an instance-level security groups may not be specified on the same request",
    );
  }
  const named: [string, readonly string[] | undefined][] = [
    ["vpcSecurityGroupIds", inputs.vpcSecurityGroupIds],
    ...(inputs.networkInterfaces ?? []).map((card, index): [string, readonly string[] | undefined] => [
      `networkInterfaces[${show(index)}].securityGroups`,
      card.securityGroups,
    ]),
  ];
  for (const [property, ids] of named) {
    const groups = referAll(request, property, ids, "securityGroup");
    if (new Set(groups.map((group) => group.outputs.vpcId)).size > 1) {
      refuse(property, "InvalidParameter", "The security groups of a launch template belong to more than one network");
    }
    if (groups.length > 5)
      refuse(
        property,
        "SecurityGroupsPerInterfaceLimitExceeded",
        "You have exceeded the number of security groups allowed per network interface: 5",
      );
  }
}

function checkTagSpecifications(request: TemplateRequest): void {
  const seen = new Set<string>();
  (request.inputs.tagSpecifications ?? []).forEach(({ resourceType: kind, tags }, index) => {
    const path = `tagSpecifications[${show(index)}]`;
    const kinds = ["instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"];
    checkOneOf(request, `${path}.resourceType`, kind, kinds, "InvalidParameterValue");
    if (kind !== undefined && seen.has(kind)) {
      request.refuse(
        `${path}.resourceType`,
        "InvalidParameterValue",
        `Tag specification resource type value should be unique: ${kind}`,
      );
    }
    seen.add(kind ?? "");
    checkTags(request, tags, `${path}.tags`);
    if (kind !== "instance" || request.inputs.metadataOptions?.instanceMetadataTags !== "enabled") return;
    for (const key of Object.keys(tags ?? {})) {
      if (!/^[\w+\-=.,@:]{1,255}$/.test(key) || key === "." || key === "..") {
        request.refuse(
          `${path}.tags.${key}`,
          "InvalidParameterValue",
          `'${key}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}) when instance metadata tags are enabled`,
        );
      }
    }
  });
}

const launchTemplate = resourceType<LaunchTemplateArgs>({
  token: "aws:ec2/launchTemplate:LaunchTemplate",
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name", longest: 128 },
  changesWithUpdate: ["latestVersion", "defaultVersion"],
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "InvalidLaunchTemplateName.AlreadyExistsException",
    message: `Launch template name already in use: ${show(inputs.name)}`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, {
      longest: 128,
      pattern: /^[a-zA-Z0-9().\-/_]{3,}$/,
      code: "InvalidLaunchTemplateName.MalformedException",
    });
    checkText(request, "description", inputs.description, {
      longest: 255,
      pattern: /^[^\n]*$/,
      code: "InvalidParameterValue",
    });
    if (inputs.imageId !== undefined && !image.test(inputs.imageId)) {
      refuse("imageId", "InvalidAMIID.Malformed", `Invalid id: "${inputs.imageId}" (expecting "ami-...")`);
    }
    if (inputs.instanceType !== undefined && !instanceType.test(inputs.instanceType)) {
      refuse("instanceType", "InvalidParameterValue", `Invalid value '${inputs.instanceType}' for InstanceType.`);
    }
    checkTags(request, inputs.tags);
    checkUserData(request);
    checkMetadataOptions(request);
    checkDisks(request);
    checkProfile(request);
    checkNetwork(request);
    checkTagSpecifications(request);
  },
  create: ({ inputs, seed, world, previous }) => {
    const id = resourceId("lt", seed);
    const before = Number(previous?.outputs.latestVersion ?? 0);
    const version = before + 1;
    const first = Number(previous?.outputs.defaultVersion ?? 1);
    return {
      id,
      outputs: {
        arn: world.arn("ec2", `launch-template/${id}`),
        defaultVersion: inputs.updateDefaultVersion === true ? version : (inputs.defaultVersion ?? first),
        latestVersion: version,
      },
    };
  },
});

export const launchTemplateTypes = [launchTemplate];
