import { describeRefusals, trust } from "./testAccount";

const document = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*" };
const assume = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
const statement = "policy.Statement[0]";
/** A statement of `length` characters and a little more. */
const long = (length: number) => ({ ...allow, Resource: `arn:aws:s3:::bucket/${"x".repeat(length)}` });

describeRefusals(
  "aws:iam/rolePolicy:RolePolicy",
  () => ({ name: "machine", role: "machine", policy: document(allow) }),
  [
    ["an unknown role", { role: "nobody" }, "role", "NoSuchEntity", "nobody"],
    ["a name with a slash", { name: "a/b" }, "name", "ValidationError"],
    ["a long name", { name: "n".repeat(129) }, "name", "ValidationError"],
    ["what is not JSON", { policy: "{" }, "policy", "MalformedPolicyDocument"],
    ["what is no object", { policy: "[]" }, "policy", "MalformedPolicyDocument"],
    [
      "unknown elements",
      { policy: JSON.stringify({ Statement: [allow], Colour: "red" }) },
      "policy",
      "MalformedPolicyDocument",
      "Colour",
    ],
    [
      "an unknown version",
      { policy: JSON.stringify({ Version: "2020-01-01", Statement: [allow] }) },
      "policy.Version",
      "MalformedPolicyDocument",
    ],
    ["no statement", { policy: document() }, "policy.Statement", "MalformedPolicyDocument"],
    [
      "a statement that is text",
      { policy: JSON.stringify({ Statement: ["Allow"] }) },
      statement,
      "MalformedPolicyDocument",
    ],
    [
      "unknown elements of a statement",
      { policy: document({ ...allow, When: "now" }) },
      statement,
      "MalformedPolicyDocument",
      "When",
    ],
    [
      "an unknown effect",
      { policy: document({ ...allow, Effect: "allow" }) },
      `${statement}.Effect`,
      "MalformedPolicyDocument",
    ],
    [
      "no action",
      { policy: document({ ...allow, Action: undefined }) },
      `${statement}.Action`,
      "MalformedPolicyDocument",
    ],
    [
      "an action without service",
      { policy: document({ ...allow, Action: "GetObject" }) },
      `${statement}.Action`,
      "MalformedPolicyDocument",
    ],
    [
      "no resource",
      { policy: document({ ...allow, Resource: undefined }) },
      `${statement}.Resource`,
      "MalformedPolicyDocument",
    ],
    [
      "a resource that is no ARN",
      { policy: document({ ...allow, Resource: "bucket" }) },
      `${statement}.Resource`,
      "MalformedPolicyDocument",
    ],
    [
      "a principal",
      { policy: document({ ...allow, Principal: "*" }) },
      `${statement}.Principal`,
      "MalformedPolicyDocument",
    ],
    [
      "a Sid with a space",
      { policy: document({ ...allow, Sid: "a b" }) },
      `${statement}.Sid`,
      "MalformedPolicyDocument",
    ],
    [
      "a Sid twice",
      { policy: document({ ...allow, Sid: "A" }, { ...allow, Sid: "A" }) },
      "policy.Statement[1].Sid",
      "MalformedPolicyDocument",
    ],
    [
      "an unknown condition",
      { policy: document({ ...allow, Condition: { StringSame: { a: "b" } } }) },
      `${statement}.Condition`,
      "MalformedPolicyDocument",
      "StringSame",
    ],
    [
      "a condition that is text",
      { policy: document({ ...allow, Condition: "now" }) },
      `${statement}.Condition`,
      "MalformedPolicyDocument",
    ],
    [
      "a condition without keys",
      { policy: document({ ...allow, Condition: { Bool: true } }) },
      `${statement}.Condition.Bool`,
      "MalformedPolicyDocument",
    ],
    ["more than 10,240 characters", { policy: document(long(10_200)) }, "policy", "LimitExceeded", "10240"],
    [
      "more than 10,240 characters in all",
      async (account) => {
        await account.make("aws:iam/rolePolicy:RolePolicy", "first", {
          name: "first",
          role: "machine",
          policy: document(long(6000)),
        });
        return { policy: document(long(6000)) };
      },
      "policy",
      "LimitExceeded",
      "for role machine",
    ],
    [
      "a second policy of the name",
      async (account) => {
        await account.make("aws:iam/rolePolicy:RolePolicy", "first", {
          name: "machine",
          role: "machine",
          policy: document(allow),
        });
        return {};
      },
      "name",
      "EntityAlreadyExists",
    ],
  ],
  [
    ["white space beyond the limit", { policy: document(allow) + " ".repeat(11_000) }],
    [
      "operators with prefix and suffix",
      { policy: document({ ...allow, Condition: { "ForAllValues:StringLikeIfExists": { a: "b" } } }) },
    ],
    ["a policy as an object", { policy: { Version: "2012-10-17", Statement: [allow] } }],
  ],
);

