import { describeRefusals, duplicateOf, policyOf } from "../testAccount";
import type { TestAccount } from "../testAccount";

const policy = (principal: string): string =>
  policyOf({ Effect: "Allow", Principal: { AWS: principal }, Action: "kms:*", Resource: "*" });

describeRefusals("aws:kms/key:Key", () => ({ policy: policy("arn:aws:iam::123456789012:root") }), [
  [
    "a policy for an unknown role",
    {
      policy: policyOf(
        { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "kms:*", Resource: "*" },
        { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:role/none" }, Action: "kms:*", Resource: "*" },
      ),
    },
    "policy.Statement[1].Principal.AWS",
    "MalformedPolicyDocumentException",
  ],
]);

const alias = (account: TestAccount) => ({ name: "alias/disks", targetKeyId: account.get("key") });

describeRefusals("aws:kms/alias:Alias", alias, [
  ["invalid characters", { name: "alias/my disks" }, "name", "InvalidAliasNameException"],
  ["an unknown key", { targetKeyId: "none" }, "targetKeyId", "NotFoundException"],
  duplicateOf("a name in use", "aws:kms/alias:Alias", alias, "name", "AlreadyExistsException"),
]);
