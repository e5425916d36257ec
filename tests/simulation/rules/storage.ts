/** S3, KMS and SSM. */

import { policyOf } from "../testAccount";
import type { TestAccount } from "../testAccount";
import type { ExamplesByType } from "./example";

const bucket = "holdfast-files";

const setVersioning = (account: TestAccount, name = bucket) =>
  account.create("aws:s3/bucketVersioning:BucketVersioning", `versions of ${name}`, {
    bucket: name,
    versioningConfiguration: { status: "Enabled" },
  });

/** Creates a bucket that keeps versions; `locked`: with Object Lock. */
async function createBucket(account: TestAccount, name: string, region = "eu-central-1", locked = false) {
  const inputs = { bucket: name, objectLockEnabled: locked };
  await account.create("aws:s3/bucket:Bucket", name, inputs, account.world.at(region));
  await setVersioning(account, name);
}

const lifecycle = (...rules: readonly object[]) => ({
  rules: rules.map((rule, index) => ({ id: `rule-${index}`, status: "Enabled", filter: { prefix: "" }, ...rule })),
});

const replication = (...rules: readonly object[]) => ({
  rules: rules.map((rule) => ({
    id: "copy",
    status: "Enabled",
    destination: { bucket: "arn:aws:s3:::holdfast-copy" },
    ...rule,
  })),
});

const deleteMarkerReplication = { status: "Disabled" };

const allow = (principal: unknown, action: string) =>
  policyOf({ Effect: "Allow", Principal: principal, Action: action, Resource: "*" });
const root = { AWS: "arn:aws:iam::123456789012:root" };

const valueOf = (length: number): string => "x".repeat(length);

