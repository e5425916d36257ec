import type { LaunchTemplateArgs } from "@pulumi/aws/ec2";

import { checkText } from "../core/checks";
import { resourceId } from "../core/identifiers";
import { resolveReferenceBy, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { checkDisk } from "./volumes";

type TemplateRequest = Request<LaunchTemplateArgs>;

/** Form of an AMI reference; the simulation knows no images. */
const image = /^(ami-[0-9a-f]{8}([0-9a-f]{9})?|resolve:ssm:[\w./-]+(:[\w-]+)?)$/;

/** Largest user data before base64, in bytes. */
const maxUserData = 16_384;

/** Decoded user data of a launch template; empty without user data. */
export const decodeUserData = (encoded: unknown): Buffer => Buffer.from(toText(encoded ?? ""), "base64");

/** Ids of the volumes that user data names. */
export const volumeIdsIn = (userData: Buffer): ReadonlySet<string> =>
  new Set(userData.toString("utf8").match(/\bvol-[0-9a-f]{8,17}\b/g));

function checkUserData({ inputs, world, refuse }: TemplateRequest): void {
  const userData = decodeUserData(inputs.userData);
  if (userData.length > maxUserData) {
    const message = `User data is limited to ${maxUserData} bytes; found ${userData.length}`;
    refuse("userData", "InvalidUserData.Malformed", message);
  }
  // EC2 does not check this, but the first boot fails without the volume.
  for (const id of volumeIdsIn(userData)) {
    if (world.find("aws:ebs/volume:Volume", "id", id) === undefined) {
      refuse("userData", "InvalidVolume.NotFound", `The volume '${id}' does not exist.`);
    }
  }
}

function checkDisks(request: TemplateRequest): void {
  (request.inputs.blockDeviceMappings ?? []).forEach(({ deviceName, ebs }, index) => {
    const path = `blockDeviceMappings[${index}]`;
    if (!/^(\/dev\/)?(sd[a-z]\d*|xvd[a-z]{1,2}\d*)$/.test(deviceName ?? "")) {
      const message = `Invalid device name ${toText(deviceName)}`;
      request.refuse(`${path}.deviceName`, "InvalidBlockDeviceMapping", message);
    }
    if (ebs === undefined) return;
    const { volumeSize: size, iops, throughput, kmsKeyId } = ebs;
    checkDisk(request, (property) => `${path}.ebs.${property === "size" ? "volumeSize" : property}`, {
      size,
      iops,
      throughput,
      kmsKeyId,
    });
  });
}

function checkSecurityGroups(request: TemplateRequest): void {
  (request.inputs.networkInterfaces ?? []).forEach(({ securityGroups }, index) => {
    const path = `networkInterfaces[${index}].securityGroups`;
    const groups = resolveReferences(request, path, securityGroups, "securityGroup");
    // Nothing is known about the VPC of a group that exists outside the stack.
    const vpcIds = groups.map((group) => group.outputs.vpcId).filter((vpcId) => vpcId !== undefined);
    if (new Set(vpcIds).size > 1) {
      const message = "The security groups of a launch template belong to more than one network";
      request.refuse(path, "InvalidParameter", message);
    }
    if (groups.length > 5) {
      const message = "You have exceeded the number of security groups allowed per network interface: 5";
      request.refuse(path, "SecurityGroupsPerInterfaceLimitExceeded", message);
    }
  });
}

const launchTemplate = resourceType<LaunchTemplateArgs>({
  token: "aws:ec2/launchTemplate:LaunchTemplate",
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name" },
  changesWithUpdate: ["latestVersion", "defaultVersion"],
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "InvalidLaunchTemplateName.AlreadyExistsException",
    message: `Launch template name already in use: ${toText(inputs.name)}`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, {
      maxLength: 128,
      pattern: /^[a-zA-Z0-9().\-/_]{3,}$/,
      code: "InvalidLaunchTemplateName.MalformedException",
    });
    if (inputs.imageId !== undefined && !image.test(inputs.imageId)) {
      refuse("imageId", "InvalidAMIID.Malformed", `Invalid id: "${inputs.imageId}" (expecting "ami-...")`);
    }
    if (inputs.instanceType !== undefined && !/^[a-z0-9-]+\.[a-z0-9-]+$/.test(inputs.instanceType)) {
      refuse("instanceType", "InvalidParameterValue", `Invalid value '${inputs.instanceType}' for InstanceType.`);
    }
    const profile = inputs.iamInstanceProfile?.arn;
    resolveReferenceBy(request, "iamInstanceProfile.arn", profile, {
      type: "aws:iam/instanceProfile:InstanceProfile",
      by: "arn",
      code: "InvalidParameterValue",
      message: `Value (${toText(profile)}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile arn`,
    });
    checkTags(request, inputs.tags);
    (inputs.tagSpecifications ?? []).forEach(({ tags }, index) => {
      checkTags(request, tags, `tagSpecifications[${index}].tags`);
    });
    checkUserData(request);
    checkDisks(request);
    checkSecurityGroups(request);
  },
  create: ({ inputs, seed, world, previous }) => {
    const id = resourceId("lt", seed);
    const version = Number(previous?.outputs.latestVersion ?? 0) + 1;
    const defaultVersion = Number(previous?.outputs.defaultVersion ?? 1);
    return {
      id,
      outputs: {
        arn: world.arn("ec2", `launch-template/${id}`),
        defaultVersion: inputs.updateDefaultVersion === true ? version : (inputs.defaultVersion ?? defaultVersion),
        latestVersion: version,
      },
    };
  },
});

export const launchTemplateTypes = [launchTemplate];
