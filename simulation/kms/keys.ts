import type { AliasArgs, KeyArgs } from "@pulumi/aws/kms";

import { uuid } from "../core/identifiers";
import { checkOneOf, checkRange, checkText } from "../core/checks";
import { checkPolicy } from "../iam/policyDocument";
import { referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { show } from "../core/text";

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** Whether somebody of this account can still change the key's policy under the statement. */
function opensPolicy({ world }: Request<KeyArgs>, statement: Readonly<Record<string, unknown>>): boolean {
  if (statement.Effect !== "Allow" || statement.Condition !== undefined) return false;
  const actions = listOf(statement.Action).map(String);
  const covers = actions.some((action) => {
    const expression = new RegExp(`^${action.replace(/[*?]/g, (sign) => (sign === "*" ? ".*" : "."))}$`, "i");
    return expression.test("kms:PutKeyPolicy");
  });
  const principal = statement.Principal;
  const names = principal === "*" ? ["*"] : listOf((principal as { AWS?: unknown } | undefined)?.AWS).map(String);
  return covers && names.some((name) => name === "*" || name === world.account || name.includes(`::${world.account}:`));
}

const key = resourceType<KeyArgs>({
  token: "aws:kms/key:Key",
  replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"],
  check(request) {
    const { inputs, refuse } = request;
    checkTags(request, inputs.tags);
    checkRange(request, "deletionWindowInDays", inputs.deletionWindowInDays, [7, 30], "ValidationException");
    checkRange(request, "rotationPeriodInDays", inputs.rotationPeriodInDays, [90, 2560], "ValidationException");
    checkText(request, "description", inputs.description, {
      longest: 8192,
      pattern: /^[\s\S]*$/,
      code: "ValidationException",
    });
    checkOneOf(
      request,
      "keyUsage",
      inputs.keyUsage,
      ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"],
      "ValidationException",
    );
    if (inputs.policy === undefined) return;
    const statements = checkPolicy(request, "policy", inputs.policy, {
      kind: "resource",
      longest: 32_768,
      code: "MalformedPolicyDocumentException",
    });
    if (
      inputs.bypassPolicyLockoutSafetyCheck !== true &&
      !statements.some((statement) => opensPolicy(request, statement))
    ) {
      refuse(
        "policy",
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
      );
    }
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
  autoName: { property: "name", longest: 256, prefix: "alias/" },
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "AlreadyExistsException",
    message: `An alias with the name ${show(inputs.name)} already exists`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, {
      longest: 256,
      pattern: /^alias\/[a-zA-Z0-9/_-]+$/,
      code: "InvalidAliasNameException",
    });
    if (inputs.name?.startsWith("alias/aws/")) {
      refuse("name", "NotAuthorizedException", "Alias names that begin with alias/aws/ are reserved");
    }
    referKey(request, "targetKeyId", inputs.targetKeyId);
  },
  create: ({ inputs, world }) => {
    const target =
      world.find("aws:kms/key:Key", "id", inputs.targetKeyId) ??
      world.find("aws:kms/key:Key", "arn", inputs.targetKeyId);
    return {
      id: show(inputs.name),
      outputs: {
        arn: world.arn("kms", show(inputs.name)),
        targetKeyArn: target?.outputs.arn,
        targetKeyId: target?.id ?? inputs.targetKeyId,
      },
    };
  },
});

/** Keys, and the names that they go by. */
export const kmsTypes = [key, alias];
