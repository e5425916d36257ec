import { createHash } from "node:crypto";

import { AdmissionRules } from "../../../components/access/admission/admissionRules";
import { AuditLog } from "../../../components/access/audit/auditLog";
import { EncryptionKeys } from "../../../components/access/encryption/encryptionKeys";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { Secret, account, deploy, region } from "../../mocks";
import { specOf } from "../../specs";

test("encryption keys are 32-byte secrets in SSM and are retained with the stack", async () => {
  const { get, ofType } = await deploy(() => {
    new EncryptionKeys("blue-encryption", {
      cluster: "blue",
      names: ["1", "2"],
      secretsKeyArn: "arn:key",
      protect: true,
    });
  });
  expect(Object.keys(ofType("aws:ssm/parameter:Parameter"))).toEqual(["blue-encryption-1", "blue-encryption-2"]);
  const { inputs, options } = get("blue-encryption-2", "Parameter");
  const value = createHash("sha256").update("private key of blue-encryption-2").digest("base64");
  expect(Buffer.from(value, "base64")).toHaveLength(32);
  expect(inputs).toMatchObject({
    name: "/holdfast/blue/pki/kubernetes/encryption/2.key",
    type: "SecureString",
    keyId: "arn:key",
    value: new Secret(value),
  });
  expect(options).toMatchObject({ protect: true, retainOnDelete: true });
  expect(get("blue-encryption-2", "PrivateKey")).toMatchObject({
    inputs: { algorithm: "ED25519" },
    options: { protect: true, retainOnDelete: true },
  });
});

test("audit records are in an encrypted log group", async () => {
  const { get } = await deploy(() => {
    new AuditLog("blue-audit", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(region, {}),
      retentionDays: 400,
      protect: false,
    });
  });
  expect(get("blue-audit", "LogGroup").inputs).toMatchObject({
    name: "/holdfast/blue/audit",
    retentionInDays: 400,
    kmsKeyId: `arn:aws:kms:${region}:${account}:blue-audit-key`,
  });
});

test("admission policies and webhooks are objects in the cluster", async () => {
  const match = [{ resources: ["services"] }];
  const { access } = specOf({
    name: "blue",
    access: {
      admission: {
        policies: { pinned: { match, validations: [{ expression: "true", message: "never" }] } },
        webhooks: { sign: { kind: "validating", url: "https://sign.example.com", match } },
      },
    },
  });
  const { resources } = await deploy(() => {
    new AdmissionRules("blue-admission", { spec: access.admission });
  });
  expect(resources.slice(1).map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`)).toEqual([
    "ValidatingAdmissionPolicy blue-admission-pinned",
    "ValidatingAdmissionPolicyBinding blue-admission-pinned-binding",
    "ValidatingWebhookConfiguration blue-admission-sign",
  ]);
  expect(resources[1]?.inputs).toMatchObject({
    metadata: { name: "pinned", labels: { "app.kubernetes.io/part-of": "holdfast" } },
    spec: { validations: [{ expression: "true" }] },
  });
});
