import type { AliasArgs, KeyArgs } from "@pulumi/aws/kms";

import { checkText } from "../core/checks";
import { uuid } from "../core/identifiers";
import { resolveKmsKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { checkPolicy, statementsOf } from "../iam/policyDocument";
import { policySizeRule } from "../iam/rules";

const keyRules: readonly Rule<KeyArgs>[] = [
  policySizeRule<KeyArgs>({
    id: "key-policy-size",
    sentence: "A key policy has at most 32 KB.",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
    max: 32_768,
    property: "policy",
    policy: ({ policy }) => policy,
  }),
  {
    id: "key-policy-stays-changeable",
    sentence: "A key policy allows the account, or the caller, to change the policy (`kms:PutKeyPolicy`).",
    source: `${guides.kmsApi}/API_CreateKey.html`,
    code: "MalformedPolicyDocumentException",
    check({ inputs: { policy }, world }, violated) {
      if (policy === undefined || allowsChanges(policy, world.globalArn("iam", "root"))) return;
      violated("policy", "The new key policy will not allow you to update the key policy in the future.");
    },
  },
  {
    id: "key-deletion-window",
    sentence: "The waiting period before the deletion of a key is 7 to 30 days.",
    source: `${guides.kmsApi}/API_ScheduleKeyDeletion.html`,
    code: "ValidationException",
    check({ inputs: { deletionWindowInDays: days } }, violated) {
      if (days === undefined || (days >= 7 && days <= 30)) return;
      violated("deletionWindowInDays", `PendingWindowInDays ${days} must be from 7 to 30`);
    },
  },
  {
    id: "key-rotation-symmetric",
    sentence: "Only symmetric encryption keys are rotated automatically.",
    source: `${guides.kmsApi}/API_EnableKeyRotation.html`,
    code: "UnsupportedOperationException",
    check({ inputs: { enableKeyRotation, customerMasterKeySpec: spec = "SYMMETRIC_DEFAULT" } }, violated) {
      if (enableKeyRotation !== true || spec === "SYMMETRIC_DEFAULT") return;
      violated("enableKeyRotation", `Automatic rotation is not supported for keys of the kind ${spec}`);
    },
  },
];

/** True if a statement allows the account to change the policy. The simulation does not know the caller. */
function allowsChanges(policy: string, account: string): boolean {
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
  const statements = statementsOf(policy);
  // Malformed text is refused for its form.
  if (statements.length === 0) return true;
  return statements.some(({ Effect, Action, Principal }) => {
    const { AWS: principals } = (
      typeof Principal === "object" && Principal !== null ? Principal : { AWS: Principal }
    ) as { AWS?: unknown };
    const actions = listOf(Action);
    return (
      Effect === "Allow" &&
      listOf(principals).some((one) => one === account || one === "*" || one === account.split(":")[4]) &&
      ["kms:PutKeyPolicy", "kms:*", "kms:Put*", "*"].some((action) => actions.includes(action))
    );
  });
}

const key = resourceType<KeyArgs>({
  token: "aws:kms/key:Key",
  replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"],
  rules: keyRules,
  check(request) {
    const { inputs } = request;
    checkTags(request, inputs.tags);
    if (inputs.policy === undefined) return;
    checkPolicy(request, "policy", inputs.policy, { kind: "resource", code: "MalformedPolicyDocumentException" });
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
