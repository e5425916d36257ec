import type {
  InstanceProfileArgs,
  OpenIdConnectProviderArgs,
  PolicyArgs,
  RoleArgs,
  RolePolicyArgs,
  RolePolicyAttachmentArgs,
  ServiceLinkedRoleArgs,
} from "@pulumi/aws/iam";

import { letteredId } from "../core/identifiers";
import { checkRange, checkText } from "../core/checks";
import { checkPolicy, policyText } from "./policyDocument";
import { referBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Plain, Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import type { WorldResource } from "../core/world";
import { show } from "../core/text";

const namePattern = /^[\w+=,.@-]+$/;
const roleType = "aws:iam/role:Role";

/** Quotas of IAM that no account may exceed by itself; all count characters without white space. */
const longest = { trust: 2048, inline: 10_240, managed: 6144 };

/** Managed policies on one role, unless AWS raises the account's quota. */
const attachmentLimit = 10;

const exists = (what: string, name: unknown, property: string) => ({
  key: show(name),
  property,
  code: "EntityAlreadyExists",
  message: `${what} with name ${show(name)} already exists.`,
});

const role = resourceType<RoleArgs>({
  token: roleType,
  replaceOn: ["name", "namePrefix", "path"],
  autoName: { property: "name", longest: 64 },
  guardedBy: "DeleteConflict",
  unique: (inputs) => ({ ...exists("Role", inputs.name, "name"), property: "name" }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, { longest: 64, pattern: namePattern });
    checkText(request, "description", inputs.description, {
      longest: 1000,
      pattern: /^[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}\s]*$/u,
    });
    checkText(request, "path", inputs.path, { longest: 512, pattern: /^\/([\x21-\x7e]+\/)*$/ });
    checkRange(request, "maxSessionDuration", inputs.maxSessionDuration, [3600, 43_200]);
    checkPolicy(request, "assumeRolePolicy", inputs.assumeRolePolicy, { kind: "trust", longest: longest.trust });
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, seed, world }) => {
    const name = show(inputs.name);
    return {
      id: name,
      outputs: {
        arn: world.globalArn("iam", `role${inputs.path ?? "/"}${name}`),
        assumeRolePolicy:
          typeof inputs.assumeRolePolicy === "string"
            ? inputs.assumeRolePolicy
            : JSON.stringify(inputs.assumeRolePolicy),
        maxSessionDuration: inputs.maxSessionDuration ?? 3600,
        path: inputs.path ?? "/",
        uniqueId: letteredId("AROA", seed, 17),
      },
    };
  },
});

function referRole(request: Pick<Request<unknown>, "world" | "refuse">, name: unknown): WorldResource | undefined {
  return referBy(request, "role", name, {
    type: roleType,
    by: "name",
    code: "NoSuchEntity",
    message: `The role with name ${show(name)} cannot be found.`,
  });
}

const rolePolicy = resourceType<RolePolicyArgs>({
  token: "aws:iam/rolePolicy:RolePolicy",
  replaceOn: ["name", "namePrefix", "role"],
  autoName: { property: "name", longest: 128 },
  check(request) {
    const { inputs, world, refuse } = request;
    checkText(request, "name", inputs.name, { longest: 128, pattern: namePattern });
    const owner = referRole(request, inputs.role);
    checkPolicy(request, "policy", inputs.policy, { kind: "identity", longest: longest.inline });
    const others = owner === undefined ? [] : world.where("aws:iam/rolePolicy:RolePolicy", "role", owner.outputs.name);
    if (others.some((other) => other.outputs.name === inputs.name)) {
      refuse("name", "EntityAlreadyExists", `Policy ${show(inputs.name)} of role ${show(inputs.role)} already exists`);
    }
    const total = [inputs.policy, ...others.map((other) => other.outputs.policy)].reduce<number>(
      (sum, policy) => sum + policyText(policy).length,
      0,
    );
    if (others.length > 0 && total > longest.inline) {
      refuse(
        "policy",
        "LimitExceeded",
        `Maximum policy size of ${show(longest.inline)} bytes exceeded for role ${show(inputs.role)}: ${show(total)}`,
      );
    }
  },
  create: ({ inputs }) => ({ id: `${show(inputs.role)}:${show(inputs.name)}`, outputs: {} }),
});

const policy = resourceType<PolicyArgs>({
  token: "aws:iam/policy:Policy",
  replaceOn: ["name", "namePrefix", "path", "description"],
  autoName: { property: "name", longest: 128 },
  guardedBy: "DeleteConflict",
  unique: (inputs) => ({ ...exists("A policy", inputs.name, "name"), property: "name" }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, { longest: 128, pattern: namePattern });
    checkPolicy(request, "policy", inputs.policy, { kind: "identity", longest: longest.managed });
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, seed, world }) => {
    const arn = world.globalArn("iam", `policy${inputs.path ?? "/"}${show(inputs.name)}`);
    return { id: arn, outputs: { arn, path: inputs.path ?? "/", policyId: letteredId("ANPA", seed, 17) } };
  },
});

