import { aws } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Cases } from "../fixtures";

const identity = [aws.rolePolicy, aws.policy, aws.userPolicy, aws.groupPolicy, aws.role];

/** A statement as each of the types takes it. */
function may(type: string, statement: object) {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });
  return type === aws.role ? resource(type, { inlinePolicies: [{ name: "own", policy }] }) : resource(type, { policy });
}
const trusts = (statement: object) =>
  resource(aws.role, {
    assumeRolePolicy: { Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }] },
  });
const tagged = { StringEquals: { "aws:ResourceTag/holdfast:cluster": "prod" } };
const policyOf = (type: string, statement: object) =>
  resource(type, { policy: JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] }) });

const keySet = "arn:aws:s3:::issuer/openid/v1/jwks";

export const iamCases: Cases = {
  "iam-no-wildcard-actions": [
    ...forTypes(identity, (type) => [
      may(type, { Action: ["ec2:Describe*", "s3:GetObject"], Resource: "*" }),
      may(type, { Action: ["s3:*"], Resource: "arn:aws:s3:::files/*" }),
      /statement 1 allows s3:\*\./,
    ]),
    [
      may(aws.policy, { Sid: "Read", Action: "s3:Get*", Resource: "*" }),
      may(aws.policy, { Sid: "Most", NotAction: "iam:*", Resource: "*" }),
      /Most uses NotAction/,
    ],
  ],
  "iam-writes-scoped": forTypes(identity, (type) => [
    may(type, { Action: "ec2:TerminateInstances", Resource: "*", Condition: tagged }),
    may(type, { Action: ["ec2:TerminateInstances", "ec2:DescribeInstances"], Resource: "*" }),
    /allows ec2:TerminateInstances on every resource/,
  ]),
  "iam-instances-by-tag": forTypes(identity, (type) => [
    may(type, { Action: "ec2:AttachVolume", Resource: "arn:aws:ec2:*:*:instance/*", Condition: tagged }),
    may(type, { Action: "ec2:AttachVolume", Resource: "arn:aws:ec2:*:*:instance/*" }),
    /ec2:AttachVolume without a tag condition/,
  ]),
  "iam-pass-role-scoped": forTypes(identity, (type) => [
    may(type, { Action: "iam:PassRole", Resource: "arn:aws:iam::123456789012:role/node" }),
    may(type, { Action: "iam:PassRole", Resource: "*" }),
    /allows passing any role/,
  ]),
  "iam-no-access-keys": [[resource(aws.role), resource(aws.accessKey, { user: "ci" }), /creates an access key/]],
  "iam-no-full-access-policies": forTypes(
    [aws.rolePolicyAttachment, aws.userPolicyAttachment, aws.groupPolicyAttachment],
    (type) => [
      resource(type, { policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }),
      resource(type, { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
      /AdministratorAccess is attached/,
    ],
  ),
  "iam-trust-named": [
    [
      trusts({ Principal: { Service: "ec2.amazonaws.com" } }),
      trusts({ Principal: "*" }),
      /any AWS account assume the role/,
    ],
    [
      trusts({ Principal: { AWS: "*" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      trusts({ Principal: { AWS: ["*"] } }),
      /any AWS account assume the role/,
    ],
  ],
  "no-public-resource-policies": forTypes([aws.bucketPolicy, aws.queuePolicy, aws.topicPolicy, aws.key], (type) => [
    policyOf(type, {
      Principal: "*",
      Action: "sns:Publish",
      Condition: { StringEquals: { "aws:SourceAccount": "1" } },
    }),
    policyOf(type, { Sid: "Open", Principal: { AWS: "*" }, Action: "s3:GetObject" }),
    /Open allows anonymous access/,
  ]).concat(
    ["s3:PutObject", "s3:*", ["s3:GetObject", "s3:ListBucket"]].map((Action) => [
      policyOf(aws.bucketPolicy, { Principal: "*", Action: "s3:GetObject", Resource: keySet }),
      policyOf(aws.bucketPolicy, { Sid: "Open", Principal: "*", Action, Resource: keySet }),
      /Open allows anonymous access/,
    ]),
  ),
  "iam-roles-described": [[resource(aws.role, { description: "Nodes" }), resource(aws.role), /description is missing/]],
};
