import { advice, everywhere, standard } from "../model/levels";
import { resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import type { Value } from "../model/value";
import { isOidcDiscovery } from "./oidcDiscovery";
import { allowStatements, isTagCondition, isWildcardWrite, isWrite } from "./policyStatements";

/** Types with identity policies. */
const identityTypes = [aws.rolePolicy, aws.policy, aws.userPolicy, aws.groupPolicy, aws.role] as const;

/** Identity policy documents of a resource, including inline policies of a role. */
const documentsOf = (resource: Resource): readonly Value[] =>
  resource.type === aws.role
    ? resource
        .at("inlinePolicies")
        .items()
        .map((policy) => policy.at("policy"))
    : [resource.at("policy")];

const allowStatementsOf = (resource: Resource) => documentsOf(resource).flatMap(allowStatements);

/** Actions without resource-level permissions. */
const actionsWithoutResource =
  /^(?:logs:CreateLogGroup|cloudwatch:PutMetricData|ssmmessages:.*|ec2messages:.*|ssm:UpdateInstanceInformation|ecr:GetAuthorizationToken|xray:Put.*)$/;

/** Actions on instances, volumes and Auto Scaling groups that support tag conditions. */
const taggableActions =
  /^(?:ec2:(?:Attach|Detach|Terminate|Stop|Start|Reboot|Delete|Modify)|autoscaling:(?:Set|Terminate|Update|Delete|Complete))/;

const fullAccessPolicies =
  /\/(?:AdministratorAccess|PowerUserAccess|IAMFullAccess|AmazonEC2FullAccess|AmazonS3FullAccess)$/;

/** Condition keys that restrict access to known accounts, principals or networks. */
const restrictingConditions =
  /^(?:aws:(?:Source|Principal)(?:Account|Arn|OrgID|OrgPaths)|sts:ExternalId|kms:CallerAccount|aws:SourceVpce?|aws:SourceIp|.*:(?:sub|aud))$/i;

const resourcePolicyTypes = [aws.bucketPolicy, aws.queuePolicy, aws.topicPolicy, aws.key] as const;

export const iamRules: readonly Rule[] = [
  resourceRule({
    name: "iam-no-wildcard-actions",
    levels: standard,
    types: identityTypes,
    requirement: "IAM policies name write actions without wildcards.",
    reason: "A wildcard grows with every action that AWS adds, so its current scope is unknown.",
    fix: "List the required actions. Use wildcards for read actions only, such as ec2:Describe*.",
    check(resource, report) {
      for (const { label, actions, negated } of allowStatementsOf(resource)) {
        if (negated) report(`${label} uses NotAction.`);
        const wild = actions.filter(isWildcardWrite);
        if (wild.length > 0) report(`${label} allows ${wild.join(", ")}.`);
      }
    },
  }),
  resourceRule({
    name: "iam-writes-scoped",
    levels: standard,
    types: identityTypes,
    requirement: "Write permissions are limited to named resources or by a condition.",
    reason: 'With Resource: "*", one compromised instance can change every cluster in the account.',
    fix: "Name the ARNs of the resources, or add a condition on aws:ResourceTag.",
    check(resource, report) {
      for (const { label, actions, resources, conditions } of allowStatementsOf(resource)) {
        if (!resources.includes("*") || conditions.length > 0) continue;
        const open = actions.filter((action) => isWrite(action) && !actionsWithoutResource.test(action));
        if (open.length > 0) report(`${label} allows ${open.join(", ")} on every resource.`);
      }
    },
  }),
  resourceRule({
    name: "iam-instances-by-tag",
    levels: standard,
    types: identityTypes,
    requirement: "Changing instances, volumes and Auto Scaling groups by wildcard ARN requires a tag condition.",
    reason: "Instance ids are unknown in advance, so ARNs need a wildcard. Only a tag separates clusters.",
    fix: 'Add Condition: { StringEquals: { "aws:ResourceTag/holdfast:cluster": "<cluster>" } }.',
    check(resource, report) {
      for (const { label, actions, resources, conditions } of allowStatementsOf(resource)) {
        const tagged = actions.filter((action) => taggableActions.test(action));
        const byPattern = resources.some((arn) => arn === "*" || /:(?:instance|volume)\/\*$/.test(arn));
        if (tagged.length > 0 && byPattern && !conditions.some(isTagCondition)) {
          report(`${label} allows ${tagged.join(", ")} without a tag condition.`);
        }
      }
    },
  }),
  resourceRule({
    name: "iam-pass-role-scoped",
    levels: everywhere,
    types: identityTypes,
    requirement: "Permissions for iam:PassRole name the roles.",
    reason: "A principal that can pass any role has the permissions of the most powerful role.",
    fix: "Name the ARNs of the roles, and add a condition on iam:PassedToService.",
    check(resource, report) {
      for (const { label, actions, resources } of allowStatementsOf(resource)) {
        const allowsPassRole = actions.some((action) => ["iam:PassRole", "iam:*", "*"].includes(action));
        if (allowsPassRole && resources.some((arn) => arn === "*" || arn.endsWith(":role/*")))
          report(`${label} allows passing any role.`);
      }
    },
  }),
  resourceRule({
    name: "iam-no-access-keys",
    levels: everywhere,
    types: [aws.accessKey],
    requirement: "Programs create no IAM access keys.",
    reason: "Access keys never expire and are the most common cause of compromised accounts.",
    fix: "Use a role: an instance profile, IAM Identity Center, or web identity for CI.",
    check(_key, report) {
      report("The program creates an access key.");
    },
  }),
  resourceRule({
    name: "iam-no-full-access-policies",
    levels: standard,
    types: [aws.rolePolicyAttachment, aws.userPolicyAttachment, aws.groupPolicyAttachment],
    requirement: "AWS managed full-access policies are not attached.",
    reason: "They allow every action on every resource, and AWS extends them.",
    fix: "Write a policy that lists the required actions.",
    check(attachment, report) {
      const arn = attachment.at("policyArn").string() ?? "";
      if (fullAccessPolicies.test(arn)) report(`${arn} is attached.`);
    },
  }),
  resourceRule({
    name: "iam-trust-named",
    levels: everywhere,
    types: [aws.role],
    requirement: "Trust policies name the principals that may assume the role.",
    reason: 'Principal "*" allows every AWS account to assume the role.',
    fix: "Name the service or ARN, or add a condition on an account or external id.",
    check(role, report) {
      for (const { label, principals, conditions } of allowStatements(role.at("assumeRolePolicy"))) {
        if (principals.includes("*") && !conditions.some((key) => restrictingConditions.test(key))) {
          report(`${label} lets any AWS account assume the role.`);
        }
      }
    },
  }),
  resourceRule({
    name: "no-public-resource-policies",
    levels: everywhere,
    types: resourcePolicyTypes,
    requirement: "Resource policies name their principals; only OIDC discovery documents may be public.",
    reason: 'Principal "*" includes anonymous clients.',
    fix: "Name accounts, roles or services, or add a condition on aws:SourceArn or aws:SourceAccount.",
    check(resource, report) {
      for (const statement of allowStatements(resource.at("policy"))) {
        const { label, principals, conditions } = statement;
        if (
          principals.includes("*") &&
          !conditions.some((key) => restrictingConditions.test(key)) &&
          !isOidcDiscovery(statement)
        ) {
          report(`${label} allows anonymous access.`);
        }
      }
    },
  }),
  resourceRule({
    name: "iam-roles-described",
    levels: advice,
    types: [aws.role],
    requirement: "IAM roles have a description.",
    reason: "Access reviews rely on names and descriptions, and a role without a documented purpose is never removed.",
    fix: "Set a description that names the principal and the purpose.",
    check(role, report) {
      if ((role.at("description").string() ?? "").trim() === "") report("The description is missing.");
    },
  }),
];
