import type { LaunchTemplateArgs } from "@pulumi/aws/ec2";

import { checkText } from "../core/checks";
import { resourceId } from "../core/identifiers";
import { resolveKmsKey, resolveReferenceBy, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { launchTemplateRules } from "./launchTemplateRules";

type TemplateRequest = Request<LaunchTemplateArgs>;

/** Form of an AMI reference; the simulation knows no images. */
const image = /^(ami-[0-9a-f]{8}([0-9a-f]{9})?|resolve:ssm:[\w./-]+(:[\w-]+)?)$/;

function checkDisks(request: TemplateRequest): void {
  (request.inputs.blockDeviceMappings ?? []).forEach(({ deviceName, ebs }, index) => {
    const path = `blockDeviceMappings[${index}]`;
    if (!/^(\/dev\/)?(sd[a-z]\d*|xvd[a-z]{1,2}\d*)$/.test(deviceName ?? "")) {
      const message = `Invalid device name ${toText(deviceName)}`;
      request.refuse(`${path}.deviceName`, "InvalidBlockDeviceMapping", message);
    }
    if (ebs === undefined) return;
    resolveKmsKey(request, `${path}.ebs.kmsKeyId`, ebs.kmsKeyId);
  });
}

function checkSecurityGroups(request: TemplateRequest): void {
  (request.inputs.networkInterfaces ?? []).forEach(({ securityGroups }, index) => {
    resolveReferences(request, `networkInterfaces[${index}].securityGroups`, securityGroups, "securityGroup");
  });
}

const launchTemplate = resourceType<LaunchTemplateArgs>({
  token: "aws:ec2/launchTemplate:LaunchTemplate",
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name" },
  changesWithUpdate: ["latestVersion", "defaultVersion"],
  rules: launchTemplateRules,
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
