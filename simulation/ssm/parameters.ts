import type { ParameterArgs } from "@pulumi/aws/ssm";

import { resolveKmsKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

/** Largest value in bytes, by tier (Systems Manager quotas). */
const maxValue: Readonly<Record<string, number>> = { Standard: 4096, "Intelligent-Tiering": 8192, Advanced: 8192 };

const parameter = resourceType<ParameterArgs>({
  token: "aws:ssm/parameter:Parameter",
  replaceOn: ["name"],
  autoName: { property: "name" },
  changesWithUpdate: ["version"],
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "ParameterAlreadyExists",
    message: `The parameter already exists: ${toText(inputs.name)}. To overwrite this value, set the overwrite option in the request to true.`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    const tier = inputs.tier ?? "Standard";
    const limit = maxValue[tier] ?? 0;
    const size = Buffer.byteLength(inputs.value ?? inputs.insecureValue ?? "");
    if (size > limit) {
      const message = `${tier} tier parameters support a maximum parameter value of ${limit} characters; found ${size}`;
      refuse("value", "ValidationException", message);
    }
    resolveKmsKey(request, "keyId", inputs.keyId);
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, previous, world }) => {
    const name = toText(inputs.name);
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

export const parameterTypes = [parameter];
