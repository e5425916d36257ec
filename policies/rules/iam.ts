import { advice, everywhere, standard } from "../model/levels";
import { resourceRule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import type { Value } from "../model/value";
import { isPublished } from "./published";
import { allowances, isTagCondition, wildcardWrites, writes } from "./statements";

/** What says what somebody may do. */
const identityTypes = [aws.rolePolicy, aws.policy, aws.userPolicy, aws.groupPolicy, aws.role] as const;

/** The documents that say so; a role may have some of its own. */
const documentsOf = (resource: Resource): readonly Value[] =>
  resource.type === aws.role
    ? resource
        .at("inlinePolicies")
        .items()
        .map((policy) => policy.at("policy"))
    : [resource.at("policy")];

const allowancesOf = (resource: Resource) => documentsOf(resource).flatMap(allowances);

const noWildcardActions = resourceRule({
  name: "iam-no-wildcard-actions",
  levels: standard,
  types: identityTypes,
  what: "Permissions to change things name their actions.",
  why: "A wildcard grows with every action that AWS adds, and nobody can say what it allows today.",
  fix: "Name the actions that are used; wildcards are for reading, like ec2:Describe*.",
  check(resource, report) {
    for (const { label, actions, negated } of allowancesOf(resource)) {
      if (negated) report(`${label} allows everything but a few actions.`);
      const wild = actions.filter(wildcardWrites);
      if (wild.length > 0) report(`${label} allows ${wild.join(", ")}.`);
    }
  },
});

/** They do not work on something that exists, so that AWS knows no resource to name. */
const nameless =
  /^(?:logs:CreateLogGroup|cloudwatch:PutMetricData|ssmmessages:.*|ec2messages:.*|ssm:UpdateInstanceInformation|ecr:GetAuthorizationToken|xray:Put.*)$/;

const writesNarrowed = resourceRule({
  name: "iam-writes-narrowed",
  levels: standard,
  types: identityTypes,
  what: "Permissions to change things are tied to named resources, or to tags by a condition.",
  why: 'With Resource: "*" one broken-into machine changes every cluster in the account.',
  fix: "Name the resources' ARNs, or add a condition on aws:ResourceTag of the cluster.",
  check(resource, report) {
    for (const { label, actions, resources, conditions } of allowancesOf(resource)) {
      if (!resources.includes("*") || conditions.length > 0) continue;
      const open = actions.filter((action) => writes(action) && !nameless.test(action));
      if (open.length > 0) report(`${label} allows ${open.join(", ")} on every resource.`);
    }
  },
});

/** Actions on machines and what they hold, which AWS can tie to tags. */
const takesTags =
  /^(?:ec2:(?:Attach|Detach|Terminate|Stop|Start|Reboot|Delete|Modify)|autoscaling:(?:Set|Terminate|Update|Delete|Complete))/;

const machinesByTag = resourceRule({
  name: "iam-machines-by-tag",
  levels: standard,
  types: identityTypes,
  what: "Permissions to change machines, volumes and groups by pattern carry a condition on a tag.",
  why: "Ids of machines are not known beforehand, so that the ARN has a wildcard: only a tag tells one's own from the others'.",
  fix: 'Add Condition: { StringEquals: { "aws:ResourceTag/holdfast:cluster": "<cluster>" } }.',
  check(resource, report) {
    for (const { label, actions, resources, conditions } of allowancesOf(resource)) {
      const tagged = actions.filter((action) => takesTags.test(action));
      const byPattern = resources.some((arn) => arn === "*" || /:(?:instance|volume)\/\*$/.test(arn));
      if (tagged.length > 0 && byPattern && !conditions.some(isTagCondition)) {
        report(`${label} allows ${tagged.join(", ")} without asking for a tag.`);
      }
    }
  },
});

const passRoleNamed = resourceRule({
  name: "iam-pass-role-named",
  levels: everywhere,
  types: identityTypes,
  what: "iam:PassRole names the roles that may be passed.",
  why: "Whoever may pass any role has the permissions of the strongest one.",
  fix: "Name the roles' ARNs, and the service in a condition on iam:PassedToService.",
  check(resource, report) {
    for (const { label, actions, resources } of allowancesOf(resource)) {
      const passes = actions.some((action) => ["iam:PassRole", "iam:*", "*"].includes(action));
      if (passes && resources.some((arn) => arn === "*" || arn.endsWith(":role/*")))
        report(`${label} passes any role.`);
    }
  },
});

const noAccessKeys = resourceRule({
  name: "iam-no-access-keys",
  levels: everywhere,
  types: [aws.accessKey],
  what: "There are no permanent access keys.",
  why: "They never expire, and are the most common way into an account.",
  fix: "Use a role: instance profiles, IAM Identity Center, or web identity for CI.",
  check(_key, report) {
    report("An access key is made.");
  },
});

const tooMuch = /\/(?:AdministratorAccess|PowerUserAccess|IAMFullAccess|AmazonEC2FullAccess|AmazonS3FullAccess)$/;

const noAdministratorPolicies = resourceRule({
  name: "iam-no-administrator-policies",
  levels: standard,
  types: [aws.rolePolicyAttachment, aws.userPolicyAttachment, aws.groupPolicyAttachment],
  what: "AWS' own policies of full access are attached to nobody.",
  why: "They allow everything to everything, and AWS adds to them.",
  fix: "Write a policy of the actions that are used.",
  check(attachment, report) {
    const arn = attachment.at("policyArn").text() ?? "";
    if (tooMuch.test(arn)) report(`${arn} is attached.`);
  },
});

/** Conditions that tell a stranger from one's own. */
const telling =
  /^(?:aws:(?:Source|Principal)(?:Account|Arn|OrgID|OrgPaths)|sts:ExternalId|kms:CallerAccount|aws:SourceVpce?|aws:SourceIp|.*:(?:sub|aud))$/i;

const trustNamed = resourceRule({
  name: "iam-trust-named",
  levels: everywhere,
  types: [aws.role],
  what: "A role names who may take it.",
  why: 'With Principal "*" anybody with an AWS account may.',
  fix: "Name the service or the ARN, or tie it by a condition to an account or an external id.",
  check(role, report) {
    for (const { label, principals, conditions } of allowances(role.at("assumeRolePolicy"))) {
      if (principals.includes("*") && !conditions.some((key) => telling.test(key))) {
        report(`${label} lets anybody take the role.`);
      }
    }
  },
});

const resourcePolicyTypes = [aws.bucketPolicy, aws.queuePolicy, aws.topicPolicy, aws.key] as const;

const noPublicResourcePolicies = resourceRule({
  name: "no-public-resource-policies",
  levels: everywhere,
  types: resourcePolicyTypes,
  what: "Policies of buckets, queues, topics and keys name whom they allow; only the keys of an issuer of tokens are for everybody.",
  why: 'Principal "*" is everybody on the internet, with or without an account.',
  fix: "Name accounts, roles or services, or add a condition on aws:SourceArn or aws:SourceAccount.",
  check(resource, report) {
    for (const allowance of allowances(resource.at("policy"))) {
      const { label, principals, conditions } = allowance;
      if (principals.includes("*") && !conditions.some((key) => telling.test(key)) && !isPublished(allowance)) {
        report(`${label} allows everybody.`);
      }
    }
  },
});

const rolesBounded = resourceRule({
  name: "iam-roles-described",
  levels: advice,
  types: [aws.role],
  what: "A role says what it is for.",
  why: "Reviews of access go by names and descriptions; a role that nobody can explain stays for ever.",
  fix: "Write a description: who takes it, and for what.",
  check(role, report) {
    if ((role.at("description").text() ?? "").trim() === "") report("The description is missing.");
  },
});

export const iamRules = [
  noWildcardActions,
  writesNarrowed,
  machinesByTag,
  passRoleNamed,
  noAccessKeys,
  noAdministratorPolicies,
  trustNamed,
  noPublicResourcePolicies,
  rolesBounded,
];
