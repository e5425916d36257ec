import type {
  OpenIdConnectProviderArgs,
  PolicyArgs,
  RoleArgs,
  RolePolicyArgs,
  RolePolicyAttachmentArgs,
} from "@pulumi/aws/iam";

import type { Plain } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";
import { policySize } from "./policyDocument";

export const rolePolicyType = "aws:iam/rolePolicy:RolePolicy";
export const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

const quotas = `${guides.iam}/UserGuide/reference_iam-quotas.html`;

/** Default quota of managed policies per role. */
const attachmentLimit = 10;

/** Quota for the size of a policy; `size` gives its length in the unit of the service. */
export const policySizeRule = <Args>(rule: {
  readonly id: string;
  readonly sentence: string;
  readonly source: string;
  readonly max: number;
  readonly property: string;
  readonly policy: (inputs: Plain<Args>) => unknown;
}): Rule<Args> => ({
  ...rule,
  code: "LimitExceeded",
  check({ inputs }, violated) {
    const policy = rule.policy(inputs);
    const size = policy === undefined ? 0 : policySize(policy);
    if (size <= rule.max) return;
    const message = `Cannot exceed quota for policy size: ${rule.max}, found ${size} without white space`;
    violated(rule.property, message);
  },
});

/** IAM compares tag keys without their case. */
export const tagKeysRule = <Args>(prefix: string): Rule<Args> => ({
  id: `${prefix}-tag-keys`,
  sentence: "Tag keys of IAM resources differ in more than capitals.",
  source: `${guides.iam}/UserGuide/id_tags.html`,
  code: "InvalidInput",
  check({ allTags }, violated) {
    const keys = Object.keys(allTags).map((key) => key.toLowerCase());
    const duplicates = keys.filter((key, index) => keys.indexOf(key) !== index);
    if (duplicates.length === 0) return;
    const message = `Duplicate tag keys found. Please note that Tag keys are case insensitive: ${duplicates.join(", ")}`;
    violated("tags", message);
  },
});

export const roleRules: readonly Rule<RoleArgs>[] = [
  policySizeRule<RoleArgs>({
    id: "role-trust-policy-size",
    sentence: "The trust policy of a role has at most 2,048 characters without white space (default quota).",
    source: quotas,
    max: 2048,
    property: "assumeRolePolicy",
    policy: ({ assumeRolePolicy }) => assumeRolePolicy,
  }),
  tagKeysRule("role"),
];

export const policyRules: readonly Rule<PolicyArgs>[] = [
  policySizeRule<PolicyArgs>({
    id: "managed-policy-size",
    sentence: "A managed policy has at most 6,144 characters without white space.",
    source: quotas,
    max: 6144,
    property: "policy",
    policy: ({ policy }) => policy,
  }),
  tagKeysRule("policy"),
];

export const rolePolicyRules: readonly Rule<RolePolicyArgs>[] = [
  {
    id: "role-inline-policies-size",
    sentence: "The inline policies of a role have at most 10,240 characters together, without white space.",
    source: quotas,
    code: "LimitExceeded",
    check({ inputs, world }, violated) {
      const others = world.where(rolePolicyType, "role", inputs.role).map(({ outputs }) => outputs.policy);
      const total = [inputs.policy, ...others].reduce<number>((sum, policy) => sum + policySize(policy), 0);
      if (total <= 10_240) return;
      violated("policy", `Maximum policy size of 10240 bytes exceeded for role ${toText(inputs.role)}: ${total}`);
    },
  },
];

export const attachmentRules: readonly Rule<RolePolicyAttachmentArgs>[] = [
  {
    id: "role-managed-policies",
    sentence: `A role has at most ${attachmentLimit} managed policies (default quota).`,
    source: quotas,
    code: "LimitExceeded",
    check({ inputs, world }, violated) {
      if (world.where(attachmentType, "role", inputs.role).length < attachmentLimit) return;
      violated("policyArn", `Cannot exceed quota for PoliciesPerRole: ${attachmentLimit}`);
    },
  },
];

const createProvider = `${guides.iam}/APIReference/API_CreateOpenIDConnectProvider.html`;

export const openIdConnectProviderRules: readonly Rule<OpenIdConnectProviderArgs>[] = [
  {
    id: "oidc-url-without-port",
    sentence: "The URL of an OpenID Connect provider has neither port nor query.",
    source: createProvider,
    code: "InvalidInput",
    check({ inputs: { url } }, violated) {
      if (!/^https:\/\/[^/]*:/.test(url) && !/[?#]/.test(url)) return;
      violated("url", `Invalid Open ID Connect Provider URL ${url}: write it without port and query`);
    },
  },
  {
    id: "oidc-client-ids",
    sentence: "An OpenID Connect provider has at most 100 client ids.",
    source: createProvider,
    code: "LimitExceeded",
    check({ inputs: { clientIdLists } }, violated) {
      if (clientIdLists.length <= 100) return;
      violated("clientIdLists", `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100`);
    },
  },
  {
    id: "oidc-thumbprints",
    sentence: "An OpenID Connect provider has at most five thumbprints.",
    source: createProvider,
    code: "LimitExceeded",
    check({ inputs: { thumbprintLists = [] } }, violated) {
      if (thumbprintLists.length <= 5) return;
      violated("thumbprintLists", "Thumbprint list must contain fewer than 5 entries.");
    },
  },
  tagKeysRule("oidc"),
];