export const storageExamples: ExamplesByType = {
  "aws:s3/bucketVersioning:BucketVersioning": {
    valid: { bucket, versioningConfiguration: { status: "Enabled" } },
    violations: {
      "locked-bucket-stays-versioned": async (account) => {
        await account.create("aws:s3/bucket:Bucket", "locked", { bucket: "holdfast-locked", objectLockEnabled: true });
        return { bucket: "holdfast-locked", versioningConfiguration: { status: "Suspended" } };
      },
    },
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    valid: { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    violations: {
      "bucket-key-needs-kms": (account) => ({
        rules: [
          { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256", kmsMasterKeyId: account.get("key", "arn") } },
        ],
      }),
    },
  },
  "aws:s3/bucketLogging:BucketLogging": {
    valid: async (account) => {
      await createBucket(account, "holdfast-logs");
      return { bucket, targetBucket: "holdfast-logs", targetPrefix: "files/" };
    },
    violations: {
      "log-bucket-without-lock": async (account) => {
        await createBucket(account, "holdfast-locked", "eu-central-1", true);
        return { targetBucket: "holdfast-locked" };
      },
      "log-bucket-without-kms": async (account) => {
        const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
        await account.create(type, "kms", {
          bucket: "holdfast-logs",
          rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
        });
        return {};
      },
      "log-bucket-same-region": async (account) => {
        await createBucket(account, "holdfast-abroad", "eu-west-1");
        return { targetBucket: "holdfast-abroad" };
      },
    },
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    valid: async (account) => {
      await setVersioning(account);
      return { bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } } };
    },
    violations: {
      "lock-needs-versioning": async (account) => {
        await account.create("aws:s3/bucket:Bucket", "plain", { bucket: "holdfast-plain" });
        return { bucket: "holdfast-plain" };
      },
      "lock-days-or-years": { rule: { defaultRetention: { mode: "GOVERNANCE", days: 30, years: 1 } } },
      "lock-positive-period": { rule: { defaultRetention: { mode: "GOVERNANCE", days: 0 } } },
    },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    valid: { bucket, ...lifecycle({ expiration: { days: 1 } }) },
    violations: {
      "lifecycle-unique-ids": lifecycle({ id: "same" }, { id: "same" }),
      "lifecycle-rule-count": lifecycle(...Array.from({ length: 1001 }, () => ({ expiration: { days: 1 } }))),
      "lifecycle-positive-days": lifecycle({ noncurrentVersionExpiration: { noncurrentDays: 0 } }),
      "lifecycle-delete-marker-alone": lifecycle({ expiration: { days: 1, expiredObjectDeleteMarker: true } }),
      "lifecycle-tags-exclude-uploads": lifecycle({
        filter: { tag: { key: "tier", value: "hourly" } },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      }),
    },
  },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {
    valid: async (account) => {
      await setVersioning(account);
      await createBucket(account, "holdfast-copy", "eu-west-1");
      return { bucket, role: account.get("role", "arn"), ...replication({}) };
    },
    violations: {
      "replication-source-versioned": async (account) => {
        await account.create("aws:s3/bucket:Bucket", "plain", { bucket: "holdfast-plain" });
        return { bucket: "holdfast-plain" };
      },
      "replication-destination-versioned": async (account) => {
        await account.create("aws:s3/bucket:Bucket", "plain", { bucket: "holdfast-plain" });
        return replication({ destination: { bucket: "arn:aws:s3:::holdfast-plain" } });
      },
      "replication-destination-locked": async (account) => {
        await createBucket(account, "holdfast-locked", "eu-central-1", true);
        return { bucket: "holdfast-locked" };
      },
      "replication-filter-needs-priority": replication({ filter: { prefix: "a/" }, deleteMarkerReplication }),
      "replication-unique-priorities": replication(
        { id: "a", filter: { prefix: "a/" }, priority: 1, deleteMarkerReplication },
        { id: "b", filter: { prefix: "b/" }, priority: 1, deleteMarkerReplication },
      ),
      "replication-kms-needs-key": replication({
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
      }),
    },
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    valid: { bucket, policy: allow(root, "s3:GetObject") },
    violations: {
      "bucket-policy-size": {
        policy: policyOf({
          Effect: "Allow",
          Principal: root,
          Action: "s3:*",
          Resource: `arn:aws:s3:::${valueOf(20_480)}`,
        }),
      },
      "bucket-policy-not-public": { policy: allow("*", "s3:GetObject") },
    },
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    valid: { bucket, key: "bundle", content: "x" },
    violations: {
      "object-tags": { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`tag-${index}`, "x"])) },
    },
  },
  "aws:kms/key:Key": {
    valid: { policy: allow(root, "kms:*") },
    violations: {
      "key-policy-size": {
        policy: policyOf(
          { Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" },
          { Effect: "Allow", Principal: root, Action: "kms:Decrypt", Resource: `arn:aws:kms:::${valueOf(32_768)}` },
        ),
      },
      "key-policy-stays-changeable": { policy: allow(root, "kms:Decrypt") },
      "key-deletion-window": { deletionWindowInDays: 6 },
      "key-rotation-symmetric": { enableKeyRotation: true, customerMasterKeySpec: "RSA_2048" },
    },
  },
  "aws:ssm/parameter:Parameter": {
    valid: { name: "/holdfast/blue/order", type: "String", insecureValue: "1" },
    violations: {
      "parameter-size": { insecureValue: valueOf(4097) },
      "parameter-name-prefix": { name: "/AWS/order" },
      "parameter-depth": { name: `/${Array.from({ length: 16 }, () => "a").join("/")}` },
      "parameter-name-length": { name: `/${valueOf(1011)}` },
      "parameter-key-only-secure": (account) => ({ keyId: account.get("key") }),
      "parameter-no-reference": { insecureValue: "{{ssm:other}}" },
      "parameter-stays-advanced": { tier: "Standard" },
    },
    previous: {
      "parameter-stays-advanced": {
        name: "/holdfast/blue/order",
        type: "String",
        insecureValue: "1",
        tier: "Advanced",
      },
    },
  },
};
