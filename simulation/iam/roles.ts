import type {
  InstanceProfileArgs,
  PolicyArgs,
  RoleArgs,
  RolePolicyArgs,
  RolePolicyAttachmentArgs,
} from "@pulumi/aws/iam";

import { checkText } from "../core/checks";
import { letteredId } from "../core/identifiers";
import { resolveReferenceBy } from "../core/references";
import type { CheckContext } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import type { WorldResource } from "../core/world";
import { checkPolicy } from "./policyDocument";
import {
  attachmentRules,
  attachmentType,
  policyRules,
  rolePolicyRules,
  rolePolicyType,
  roleRules,
  tagKeysRule,
} from "./rules";

const roleType = "aws:iam/role:Role";

const nameRule = (maxLength: number) => ({ maxLength, pattern: /^[\w+=,.@-]+$/ });

const uniqueName = (noun: string, name: unknown) =>
  ({
    key: toText(name),
    property: "name",
    code: "EntityAlreadyExists",
    message: `${noun} with name ${toText(name)} already exists.`,
  }) as const;

const role = resourceType<RoleArgs>({
  token: roleType,
  replaceOn: ["name", "namePrefix", "path"],
  autoName: { property: "name" },
  inUseCode: "DeleteConflict",
  unique: ({ name }) => uniqueName("Role", name),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, nameRule(64));
    checkPolicy(request, "assumeRolePolicy", inputs.assumeRolePolicy, { kind: "resource" });
    checkTags(request, inputs.tags);
  },
  rules: roleRules,
  create: ({ inputs, seed, world }) => {
    const name = toText(inputs.name);
    return {
      id: name,
      outputs: {
        arn: world.globalArn("iam", `role${inputs.path ?? "/"}${name}`),
        maxSessionDuration: inputs.maxSessionDuration ?? 3600,
        path: inputs.path ?? "/",
        uniqueId: letteredId("AROA", seed, 17),
      },
    };
  },
});

const resolveRole = (context: CheckContext, name: unknown): WorldResource | undefined =>
  resolveReferenceBy(context, "role", name, {
    type: roleType,
    by: "name",
    code: "NoSuchEntity",
    message: `The role with name ${toText(name)} cannot be found.`,
  });

const rolePolicy = resourceType<RolePolicyArgs>({
  token: rolePolicyType,
  replaceOn: ["name", "namePrefix", "role"],
  autoName: { property: "name" },
  unique: ({ name, role: roleName }) => ({
    key: `${toText(roleName)} ${toText(name)}`,
    property: "name",
    code: "EntityAlreadyExists",
    message: `Policy ${toText(name)} of role ${toText(roleName)} already exists`,
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, nameRule(128));
    resolveRole(request, inputs.role);
    checkPolicy(request, "policy", inputs.policy, { kind: "identity" });
  },
  rules: rolePolicyRules,
  create: ({ inputs }) => ({ id: `${toText(inputs.role)}:${toText(inputs.name)}`, outputs: {} }),
});

const policy = resourceType<PolicyArgs>({
  token: "aws:iam/policy:Policy",
  replaceOn: ["name", "namePrefix", "path", "description"],
  autoName: { property: "name" },
  inUseCode: "DeleteConflict",
  unique: ({ name }) => uniqueName("A policy", name),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, nameRule(128));
    checkPolicy(request, "policy", inputs.policy, { kind: "identity" });
    checkTags(request, inputs.tags);
  },
  rules: policyRules,
  create: ({ inputs, seed, world }) => {
    const arn = world.globalArn("iam", `policy${inputs.path ?? "/"}${toText(inputs.name)}`);
    return { id: arn, outputs: { arn, path: inputs.path ?? "/", policyId: letteredId("ANPA", seed, 17) } };
  },
});

const attachment = resourceType<RolePolicyAttachmentArgs>({
  token: attachmentType,
  replaceOn: ["role", "policyArn"],
  check(request) {
    const { inputs } = request;
    resolveRole(request, inputs.role);
    if (!/^arn:[\w-]+:iam::aws:policy\/[\w+=,.@/-]+$/.test(inputs.policyArn)) {
      resolveReferenceBy(request, "policyArn", inputs.policyArn, {
        type: "aws:iam/policy:Policy",
        by: "arn",
        code: "NoSuchEntity",
        message: `Policy ${inputs.policyArn} does not exist or is not attachable.`,
      });
    }
  },
  rules: attachmentRules,
  create: ({ inputs }) => ({ id: `${toText(inputs.role)}/${inputs.policyArn}`, outputs: {} }),
});

const instanceProfile = resourceType<InstanceProfileArgs>({
  token: "aws:iam/instanceProfile:InstanceProfile",
  replaceOn: ["name", "namePrefix", "path"],
  autoName: { property: "name" },
  unique: ({ name }) => uniqueName("Instance Profile", name),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, nameRule(128));
    resolveRole(request, inputs.role);
    checkTags(request, inputs.tags);
  },
  rules: [tagKeysRule("instance-profile")],
  create: ({ inputs, seed, world }) => {
    const name = toText(inputs.name);
    return {
      id: name,
      outputs: {
        arn: world.globalArn("iam", `instance-profile${inputs.path ?? "/"}${name}`),
        path: inputs.path ?? "/",
        uniqueId: letteredId("AIPA", seed, 17),
      },
    };
  },
});

export const roleTypes = [role, rolePolicy, policy, attachment, instanceProfile];
