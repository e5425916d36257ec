import { World } from "../../../simulation/core/world";
import { checkPolicy } from "../../../simulation/iam/policyDocument";
import { describeRefusals, duplicateOf, policyOf, trustPolicy } from "../testAccount";

const allow = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*" };
const assume = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
const statement = "policy.Statement[0]";
/** Statement of a little more than `length` characters. */
const long = (length: number) => ({ ...allow, Resource: `arn:aws:s3:::bucket/${"x".repeat(length)}` });

const rolePolicyType = "aws:iam/rolePolicy:RolePolicy";
const rolePolicy = { name: "machine", role: "machine", policy: policyOf(allow) };

describeRefusals(
  rolePolicyType,
  () => rolePolicy,
  [
    ["an unknown role", { role: "none" }, "role", "NoSuchEntity", "none"],
    ["a slash in the name", { name: "a/b" }, "name", "ValidationError"],
    ["a name of 129 characters", { name: "n".repeat(129) }, "name", "ValidationError"],
    ["text that is not JSON", { policy: "{" }, "policy", "MalformedPolicyDocument"],
    [
      "an action without a service",
      { policy: policyOf({ ...allow, Action: "GetObject" }) },
      `${statement}.Action`,
      "MalformedPolicyDocument",
    ],
    [
      "a resource that is no ARN",
      { policy: policyOf({ ...allow, Resource: "bucket" }) },
      `${statement}.Resource`,
      "MalformedPolicyDocument",
    ],
    [
      "a Sid with a space",
      { policy: policyOf({ ...allow, Sid: "a b" }) },
      `${statement}.Sid`,
      "MalformedPolicyDocument",
    ],
    [
      "a duplicate Sid",
      { policy: policyOf({ ...allow, Sid: "A" }, { ...allow, Sid: "A" }) },
      "policy.Statement[1].Sid",
      "MalformedPolicyDocument",
    ],
    [
      "an unknown condition operator",
      { policy: policyOf({ ...allow, Condition: { StringSame: { a: "b" } } }) },
      `${statement}.Condition`,
      "MalformedPolicyDocument",
      "StringSame",
    ],
    ["more than 10,240 characters", { policy: policyOf(long(10_200)) }, "policy", "LimitExceeded", "10240"],
    [
      "more than 10,240 characters in two policies",
      async (account) => {
        await account.create(rolePolicyType, "first", { ...rolePolicy, name: "first", policy: policyOf(long(6000)) });
        return { policy: policyOf(long(6000)) };
      },
      "policy",
      "LimitExceeded",
      "for role machine",
    ],
    duplicateOf("a name in use", rolePolicyType, rolePolicy, "name", "EntityAlreadyExists"),
  ],
  [
    ["white space beyond the limit", { policy: policyOf(allow) + " ".repeat(11_000) }],
    [
      "condition operators with prefix and suffix",
      { policy: policyOf({ ...allow, Condition: { "ForAllValues:StringLikeIfExists": { a: "b" } } }) },
    ],
  ],
);

const principal = "assumeRolePolicy.Statement[0].Principal";
describeRefusals(
  "aws:iam/role:Role",
  () => ({ name: "worker", assumeRolePolicy: trustPolicy("ec2.amazonaws.com") }),
  [
    ["a name in use", { name: "machine" }, "name", "EntityAlreadyExists"],
    ["a name of 65 characters", { name: "n".repeat(65) }, "name", "ValidationError"],
    ["a space in the name", { name: "a b" }, "name", "ValidationError"],
    [
      "trust in an unknown service",
      { assumeRolePolicy: trustPolicy("ec2") },
      `${principal}.Service`,
      "MalformedPolicyDocument",
    ],
    [
      "trust in a service of China",
      { assumeRolePolicy: trustPolicy("ec2.amazonaws.com.cn") },
      `${principal}.Service`,
      "MalformedPolicyDocument",
    ],
    [
      "trust in an unknown role",
      { assumeRolePolicy: policyOf({ ...assume, Principal: { AWS: "arn:aws:iam::123456789012:role/none" } }) },
      `${principal}.AWS`,
      "MalformedPolicyDocument",
    ],
    [
      "more than 2,048 characters of trust policy",
      { assumeRolePolicy: policyOf({ ...assume, Condition: { StringEquals: { a: "x".repeat(2048) } } }) },
      "assumeRolePolicy",
      "LimitExceeded",
    ],
  ],
  [
    [
      "trust in an existing role",
      (account) => ({ assumeRolePolicy: policyOf({ ...assume, Principal: { AWS: account.get("role", "arn") } }) }),
    ],
  ],
);

