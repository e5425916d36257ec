import { aws } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Cases } from "../scene";

const identity = [aws.rolePolicy, aws.policy, aws.userPolicy, aws.groupPolicy, aws.role];

/** A statement as each of the types takes it. */
function may(type: string, statement: object) {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });
  return type === aws.role ? on(type, { inlinePolicies: [{ name: "own", policy }] }) : on(type, { policy });
}
const trusts = (statement: object) =>
  on(aws.role, { assumeRolePolicy: { Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }] } });
const tagged = { StringEquals: { "aws:ResourceTag/holdfast:cluster": "prod" } };
const policyOf = (type: string, statement: object) =>
  on(type, { policy: JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] }) });

const keySet = "arn:aws:s3:::issuer/openid/v1/jwks";

export const iamCases: Cases = {
  "iam-no-wildcard-actions": [
    ...each(identity, (type) => ({
      passes: [may(type, { Action: ["ec2:Describe*", "s3:GetObject"], Resource: "*" })],
      fails: [may(type, { Action: ["s3:*"], Resource: "arn:aws:s3:::files/*" })],
      says: /statement 1 allows s3:\*\./,
    })),
    {
      passes: [may(aws.policy, { Sid: "Read", Action: "s3:Get*", Resource: "*" })],
      fails: [may(aws.policy, { Sid: "Most", NotAction: "iam:*", Resource: "*" })],
      says: /Most allows everything but/,
    },
  ],
  "iam-writes-narrowed": each(identity, (type) => ({
    passes: [may(type, { Action: "ec2:TerminateInstances", Resource: "*", Condition: tagged })],
    fails: [may(type, { Action: ["ec2:TerminateInstances", "ec2:DescribeInstances"], Resource: "*" })],
    says: /allows ec2:TerminateInstances on every resource/,
  })),
  "iam-machines-by-tag": each(identity, (type) => ({
    passes: [may(type, { Action: "ec2:AttachVolume", Resource: "arn:aws:ec2:*:*:instance/*", Condition: tagged })],
    fails: [may(type, { Action: "ec2:AttachVolume", Resource: "arn:aws:ec2:*:*:instance/*" })],
    says: /ec2:AttachVolume without asking for a tag/,
  })),
  "iam-pass-role-named": each(identity, (type) => ({
    passes: [may(type, { Action: "iam:PassRole", Resource: "arn:aws:iam::123456789012:role/node" })],
    fails: [may(type, { Action: "iam:PassRole", Resource: "*" })],
    says: /passes any role/,
  })),
  "iam-no-access-keys": [
    { passes: [on(aws.role)], fails: [on(aws.accessKey, { user: "ci" })], says: /An access key is made/ },
  ],
  "iam-no-administrator-policies": each(
    [aws.rolePolicyAttachment, aws.userPolicyAttachment, aws.groupPolicyAttachment],
    (type) => ({
      passes: [on(type, { policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" })],
      fails: [on(type, { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" })],
      says: /AdministratorAccess is attached/,
    }),
  ),
  "iam-trust-named": [
    {
      passes: [trusts({ Principal: { Service: "ec2.amazonaws.com" } })],
      fails: [trusts({ Principal: "*" })],
      says: /lets anybody take the role/,
    },
    {
      passes: [trusts({ Principal: { AWS: "*" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } })],
      fails: [trusts({ Principal: { AWS: ["*"] } })],
      says: /lets anybody take the role/,
    },
  ],
  "no-public-resource-policies": each([aws.bucketPolicy, aws.queuePolicy, aws.topicPolicy, aws.key], (type) => ({
    passes: [
      policyOf(type, {
        Principal: "*",
        Action: "sns:Publish",
        Condition: { StringEquals: { "aws:SourceAccount": "1" } },
      }),
    ],
    fails: [policyOf(type, { Sid: "Open", Principal: { AWS: "*" }, Action: "s3:GetObject" })],
    says: /Open allows everybody/,
  })).concat(
    ["s3:PutObject", "s3:*", ["s3:GetObject", "s3:ListBucket"]].map((Action) => ({
      passes: [policyOf(aws.bucketPolicy, { Principal: "*", Action: "s3:GetObject", Resource: keySet })],
      fails: [policyOf(aws.bucketPolicy, { Sid: "Open", Principal: "*", Action, Resource: keySet })],
      says: /Open allows everybody/,
    })),
  ),
  "iam-roles-described": [
    { passes: [on(aws.role, { description: "Nodes" })], fails: [on(aws.role, {})], says: /description is missing/ },
  ],
};
