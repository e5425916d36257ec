import { aws } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Cases } from "../fixtures";

const identity = [aws.rolePolicy, aws.policy, aws.userPolicy, aws.groupPolicy, aws.role];

/** Identity policy with one statement, inline for a role. */
function allowing(type: string, statement: object) {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });
  return type === aws.role ? resource(type, { inlinePolicies: [{ name: "own", policy }] }) : resource(type, { policy });
}
const trusting = (statement: object) =>
  resource(aws.role, {
    assumeRolePolicy: { Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }] },
  });
const tagged = { StringEquals: { "aws:ResourceTag/holdfast:cluster": "prod" } };
const resourcePolicy = (type: string, statement: object) =>
  resource(type, { policy: JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] }) });

const keySet = "arn:aws:s3:::issuer/openid/v1/jwks";

export const iamCases: Cases = {
  "iam-no-wildcard-actions": [
    ...forTypes(identity, (type) => [
      allowing(type, { Action: ["ec2:Describe*", "s3:GetObject"], Resource: "*" }),
      allowing(type, { Action: ["s3:*"], Resource: "arn:aws:s3:::files/*" }),
      /statement 1 allows s3:\*\./,
    ]),
    [
      allowing(aws.policy, { Sid: "Read", Action: "s3:Get*", Resource: "*" }),
      allowing(aws.policy, { Sid: "Most", NotAction: "iam:*", Resource: "*" }),
      /Most uses NotAction/,
    ],
  ],
  "iam-writes-scoped": forTypes(identity, (type) => [
    allowing(type, { Action: "ec2:TerminateInstances", Resource: "*", Condition: tagged }),
    allowing(type, { Action: ["ec2:TerminateInstances", "ec2:DescribeInstances"], Resource: "*" }),
    /allows ec2:TerminateInstances on every resource/,
  ]),
  "iam-instances-by-tag": forTypes(identity, (type) => [
    allowing(type, { Action: "ec2:AttachVolume", Resource: "arn:aws:ec2:*:*:instance/*", Condition: tagged }),
    allowing(type, { Action: "ec2:AttachVolume", Resource: "arn:aws:ec2:*:*:instance/*" }),
    /ec2:AttachVolume without a tag condition/,
  ]),
  "iam-pass-role-scoped": forTypes(identity, (type) => [
    allowing(type, { Action: "iam:PassRole", Resource: "arn:aws:iam::123456789012:role/node" }),
    allowing(type, { Action: "iam:PassRole", Resource: "*" }),
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
      trusting({ Principal: { Service: "ec2.amazonaws.com" } }),
      trusting({ Principal: "*" }),
      /any AWS account assume the role/,
    ],
    [
      trusting({ Principal: { AWS: "*" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      trusting({ Principal: { AWS: ["*"] } }),
      /any AWS account assume the role/,
    ],
  ],
  "no-public-resource-policies": forTypes([aws.bucketPolicy, aws.queuePolicy, aws.topicPolicy, aws.key], (type) => [
    resourcePolicy(type, {
      Principal: "*",
      Action: "sns:Publish",
      Condition: { StringEquals: { "aws:SourceAccount": "1" } },
    }),
    resourcePolicy(type, { Sid: "Open", Principal: { AWS: "*" }, Action: "s3:GetObject" }),
    /Open allows anonymous access/,
  ]).concat(
    ["s3:PutObject", "s3:*", ["s3:GetObject", "s3:ListBucket"]].map((Action) => [
      resourcePolicy(aws.bucketPolicy, { Principal: "*", Action: "s3:GetObject", Resource: keySet }),
      resourcePolicy(aws.bucketPolicy, { Sid: "Open", Principal: "*", Action, Resource: keySet }),
      /Open allows anonymous access/,
    ]),
  ),
  "iam-roles-described": [[resource(aws.role, { description: "Nodes" }), resource(aws.role), /description is missing/]],
};