const policy = { name: "read", policy: policyOf(allow) };
describeRefusals("aws:iam/policy:Policy", () => policy, [
  [
    "a resource of another partition",
    { policy: policyOf({ ...allow, Resource: "arn:aws-cn:s3:::bucket/*" }) },
    "policy.Statement[0].Resource",
    "MalformedPolicyDocument",
    'Partition "aws-cn" is not valid',
  ],
  ["more than 6,144 characters", { policy: policyOf(long(6144)) }, "policy", "LimitExceeded"],
  ["a space in the name", { name: "a b" }, "name", "ValidationError"],
  duplicateOf("a name in use", "aws:iam/policy:Policy", policy, "name", "EntityAlreadyExists"),
]);

const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
describeRefusals(
  attachmentType,
  () => ({ role: "machine", policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }),
  [
    ["an unknown role", { role: "none" }, "role", "NoSuchEntity"],
    ["an unknown policy", { policyArn: "arn:aws:iam::123456789012:policy/none" }, "policyArn", "NoSuchEntity"],
    [
      "an eleventh policy of a role",
      async (account) => {
        for (let number = 1; number <= 10; number += 1) {
          const policyArn = `arn:aws:iam::aws:policy/Policy${number}`;
          await account.create(attachmentType, `p${number}`, { role: "machine", policyArn });
        }
        return {};
      },
      "policyArn",
      "LimitExceeded",
    ],
  ],
);

describeRefusals("aws:iam/instanceProfile:InstanceProfile", () => ({ name: "worker", role: "machine" }), [
  ["a name in use", { name: "machine" }, "name", "EntityAlreadyExists"],
  ["a name of 129 characters", { name: "n".repeat(129) }, "name", "ValidationError"],
  ["an unknown role", { role: "none" }, "role", "NoSuchEntity"],
]);

const providerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";
const provider = { url: "https://issuer.example", clientIdLists: ["sts.amazonaws.com"] };
describeRefusals(providerType, () => provider, [
  ["plain HTTP", { url: "http://issuer.example" }, "url", "ValidationError"],
  duplicateOf("a URL in use", providerType, provider, "url", "EntityAlreadyExists"),
]);

const serviceRoleType = "aws:iam/serviceLinkedRole:ServiceLinkedRole";
const serviceRole = { awsServiceName: "autoscaling.amazonaws.com", customSuffix: "blue" };
describeRefusals(serviceRoleType, () => serviceRole, [
  ["a name of more than 64 characters", { customSuffix: "s".repeat(50) }, "customSuffix", "InvalidInput"],
  duplicateOf("a suffix in use", serviceRoleType, serviceRole, "awsServiceName", "InvalidInput"),
]);

test.each<[string, boolean]>([
  ["ec2.amazonaws.com.cn", true],
  ["ec2.amazonaws.com", true],
  ["logs.cn-north-1.amazonaws.com.cn", true],
  ["logs.cn-north-1.amazonaws.com", false],
  ["events.amazonaws.com", true],
  ["events.amazonaws.com.cn", false],
])("China accepts the service principal %s: %s", (service, accepted) => {
  const refused: string[] = [];
  const refuse = (property: string): void => void refused.push(property);
  const statement = { ...assume, Principal: { Service: service } };
  checkPolicy({ world: new World("cn-north-1"), refuse }, "policy", policyOf(statement), { kind: "resource" });
  expect(refused).toEqual(accepted ? [] : ["policy.Statement[0].Principal.Service"]);
});
