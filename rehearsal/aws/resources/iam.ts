/** IAM roles, policies, instance profiles and OpenID Connect providers. */
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type * as aws from "@pulumi/aws";
import { policyText, type ResourceHandler, resourceHandler, tagList } from "./resourceHandler";

export const iamHandlers: Readonly<Record<string, ResourceHandler>> = {
  "aws:iam/role:Role": resourceHandler<aws.iam.RoleArgs>(async (inputs, { iam }, { name }) => {
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: name,
        Path: inputs.path,
        AssumeRolePolicyDocument: policyText(inputs.assumeRolePolicy),
        Tags: tagList(inputs.tags),
      }),
    );
    return { arn: Role?.Arn, uniqueId: Role?.RoleId };
  }),

  "aws:iam/rolePolicy:RolePolicy": resourceHandler<aws.iam.RolePolicyArgs>(async (inputs, { iam }, { name }) => {
    const PolicyDocument = policyText(inputs.policy);
    await iam.send(new PutRolePolicyCommand({ RoleName: inputs.role as string, PolicyName: name, PolicyDocument }));
  }),

  "aws:iam/policy:Policy": resourceHandler<aws.iam.PolicyArgs>(async (inputs, { iam }, { name }) => {
    const PolicyDocument = policyText(inputs.policy);
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument }));
    return { id: Policy?.Arn, arn: Policy?.Arn };
  }),

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": resourceHandler<aws.iam.RolePolicyAttachmentArgs>(
    async (inputs, { iam }) => {
      const PolicyArn = inputs.policyArn;
      // moto does not have AWS's managed policies.
      if (PolicyArn.includes("::aws:policy/")) return undefined;
      await iam.send(new AttachRolePolicyCommand({ RoleName: inputs.role as string, PolicyArn }));
    },
  ),

  "aws:iam/instanceProfile:InstanceProfile": resourceHandler<aws.iam.InstanceProfileArgs>(
    async (inputs, { iam }, { name }) => {
      const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
      await iam.send(
        new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: inputs.role as string }),
      );
      return { arn: InstanceProfile?.Arn };
    },
  ),

  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": resourceHandler<aws.iam.OpenIdConnectProviderArgs>(
    async (inputs, { iam }) => {
      const { OpenIDConnectProviderArn: arn } = await iam.send(
        new CreateOpenIDConnectProviderCommand({
          Url: inputs.url,
          ClientIDList: inputs.clientIdLists,
          // AWS trusts S3's certificate authorities by itself; moto requires a fingerprint.
          ThumbprintList: inputs.thumbprintLists ?? ["0".repeat(40)],
        }),
      );
      return { id: arn, arn };
    },
  ),
};
