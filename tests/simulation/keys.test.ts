import { describeRefusals } from "./testAccount";

const document = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const root = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "kms:*", Resource: "*" };

describeRefusals(
  "aws:kms/key:Key",
  () => ({ description: "disks", deletionWindowInDays: 30, enableKeyRotation: true, policy: document(root) }),
  [
    ["a short wait", { deletionWindowInDays: 6 }, "deletionWindowInDays", "ValidationException"],
    ["a long wait", { deletionWindowInDays: 31 }, "deletionWindowInDays", "ValidationException"],
    ["daily rotation", { rotationPeriodInDays: 1 }, "rotationPeriodInDays", "ValidationException"],
    ["a long description", { description: "d".repeat(8193) }, "description", "ValidationException"],
    ["an unknown use", { keyUsage: "OPEN_DOORS" }, "keyUsage", "ValidationException"],
    [
      "a broken policy",
      { policy: document(root, { ...root, Effect: "Perhaps" }) },
      "policy.Statement[1].Effect",
      "MalformedPolicyDocumentException",
    ],
    [
      "a policy that locks everybody out",
      { policy: document({ ...root, Action: "kms:Decrypt" }) },
      "policy",
      "MalformedPolicyDocumentException",
      "in the future",
    ],
    [
      "a policy for others alone",
      { policy: document({ ...root, Principal: { AWS: "arn:aws:iam::210987654321:root" } }) },
      "policy",
      "MalformedPolicyDocumentException",
      "in the future",
    ],
    [
      "a policy that opens only sometimes",
      { policy: document({ ...root, Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }) },
      "policy",
      "MalformedPolicyDocumentException",
      "in the future",
    ],
  ],
  [
    [
      "a policy that lets the account administer",
      { policy: document({ ...root, Action: ["kms:Put*", "kms:Describe*"] }) },
    ],
    [
      "a lock-out on purpose",
      { policy: document({ ...root, Action: "kms:Decrypt" }), bypassPolicyLockoutSafetyCheck: true },
    ],
  ],
);

describeRefusals("aws:kms/alias:Alias", (account) => ({ name: "alias/disks", targetKeyId: account.get("key") }), [
  ["a name without prefix", { name: "disks" }, "name", "InvalidAliasNameException"],
  ["odd characters", { name: "alias/my disks" }, "name", "InvalidAliasNameException"],
  ["AWS' own names", { name: "alias/aws/ebs" }, "name", "NotAuthorizedException"],
  ["an unknown key", { targetKeyId: "none" }, "targetKeyId", "NotFoundException"],
  [
    "a name that is taken",
    async (account) => {
      await account.make("aws:kms/alias:Alias", "first", { name: "alias/disks", targetKeyId: account.get("key") });
      return {};
    },
    "name",
    "AlreadyExistsException",
  ],
]);
