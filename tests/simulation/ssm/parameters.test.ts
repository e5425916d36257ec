import { describeRefusals, duplicateOf } from "../testAccount";

const type = "aws:ssm/parameter:Parameter";
const name = "/holdfast/blue/ca.key";

describeRefusals(
  type,
  (account) => ({ name, type: "SecureString", value: "secret", keyId: account.get("key", "arn") }),
  [
    duplicateOf("a name in use", type, { name, value: "x" }, "name", "ParameterAlreadyExists"),
    ["4,097 bytes", { value: "x".repeat(4097) }, "value", "ValidationException", "Standard tier"],
    [
      "8,193 bytes",
      { value: "x".repeat(8193), tier: "Intelligent-Tiering" },
      "value",
      "ValidationException",
      "Intelligent-Tiering tier",
    ],
    ["an unknown key", { keyId: "none" }, "keyId", "NotFoundException"],
  ],
  [
    ["4,096 bytes", { value: "x".repeat(4096) }],
    ["8,192 bytes", { value: "x".repeat(8192), tier: "Intelligent-Tiering" }],
  ],
);
