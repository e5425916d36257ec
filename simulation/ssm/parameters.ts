import type { ParameterArgs } from "@pulumi/aws/ssm";

import { resolveKmsKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

/** Largest value in bytes, by tier (Systems Manager quotas). */
const maxValue: Readonly<Record<string, number>> = { Standard: 4096, "Intelligent-Tiering": 8192, Advanced: 8192 };

const putParameter = `${guides.ssmApi}/API_PutParameter.html`;

const parameterRules: readonly Rule<ParameterArgs>[] = [
  {
    id: "parameter-size",
    sentence: "The value of a parameter has at most 4 KB in the standard tier, 8 KB in the others.",
    source: putParameter,
    code: "ValidationException",
    check({ inputs }, violated) {
      const tier = inputs.tier ?? "Standard";
      const limit = maxValue[tier] ?? 0;
      const size = Buffer.byteLength(inputs.value ?? inputs.insecureValue ?? "");
      if (size <= limit) return;
      const message = `${tier} tier parameters support a maximum parameter value of ${limit} characters; found ${size}`;
      violated("value", message);
    },
  },
  {
    id: "parameter-name-prefix",
    sentence: "The name of a parameter does not begin with `aws` or `ssm`, in small or capital letters.",
    source: putParameter,
    code: "ValidationException",
    check({ inputs: { name = "" } }, violated) {
      if (!/^\/?(aws|ssm)/i.test(name)) return;
      violated("name", `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive): ${name}`);
    },
  },
  {
    id: "parameter-depth",
    sentence: "The path of a parameter has at most 15 levels.",
    source: putParameter,
    code: "HierarchyLevelLimitExceededException",
    check({ inputs: { name = "" } }, violated) {
      const levels = name.replace(/^\//, "").split("/").length;
      if (levels > 15) violated("name", `The path has ${levels} levels; the limit is 15`);
    },
  },
  {
    id: "parameter-name-length",
    sentence: "The name of a parameter has at most 1,011 characters.",
    source: putParameter,
    code: "ValidationException",
    check({ inputs: { name = "" } }, violated) {
      if (name.length > 1011) violated("name", `The name has ${name.length} characters; the limit is 1011`);
    },
  },
  {
    id: "parameter-key-only-secure",
    sentence: "Only parameters of the type `SecureString` have a KMS key.",
    source: putParameter,
    code: "ValidationException",
    check({ inputs: { keyId, type } }, violated) {
      if (keyId === undefined || type === "SecureString") return;
      violated("keyId", "KeyId is required for SecureString type parameter only.");
    },
  },
  {
    id: "parameter-no-reference",
    sentence: "The value of a parameter contains no double braces: `{{`.",
    source: putParameter,
    code: "ValidationException",
    check({ inputs }, violated) {
      if (!/\{\{.*\}\}/s.test(inputs.value ?? inputs.insecureValue ?? "")) return;
      violated("value", "Parameter value can't nest another parameter. Do not use {{}} in the value");
    },
  },
  {
    id: "parameter-stays-advanced",
    sentence: "A parameter of the advanced tier does not become a standard one.",
    source: putParameter,
    code: "ValidationException",
    check({ inputs, previous }, violated) {
      if (previous?.inputs.tier !== "Advanced" || (inputs.tier ?? "Standard") !== "Standard") return;
      violated("tier", "This parameter uses the advanced-parameter tier. You can't downgrade a parameter to standard");
    },
  },
];

const parameter = resourceType<ParameterArgs>({
  token: "aws:ssm/parameter:Parameter",
  replaceOn: ["name"],
  autoName: { property: "name" },
  changesWithUpdate: ["version"],
  rules: parameterRules,
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "ParameterAlreadyExists",
    message: `The parameter already exists: ${toText(inputs.name)}. To overwrite this value, set the overwrite option in the request to true.`,
  }),
  check(request) {
    const { inputs } = request;
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