describeRefusals(
  "aws:iam/role:Role",
  () => ({ name: "worker", assumeRolePolicy: trust("ec2.amazonaws.com") }),
  [
    ["a name that is taken", { name: "machine" }, "name", "EntityAlreadyExists"],
    ["a name of 65 characters", { name: "n".repeat(65) }, "name", "ValidationError"],
    ["a name with a space", { name: "a b" }, "name", "ValidationError"],
    ["a long description", { description: "d".repeat(1001) }, "description", "ValidationError"],
    ["a path without slash", { path: "machines" }, "path", "ValidationError"],
    ["a session of a minute", { maxSessionDuration: 60 }, "maxSessionDuration", "ValidationError"],
    [
      "trust in nobody",
      { assumeRolePolicy: document({ ...assume, Principal: undefined }) },
      "assumeRolePolicy.Statement[0].Principal",
      "MalformedPolicyDocument",
    ],
    [
      "trust with resources",
      { assumeRolePolicy: document({ ...assume, Resource: "*" }) },
      "assumeRolePolicy.Statement[0].Resource",
      "MalformedPolicyDocument",
    ],
    [
      "trust in no service",
      { assumeRolePolicy: trust("ec2") },
      "assumeRolePolicy.Statement[0].Principal.Service",
      "MalformedPolicyDocument",
    ],
    [
      "trust in a role that is not there",
      { assumeRolePolicy: document({ ...assume, Principal: { AWS: "arn:aws:iam::123456789012:role/nobody" } }) },
      "assumeRolePolicy.Statement[0].Principal.AWS",
      "MalformedPolicyDocument",
    ],
    [
      "trust in something odd",
      { assumeRolePolicy: document({ ...assume, Principal: { Cat: "Tom" } }) },
      "assumeRolePolicy.Statement[0].Principal",
      "MalformedPolicyDocument",
    ],
    [
      "trust in a name",
      { assumeRolePolicy: document({ ...assume, Principal: "Tom" }) },
      "assumeRolePolicy.Statement[0].Principal",
      "MalformedPolicyDocument",
    ],
    [
      "trust of more than 2,048 characters",
      { assumeRolePolicy: document({ ...assume, Condition: { StringEquals: { a: "x".repeat(2048) } } }) },
      "assumeRolePolicy",
      "LimitExceeded",
    ],
  ],
  [
    [
      "trust in a role that is there",
      (account) => ({ assumeRolePolicy: document({ ...assume, Principal: { AWS: account.get("role", "arn") } }) }),
    ],
  ],
);

describeRefusals("aws:iam/policy:Policy", () => ({ name: "read", policy: document(allow) }), [
  ["more than 6,144 characters", { policy: document(long(6144)) }, "policy", "LimitExceeded"],
  ["a name with a space", { name: "a b" }, "name", "ValidationError"],
  [
    "a name that is taken",
    async (account) => {
      await account.make("aws:iam/policy:Policy", "first", { name: "read", policy: document(allow) });
      return {};
    },
    "name",
    "EntityAlreadyExists",
  ],
]);

describeRefusals(
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  () => ({ role: "machine", policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }),
  [
    ["an unknown role", { role: "nobody" }, "role", "NoSuchEntity"],
    ["an unknown policy", { policyArn: "arn:aws:iam::123456789012:policy/none" }, "policyArn", "NoSuchEntity"],
    [
      "an eleventh policy",
      async (account) => {
        for (let number = 1; number <= 10; number += 1) {
          const policyArn = `arn:aws:iam::aws:policy/Policy${number}`;
          await account.make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", `p${number}`, {
            role: "machine",
            policyArn,
          });
        }
        return {};
      },
      "policyArn",
      "LimitExceeded",
    ],
  ],
);

describeRefusals("aws:iam/instanceProfile:InstanceProfile", () => ({ name: "worker", role: "machine" }), [
  ["a name that is taken", { name: "machine" }, "name", "EntityAlreadyExists"],
  ["a long name", { name: "n".repeat(129) }, "name", "ValidationError"],
  ["an unknown role", { role: "nobody" }, "role", "NoSuchEntity"],
]);

describeRefusals(
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  () => ({ url: "https://issuer.example", clientIdLists: ["sts.amazonaws.com"] }),
  [
    ["plain HTTP", { url: "http://issuer.example" }, "url", "ValidationError"],
    ["nobody to issue for", { clientIdLists: [] }, "clientIdLists", "ValidationError"],
  ],
);

describeRefusals(
  "aws:iam/serviceLinkedRole:ServiceLinkedRole",
  () => ({ awsServiceName: "autoscaling.amazonaws.com", customSuffix: "blue" }),
  [
    [
      "an unknown service",
      { awsServiceName: "tea.amazonaws.com", customSuffix: undefined },
      "awsServiceName",
      "InvalidInput",
    ],
    ["a suffix where there is none", { awsServiceName: "spot.amazonaws.com" }, "customSuffix", "InvalidInput"],
    ["a suffix with a slash", { customSuffix: "a/b" }, "customSuffix", "InvalidInput"],
    ["a suffix that makes the name too long", { customSuffix: "s".repeat(50) }, "customSuffix", "InvalidInput"],
    [
      "a role that is there",
      async (account) => {
        const role = { awsServiceName: "autoscaling.amazonaws.com", customSuffix: "blue" };
        await account.make("aws:iam/serviceLinkedRole:ServiceLinkedRole", "first", role);
        return {};
      },
      "awsServiceName",
      "InvalidInput",
    ],
  ],
);
