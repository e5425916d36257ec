import { call, single } from "./call";
import type { Mappings } from "./call";

export const iamCalls: Mappings = {
  "aws:iam/instanceProfile:InstanceProfile": ({ role, ...inputs }, context) => [
    ...single("iam", "CreateInstanceProfile", { name: "instanceProfileName" })(inputs, context),
    call("iam", "AddRoleToInstanceProfile", { instanceProfileName: inputs.name, roleName: role }),
  ],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": single("iam", "CreateOpenIDConnectProvider", {
    clientIdLists: "clientIDList",
    thumbprintLists: "thumbprintList",
  }),
  "aws:iam/policy:Policy": single("iam", "CreatePolicy", { name: "policyName", policy: "policyDocument" }),
  "aws:iam/role:Role": single("iam", "CreateRole", { name: "roleName", assumeRolePolicy: "assumeRolePolicyDocument" }),
  "aws:iam/rolePolicy:RolePolicy": single("iam", "PutRolePolicy", {
    name: "policyName",
    role: "roleName",
    policy: "policyDocument",
  }),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": single("iam", "AttachRolePolicy", { role: "roleName" }),
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": ({ awsServiceName, ...rest }, { tags, outputs }) => [
    call("iam", "CreateServiceLinkedRole", { ...rest, aWSServiceName: awsServiceName }),
    call("iam", "TagRole", { roleName: outputs.name, tags: tags.list }),
  ],
};