const attachment = resourceType<RolePolicyAttachmentArgs>({
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  replaceOn: ["role", "policyArn"],
  check(request) {
    const { inputs, world, refuse } = request;
    const owner = referRole(request, inputs.role);
    if (!/^arn:[\w-]+:iam::aws:policy\/[\w+=,.@/-]+$/.test(inputs.policyArn)) {
      referBy(request, "policyArn", inputs.policyArn, {
        type: "aws:iam/policy:Policy",
        by: "arn",
        code: "NoSuchEntity",
        message: `Policy ${inputs.policyArn} does not exist or is not attachable.`,
      });
    }
    const others =
      owner === undefined
        ? []
        : world.where("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", owner.outputs.name);
    if (others.length >= attachmentLimit) {
      refuse("policyArn", "LimitExceeded", `Cannot exceed quota for PoliciesPerRole: ${show(attachmentLimit)}`);
    }
  },
  create: ({ inputs }) => ({ id: `${show(inputs.role)}/${inputs.policyArn}`, outputs: {} }),
});

const instanceProfile = resourceType<InstanceProfileArgs>({
  token: "aws:iam/instanceProfile:InstanceProfile",
  replaceOn: ["name", "namePrefix", "path"],
  autoName: { property: "name", longest: 128 },
  unique: (inputs) => ({ ...exists("Instance Profile", inputs.name, "name"), property: "name" }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, { longest: 128, pattern: namePattern });
    referRole(request, inputs.role);
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, seed, world }) => {
    const name = show(inputs.name);
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

const openIdConnectProvider = resourceType<OpenIdConnectProviderArgs>({
  token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  replaceOn: ["url"],
  unique: (inputs) => ({ ...exists("Provider", inputs.url, "url"), property: "url" }),
  check(request) {
    checkText(request, "url", request.inputs.url, {
      longest: 255,
      pattern: /^https:\/\/[^?#]+$/,
      code: "ValidationError",
    });
    if (request.inputs.clientIdLists.length === 0) {
      request.refuse("clientIdLists", "ValidationError", "At least one client id is required");
    }
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, world }) => {
    const arn = world.globalArn("iam", `oidc-provider/${inputs.url.replace(/^https:\/\//, "")}`);
    return { id: arn, outputs: { arn, thumbprintLists: inputs.thumbprintLists ?? [] } };
  },
});

/** Last part of the role's name, which the service chooses: `AWSServiceRoleForAutoScaling` and likewise. */
const serviceRoleNames: Readonly<Record<string, string>> = {
  "autoscaling.amazonaws.com": "AutoScaling",
  "elasticloadbalancing.amazonaws.com": "ElasticLoadBalancing",
  "spot.amazonaws.com": "EC2Spot",
};

const serviceLinkedRole = resourceType<ServiceLinkedRoleArgs>({
  token: "aws:iam/serviceLinkedRole:ServiceLinkedRole",
  replaceOn: ["awsServiceName", "customSuffix"],
  guardedBy: "DeleteConflict",
  unique: ({ awsServiceName, customSuffix }) => ({
    key: `${awsServiceName} ${customSuffix ?? ""}`,
    property: "awsServiceName",
    code: "InvalidInput",
    message: `Service role name has been taken in this account, please try a different suffix.`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    if (serviceRoleNames[inputs.awsServiceName] === undefined) {
      refuse(
        "awsServiceName",
        "InvalidInput",
        `${inputs.awsServiceName} is not a service of which the simulation knows the role`,
      );
    }
    if (inputs.customSuffix !== undefined && inputs.awsServiceName !== "autoscaling.amazonaws.com") {
      refuse("customSuffix", "InvalidInput", `Custom suffix is not allowed for ${inputs.awsServiceName}`);
    }
    checkText(request, "customSuffix", inputs.customSuffix, {
      longest: 64,
      pattern: namePattern,
      code: "InvalidInput",
    });
    checkTags(request, inputs.tags);
    const { length } = serviceRoleName(inputs);
    if (length > 64)
      refuse(
        "customSuffix",
        "InvalidInput",
        `The name of the role has ${show(length)} characters, at most 64 are allowed`,
      );
  },
  create: ({ inputs, seed, world }) => {
    const name = serviceRoleName(inputs);
    const path = `/aws-service-role/${inputs.awsServiceName}/`;
    const arn = world.globalArn("iam", `role${path}${name}`);
    return { id: arn, outputs: { arn, name, path, uniqueId: letteredId("AROA", seed, 17) } };
  },
});

const serviceRoleName = ({ awsServiceName, customSuffix }: Plain<ServiceLinkedRoleArgs>): string =>
  `AWSServiceRoleFor${serviceRoleNames[awsServiceName] ?? awsServiceName}${customSuffix === undefined ? "" : `_${customSuffix}`}`;

/** Who may do what. */
export const iamTypes = [
  serviceLinkedRole,
  role,
  rolePolicy,
  policy,
  attachment,
  instanceProfile,
  openIdConnectProvider,
];
