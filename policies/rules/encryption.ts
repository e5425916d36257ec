import { everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import type { Value } from "../model/value";
import { disksOf, instanceResourceTypes } from "./instances";
import { publishesOnlyOidcDiscovery } from "./oidcDiscovery";
import { isSecretName, findSecret } from "./secrets";

const diskTypes = [aws.volume, aws.fileSystem, ...instanceResourceTypes] as const;

/** Disks of a resource: the resource itself, or those of an instance or launch template. */
const disksIn = (resource: Resource): readonly Value[] =>
  resource.type === aws.volume || resource.type === aws.fileSystem ? [resource.inputs] : disksOf(resource);

/** Declared encryption of a bucket, inline or in separate resources. */
function encryptionsOf(bucket: Resource, settings: readonly Resource[]): readonly Value[] {
  const own = bucket.at("serverSideEncryptionConfiguration", "rule");
  const rules = settings.flatMap((setting) => setting.at("rules").items());
  return [...(own.absent ? [] : [own]), ...rules].map((rule) => rule.at("applyServerSideEncryptionByDefault"));
}

/** Maximum and default of KMS in days. */
const maxDeletionWindow = 30;

export const encryptionRules: readonly Rule[] = [
  resourceRule({
    name: "disks-encrypted",
    levels: standard,
    types: diskTypes,
    requirement: "Every disk and file system is encrypted.",
    reason: "Snapshots are copied and shared, and encryption cannot be enabled on an existing disk.",
    fix: "Set encrypted: true on every disk, including the root disk.",
    check(resource, report) {
      const disks = disksIn(resource);
      // Without rootBlockDevice, the image decides.
      if (resource.type === aws.instance && resource.at("rootBlockDevice").absent)
        report("rootBlockDevice is missing.");
      if (resource.type === aws.launchTemplate && disks.length === 0) report("blockDeviceMappings has no disk.");
      for (const disk of disks) {
        if (disk.at("encrypted").boolean() !== true) report(`${disk.at("encrypted").path} is not true.`);
      }
    },
  }),
  resourceRule({
    name: "disks-customer-key",
    levels: production,
    types: diskTypes,
    requirement: "Disks and file systems are encrypted with a customer managed key.",
    reason: "Access to an AWS managed key cannot be revoked, and the key cannot be shared with a recovery account.",
    fix: "Set kmsKeyId to a customer managed key whose policy names its users.",
    check(resource, report) {
      for (const disk of disksIn(resource)) {
        const encrypted = disk.at("encrypted").boolean() === true;
        if (encrypted && disk.at("kmsKeyId").absent) report(`${disk.at("kmsKeyId").path} is missing.`);
      }
    },
  }),
  relationRule({
    name: "buckets-customer-key",
    levels: production,
    types: [aws.bucket],
    requirement: "Buckets use a customer managed key, except access log targets and public OIDC documents.",
    reason: "With an S3 managed key, read access is sufficient. A customer managed key needs a second permission.",
    fix: 'Add encryption with sseAlgorithm: "aws:kms" and kmsMasterKeyId.',
    check(bucket, report, stack) {
      // S3 delivers access logs only to buckets with S3 managed keys.
      if (stack.referencing(bucket, "targetBucket", aws.bucketLogging).length > 0) return;
      // Anonymous clients cannot use KMS keys.
      if (stack.referencing(bucket, "bucket", aws.bucketPolicy).some(publishesOnlyOidcDiscovery)) return;
      const encryptions = encryptionsOf(bucket, stack.referencing(bucket, "bucket", aws.bucketEncryption));
      const own = encryptions.some(
        (encryption) =>
          encryption.at("sseAlgorithm").string()?.startsWith("aws:kms") === true &&
          !encryption.at("kmsMasterKeyId").absent,
      );
      if (!own)
        report(encryptions.length === 0 ? "The bucket declares no encryption." : "The bucket uses an S3 managed key.");
    },
  }),
  resourceRule({
    name: "queues-encrypted",
    levels: standard,
    types: [aws.queue],
    requirement: "SQS queues are encrypted.",
    reason: "Messages may contain personal data and tokens, and remain in the queue for days.",
    fix: "Set kmsMasterKeyId, or at least sqsManagedSseEnabled: true.",
    check(queue, report) {
      if (queue.at("kmsMasterKeyId").absent && queue.at("sqsManagedSseEnabled").boolean() !== true) {
        report("Neither kmsMasterKeyId nor sqsManagedSseEnabled is set.");
      }
    },
  }),
  resourceRule({
    name: "topics-encrypted",
    levels: standard,
    types: [aws.topic],
    requirement: "SNS topics are encrypted.",
    reason: "Alarm messages reveal which component has failed, which helps an attacker.",
    fix: "Set kmsMasterKeyId to a key that CloudWatch may use.",
    check(topic, report) {
      if (topic.at("kmsMasterKeyId").absent) report("kmsMasterKeyId is missing.");
    },
  }),
  resourceRule({
    name: "logs-customer-key",
    levels: production,
    types: [aws.logGroup],
    requirement: "Log groups are encrypted with a customer managed key.",
    reason: "Audit and flow logs contain names, addresses and sometimes tokens, and many roles may read logs.",
    fix: "Set kmsKeyId to a key whose policy allows CloudWatch Logs to use it for this log group.",
    check(group, report) {
      if (group.at("kmsKeyId").absent) report("kmsKeyId is missing.");
    },
  }),
  resourceRule({
    name: "no-secrets-in-plain-parameters",
    levels: everywhere,
    types: [aws.parameter],
    requirement: "Plain SSM parameters (not SecureString) contain no secrets.",
    reason: "Many roles may read parameters, and plain values appear in the console and in the Pulumi state.",
    fix: 'Set type: "SecureString" with a keyId, and pass the value as a Pulumi secret.',
    check(parameter, report) {
      if (parameter.at("type").string() === "SecureString") return;
      const name = parameter.at("name").string();
      if (name !== undefined && isSecretName(name)) report("The name of the plain parameter suggests a secret.");
      const found = findSecret(parameter.at("value").string() ?? parameter.at("insecureValue").string() ?? "");
      if (found !== undefined) report(`The plain parameter appears to contain ${found}.`);
    },
  }),
  resourceRule({
    name: "parameters-customer-key",
    levels: standard,
    types: [aws.parameter],
    requirement: "SecureString parameters are encrypted with a customer managed key.",
    reason: "With the default key of the account, every principal that may read the parameter may also decrypt it.",
    fix: "Set keyId to a key that only the consuming roles may use.",
    check(parameter, report) {
      if (parameter.at("type").string() === "SecureString" && parameter.at("keyId").absent) report("keyId is missing.");
    },
  }),
  resourceRule({
    name: "kms-key-rotation",
    levels: standard,
    types: [aws.key],
    requirement: "Automatic rotation is enabled for symmetric KMS keys.",
    reason: "Without rotation, one compromised key exposes all data that was ever encrypted with it.",
    fix: "Set enableKeyRotation: true. Existing data stays readable.",
    check(key, report) {
      const spec = key.at("customerMasterKeySpec").string() ?? "SYMMETRIC_DEFAULT";
      const isRotatable =
        spec === "SYMMETRIC_DEFAULT" && (key.at("keyUsage").string() ?? "ENCRYPT_DECRYPT") === "ENCRYPT_DECRYPT";
      if (isRotatable && key.at("enableKeyRotation").boolean() !== true) report("enableKeyRotation is not true.");
    },
  }),
  resourceRule({
    name: "kms-key-deletion-window",
    levels: production,
    types: [aws.key],
    requirement: "KMS keys have a deletion window of 30 days.",
    reason: "Deleting a key destroys every backup encrypted with it, and a shorter window may pass unnoticed.",
    fix: "Omit deletionWindowInDays, or set it to 30.",
    check(key, report) {
      const days = key.at("deletionWindowInDays").number() ?? maxDeletionWindow;
      if (days < maxDeletionWindow) report(`deletionWindowInDays is ${days}.`);
    },
  }),
];
