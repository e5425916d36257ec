import type { AliasArgs, KeyArgs } from "@pulumi/aws/kms";

import { checkText } from "../core/checks";
import { uuid } from "../core/identifiers";
import { resolveKmsKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { checkPolicy } from "../iam/policyDocument";

const key = resourceType<KeyArgs>({
  token: "aws:kms/key:Key",
  replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"],
  check(request) {
    const { inputs } = request;
    checkTags(request, inputs.tags);
    if (inputs.policy === undefined) return;
    checkPolicy(request, "policy", inputs.policy, {
      kind: "resource",
      maxLength: 32_768,
      code: "MalformedPolicyDocumentException",
    });
  },
  create: ({ inputs, seed, world }) => {
    const keyId = uuid(seed);
    return {
      id: keyId,
      outputs: {
        arn: world.arn("kms", `key/${keyId}`),
        customerMasterKeySpec: inputs.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT",
        enableKeyRotation: inputs.enableKeyRotation ?? false,
        isEnabled: inputs.isEnabled ?? true,
        keyId,
        keyUsage: inputs.keyUsage ?? "ENCRYPT_DECRYPT",
        multiRegion: inputs.multiRegion ?? false,
      },
    };
  },
});

const alias = resourceType<AliasArgs>({
  token: "aws:kms/alias:Alias",
  replaceOn: ["name", "namePrefix"],
  autoName: { property: "name", prefix: "alias/" },
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "AlreadyExistsException",
    message: `An alias with the name ${toText(inputs.name)} already exists`,
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, {
      maxLength: 256,
      pattern: /^alias\/[a-zA-Z0-9/_-]+$/,
      code: "InvalidAliasNameException",
    });
    resolveKmsKey(request, "targetKeyId", inputs.targetKeyId);
  },
  create: ({ inputs, world }) => ({
    id: toText(inputs.name),
    outputs: {
      arn: world.arn("kms", toText(inputs.name)),
      targetKeyArn: world.find("aws:kms/key:Key", "id", inputs.targetKeyId)?.outputs.arn,
    },
  }),
});

export const keyTypes = [key, alias];
