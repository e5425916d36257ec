import { everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import type { Value } from "../model/value";
import { disksOf, machineTypes } from "./machines";
import { publishesKeysAlone } from "./published";
import { namesSecret, secretIn } from "./secrets";

const diskTypes = [aws.volume, aws.fileSystem, ...machineTypes] as const;

/** What is encrypted or not: a disk, or each disk of a machine. */
const disksIn = (resource: Resource): readonly Value[] =>
  resource.type === aws.volume || resource.type === aws.fileSystem ? [resource.inputs] : disksOf(resource);

const inputOf = (disk: Value, input: string): string => disk.at(input).path;

const disksEncrypted = resourceRule({
  name: "disks-encrypted",
  levels: standard,
  types: diskTypes,
  what: "Every disk and file system is encrypted.",
  why: "Snapshots are copied and shared, and disks are handed on; encryption cannot be switched on afterwards.",
  fix: "Set encrypted: true on every disk, the root disk too.",
  check(resource, report) {
    const disks = disksIn(resource);
    // Without a word about its root disk, a machine gets the image's.
    if (resource.type === aws.instance && resource.at("rootBlockDevice").absent) report("rootBlockDevice is missing.");
    if (resource.type === aws.launchTemplate && disks.length === 0) report("blockDeviceMappings has no disk.");
    for (const disk of disks) {
      if (disk.at("encrypted").flag() !== true) report(`${inputOf(disk, "encrypted")} is not true.`);
    }
  },
});

const disksOwnKey = resourceRule({
  name: "disks-customer-key",
  levels: production,
  types: diskTypes,
  what: "Disks are encrypted with a key of one's own.",
  why: "AWS' own key cannot be taken away from anybody, nor shared with the account that restores after a disaster.",
  fix: "Set kmsKeyId to a key whose policy names who may use it.",
  check(resource, report) {
    for (const disk of disksIn(resource)) {
      const encrypted = disk.at("encrypted").flag() === true;
      if (encrypted && disk.at("kmsKeyId").absent) report(`${inputOf(disk, "kmsKeyId")} is missing.`);
    }
  },
});

/** How a bucket is encrypted, wherever that is written. */
function encryptionsOf(bucket: Resource, settings: readonly Resource[]): readonly Value[] {
  const own = bucket.at("serverSideEncryptionConfiguration", "rule");
  const rules = settings.flatMap((setting) => setting.at("rules").items());
  return [...(own.absent ? [] : [own]), ...rules].map((rule) => rule.at("applyServerSideEncryptionByDefault"));
}

const bucketsOwnKey = relationRule({
  name: "buckets-customer-key",
  levels: production,
  types: [aws.bucket],
  what: "Buckets are encrypted with a key of one's own, except those that S3 delivers access logs to or that publish an issuer's keys.",
  why: "With S3's own key, leave to read the bucket is all that it takes; with one's own, a second, separate leave is asked for.",
  fix: 'Add encryption with sseAlgorithm: "aws:kms" and kmsMasterKeyId.',
  check(bucket, report, stack) {
    // S3 delivers access logs only under its own key.
    if (stack.referringTo(bucket, "targetBucket", aws.bucketLogging).length > 0) return;
    // Whoever has no account cannot be given leave to use a key.
    if (stack.referringTo(bucket, "bucket", aws.bucketPolicy).some(publishesKeysAlone)) return;
    const encryptions = encryptionsOf(bucket, stack.referringTo(bucket, "bucket", aws.bucketEncryption));
    const own = encryptions.some(
      (encryption) =>
        encryption.at("sseAlgorithm").text()?.startsWith("aws:kms") === true && !encryption.at("kmsMasterKeyId").absent,
    );
    if (!own)
      report(encryptions.length === 0 ? "Nothing says how the bucket is encrypted." : "The bucket has S3's own key.");
  },
});

const queuesEncrypted = resourceRule({
  name: "queues-encrypted",
  levels: standard,
  types: [aws.queue],
  what: "Queues are encrypted.",
  why: "Messages hold names, addresses and tokens, and lie there for days.",
  fix: "Set kmsMasterKeyId, or at least sqsManagedSseEnabled: true.",
  check(queue, report) {
    if (queue.at("kmsMasterKeyId").absent && queue.at("sqsManagedSseEnabled").flag() !== true) {
      report("Neither kmsMasterKeyId nor sqsManagedSseEnabled is set.");
    }
  },
});

const topicsEncrypted = resourceRule({
  name: "topics-encrypted",
  levels: standard,
  types: [aws.topic],
  what: "Topics are encrypted.",
  why: "Alarms tell what is broken and where; that is the first thing an attacker wants to read.",
  fix: "Set kmsMasterKeyId to a key that CloudWatch may use.",
  check(topic, report) {
    if (topic.at("kmsMasterKeyId").absent) report("kmsMasterKeyId is missing.");
  },
});

const logsEncrypted = resourceRule({
  name: "logs-customer-key",
  levels: production,
  types: [aws.logGroup],
  what: "Log groups are encrypted with a key of one's own.",
  why: "Audit and flow logs hold names, addresses and sometimes tokens; leave to read logs is given freely.",
  fix: "Set kmsKeyId to a key whose policy lets CloudWatch Logs use it for this group.",
  check(group, report) {
    if (group.at("kmsKeyId").absent) report("kmsKeyId is missing.");
  },
});

const noPlainSecrets = resourceRule({
  name: "no-secrets-in-plain-parameters",
  levels: everywhere,
  types: [aws.parameter],
  what: "Parameters that are not SecureString hold no secret.",
  why: "Leave to read parameters is given widely, and a plain one shows in the console and in the state.",
  fix: 'Set type: "SecureString" with a keyId, and hand the value over as a secret.',
  check(parameter, report) {
    if (parameter.at("type").text() === "SecureString") return;
    const name = parameter.at("name").text();
    if (name !== undefined && namesSecret(name)) report("A plain parameter is named like a secret.");
    const found = secretIn(parameter.at("value").text() ?? parameter.at("insecureValue").text() ?? "");
    if (found !== undefined) report(`A plain parameter has what looks like ${found}.`);
  },
});

const parametersOwnKey = resourceRule({
  name: "parameters-customer-key",
  levels: standard,
  types: [aws.parameter],
  what: "SecureString parameters are encrypted with a key of one's own.",
  why: "Under the account's default key, whoever may read the parameter may decrypt it: the encryption keeps nobody out.",
  fix: "Set keyId to a key that only the roles that need the secret may use.",
  check(parameter, report) {
    if (parameter.at("type").text() === "SecureString" && parameter.at("keyId").absent) report("keyId is missing.");
  },
});

const keysRotate = resourceRule({
  name: "keys-rotate",
  levels: standard,
  types: [aws.key],
  what: "Symmetric keys are rotated by AWS.",
  why: "A key that was never changed protects everything since the beginning, and everything is lost with it.",
  fix: "Set enableKeyRotation: true; what was encrypted before stays readable.",
  check(key, report) {
    const spec = key.at("customerMasterKeySpec").text() ?? "SYMMETRIC_DEFAULT";
    const rotates =
      spec === "SYMMETRIC_DEFAULT" && (key.at("keyUsage").text() ?? "ENCRYPT_DECRYPT") === "ENCRYPT_DECRYPT";
    if (rotates && key.at("enableKeyRotation").flag() !== true) report("enableKeyRotation is not true.");
  },
});

/** Days; the longest that KMS takes, and its default. */
const longestWindow = 30;

const keysDeletedSlowly = resourceRule({
  name: "keys-deleted-slowly",
  levels: production,
  types: [aws.key],
  what: "A key that is deleted can be brought back for 30 days.",
  why: "With the key go all backups under it; a week is over before anybody misses them.",
  fix: "Leave out deletionWindowInDays, or set it to 30.",
  check(key, report) {
    const days = key.at("deletionWindowInDays").number() ?? longestWindow;
    if (days < longestWindow) report(`deletionWindowInDays is ${days}.`);
  },
});

export const encryptionRules = [
  disksEncrypted,
  disksOwnKey,
  bucketsOwnKey,
  queuesEncrypted,
  topicsEncrypted,
  logsEncrypted,
  noPlainSecrets,
  parametersOwnKey,
  keysRotate,
  keysDeletedSlowly,
];
