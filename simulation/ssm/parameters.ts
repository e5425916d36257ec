import type { ParameterArgs } from "@pulumi/aws/ssm";

import { checkOneOf } from "../core/checks";
import { referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { show } from "../core/text";

/** Bytes that a value may have, by tier (Systems Manager quotas). */
const longestValue: Readonly<Record<string, number>> = { Standard: 4096, "Intelligent-Tiering": 8192, Advanced: 8192 };

const parameter = resourceType<ParameterArgs>({
  token: "aws:ssm/parameter:Parameter",
  replaceOn: ["name"],
  autoName: { property: "name", longest: 2048 },
  changesWithUpdate: ["version"],
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "ParameterAlreadyExists",
    message: `The parameter already exists: ${show(inputs.name)}. To overwrite this value, set the overwrite option in the request to true.`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    const name = show(inputs.name);
    if (!/^\/?[\w.-]+(\/[\w.-]+)*$/.test(name) || (name.includes("/") && !name.startsWith("/"))) {
      refuse(
        "name",
        "ValidationException",
        `Parameter name: ${name}: only a-zA-Z0-9_.- and / are allowed, and a name with a hierarchy begins with /`,
      );
    }
    if (/^\/?(aws|ssm)/i.test(name)) {
      refuse(
        "name",
        "ValidationException",
        `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive): ${name}`,
      );
    }
    if (name.split("/").length > 16) {
      refuse("name", "HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of 15 levels");
    }
    if (request.world.arn("ssm", `parameter${name}`).length > 1011) {
      refuse("name", "ValidationException", "The parameter's ARN has more than 1011 characters");
    }
    checkOneOf(request, "type", inputs.type, ["String", "StringList", "SecureString"], "ValidationException");
    const tier = inputs.tier ?? "Standard";
    checkOneOf(request, "tier", tier, Object.keys(longestValue), "ValidationException");
    const value = inputs.value ?? inputs.insecureValue ?? "";
    if (inputs.insecureValue !== undefined && (inputs.value !== undefined || inputs.type === "SecureString")) {
      refuse("insecureValue", "InvalidConfiguration", "insecureValue goes neither with value nor with SecureString");
    }
    const size = Buffer.byteLength(value);
    if (size === 0) refuse("value", "ValidationException", "Member must have length greater than or equal to 1");
    if (size > (longestValue[tier] ?? 4096)) {
      refuse(
        "value",
        "ValidationException",
        `${tier} tier parameters support a maximum parameter value of ${show(longestValue[tier])} characters; found ${show(size)}`,
      );
    }
    if (inputs.keyId !== undefined && inputs.type !== "SecureString") {
      refuse("keyId", "ValidationException", `KeyId is only for parameters of type SecureString, not ${inputs.type}`);
    }
    referKey(request, "keyId", inputs.keyId);
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, previous, world }) => {
    const name = show(inputs.name);
    return {
      id: name,
      outputs: {
        arn: world.arn("ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`),
        dataType: inputs.dataType ?? "text",
        tier: inputs.tier ?? "Standard",
        version: Number(previous?.outputs.version ?? 0) + 1,
      },
    };
  },
});

export const ssmTypes = [parameter];
