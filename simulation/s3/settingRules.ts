import type {
  BucketLifecycleConfigurationArgs,
  BucketLoggingArgs,
  BucketObjectLockConfigurationArgs,
  BucketServerSideEncryptionConfigurationArgs,
  BucketVersioningArgs,
} from "@pulumi/aws/s3";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";
import { isLocked, isVersioned } from "./state";

const lifecycleRule = `${guides.s3}/API/API_LifecycleRule.html`;
const expirationSource = `${guides.s3}/API/API_LifecycleExpiration.html`;
const defaultRetention = `${guides.s3}/API/API_DefaultRetention.html`;
const lockConsiderations = `${guides.s3}/userguide/object-lock-managing.html`;

export const versioningRules: readonly Rule<BucketVersioningArgs>[] = [
  {
    id: "locked-bucket-stays-versioned",
    sentence: "Versioning of a bucket with Object Lock is never suspended.",
    source: lockConsiderations,
    code: "InvalidBucketState",
    check({ inputs, world }, violated) {
      if (inputs.versioningConfiguration.status === "Enabled" || !isLocked(world, inputs.bucket)) return;
      const message =
        "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
      violated("versioningConfiguration.status", message);
    },
  },
];

export const encryptionRules: readonly Rule<BucketServerSideEncryptionConfigurationArgs>[] = [
  {
    id: "bucket-key-needs-kms",
    sentence: "Default encryption has a KMS key with the algorithms `aws:kms` and `aws:kms:dsse` only.",
    source: `${guides.s3}/API/API_ServerSideEncryptionByDefault.html`,
    code: "InvalidArgument",
    check({ inputs }, violated) {
      inputs.rules.forEach(({ applyServerSideEncryptionByDefault: byDefault }, index) => {
        if (byDefault?.kmsMasterKeyId === undefined || byDefault.sseAlgorithm.startsWith("aws:kms")) return;
        const path = `rules[${index}].applyServerSideEncryptionByDefault.kmsMasterKeyId`;
        const message =
          "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
        violated(path, message);
      });
    },
  },
];

export const loggingRules: readonly Rule<BucketLoggingArgs>[] = [
  {
    id: "log-bucket-without-lock",
    sentence: "A bucket with Object Lock receives no server access logs.",
    source: lockConsiderations,
    code: "InvalidTargetBucketForLogging",
    check({ inputs: { targetBucket }, world }, violated) {
      if (!isLocked(world, targetBucket)) return;
      violated("targetBucket", `${targetBucket} has Object Lock enabled and can't receive server access logs`);
    },
  },
  {
    id: "log-bucket-without-kms",
    sentence:
      "A bucket that receives server access logs is not encrypted with KMS keys by default: S3 delivers no logs to it.",
    source: `${guides.s3}/userguide/enable-server-access-logging.html`,
    code: undefined,
    check({ inputs: { targetBucket }, world }, violated) {
      const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
      const rules = world.find(type, "bucket", targetBucket)?.outputs.rules as
        readonly { applyServerSideEncryptionByDefault?: { sseAlgorithm: string } }[] | undefined;
      const usesKms = rules?.some((each) =>
        each.applyServerSideEncryptionByDefault?.sseAlgorithm.startsWith("aws:kms"),
      );
      if (usesKms === true) violated("targetBucket", `${targetBucket} is encrypted with KMS keys; use AES256`);
    },
  },
  {
    id: "log-bucket-same-region",
    sentence: "Server access logs stay in the bucket's region.",
    source: `${guides.s3}/userguide/ServerLogs.html`,
    code: "InvalidTargetBucketForLogging",
    check({ inputs: { bucket, targetBucket }, world }, violated) {
      const regions = [bucket, targetBucket].map(
        (name) => world.find("aws:s3/bucket:Bucket", "id", name)?.outputs.region,
      );
      const [source, target] = regions;
      if (source === undefined || target === undefined || source === target) return;
      violated("targetBucket", `The target bucket is in ${toText(target)}, the logged one in ${toText(source)}`);
    },
  },
];

export const objectLockRules: readonly Rule<BucketObjectLockConfigurationArgs>[] = [
  {
    id: "lock-needs-versioning",
    sentence: "A bucket with Object Lock keeps versions.",
    source: `${guides.s3}/userguide/object-lock.html`,
    code: "InvalidBucketState",
    check({ inputs, world }, violated) {
      if (isVersioned(world, inputs.bucket)) return;
      violated("bucket", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
    },
  },
  {
    id: "lock-days-or-years",
    sentence: "The default retention of a locked bucket is in days or years, not both.",
    source: defaultRetention,
    code: "MalformedXML",
    check({ inputs: { rule } }, violated) {
      if (rule === undefined) return;
      const { days, years } = rule.defaultRetention;
      if ((days === undefined) !== (years === undefined)) return;
      violated("rule.defaultRetention", "Specify Days or Years, not both");
    },
  },
  {
    id: "lock-positive-period",
    sentence: "The default retention of a locked bucket is at least one day.",
    source: `${guides.s3}/userguide/object-lock-configure.html`,
    code: "InvalidArgument",
    check({ inputs: { rule } }, violated) {
      const { days, years } = rule?.defaultRetention ?? {};
      const period = days ?? years;
      if (period === undefined || period >= 1) return;
      violated("rule.defaultRetention", "Default retention period must be a positive integer value");
    },
  },
];

const maxDays = 2_147_483_647;

export const lifecycleRules: readonly Rule<BucketLifecycleConfigurationArgs>[] = [
  {
    id: "lifecycle-unique-ids",
    sentence: "The ids of a bucket's lifecycle rules are unique.",
    source: lifecycleRule,
    code: "InvalidArgument",
    check({ inputs: { rules = [] } }, violated) {
      const ids = rules.map(({ id }) => id);
      ids.forEach((id, index) => {
        if (ids.indexOf(id) === index) return;
        violated(`rules[${index}].id`, "Rule ID must be unique. Found same ID for more than one rule");
      });
    },
  },
  {
    id: "lifecycle-rule-count",
    sentence: "A bucket has at most 1,000 lifecycle rules.",
    source: `${guides.s3}/API/API_PutBucketLifecycleConfiguration.html`,
    code: "MalformedXML",
    check({ inputs: { rules = [] } }, violated) {
      if (rules.length > 1000) violated("rules", `The configuration has ${rules.length} rules; the limit is 1000`);
    },
  },
  {
    id: "lifecycle-positive-days",
    sentence: "Objects and noncurrent versions expire after at least one day.",
    source: expirationSource,
    code: "InvalidArgument",
    check({ inputs: { rules = [] } }, violated) {
      rules.forEach(({ expiration, noncurrentVersionExpiration }, index) => {
        for (const [path, days] of [
          ["expiration.days", expiration?.days],
          ["noncurrentVersionExpiration.noncurrentDays", noncurrentVersionExpiration?.noncurrentDays],
        ] as const) {
          if (days === undefined || (Number.isInteger(days) && days >= 1 && days <= maxDays)) continue;
          violated(`rules[${index}].${path}`, `Value ${days} must be a whole number from 1 to ${maxDays}`);
        }
      });
    },
  },
  {
    id: "lifecycle-delete-marker-alone",
    sentence: "A rule that expires delete markers has neither days nor date.",
    source: expirationSource,
    code: "InvalidRequest",
    check({ inputs: { rules = [] } }, violated) {
      rules.forEach(({ expiration }, index) => {
        const { days, date, expiredObjectDeleteMarker } = expiration ?? {};
        if (expiredObjectDeleteMarker !== true || (days === undefined && date === undefined)) return;
        const message =
          "ExpiredObjectDeleteMarker cannot be specified with Days or Date in a Lifecycle Expiration Policy";
        violated(`rules[${index}].expiration.expiredObjectDeleteMarker`, message);
      });
    },
  },
  {
    id: "lifecycle-tags-exclude-uploads",
    sentence: "A rule with a filter by tags or size neither expires delete markers nor aborts multipart uploads.",
    source: `${guides.s3}/userguide/intro-lifecycle-rules.html`,
    code: "InvalidRequest",
    check({ inputs: { rules = [] } }, violated) {
      rules.forEach(({ filter, abortIncompleteMultipartUpload, expiration }, index) => {
        const { tag, and, objectSizeGreaterThan, objectSizeLessThan } = filter ?? {};
        const narrow = [tag, and?.tags, objectSizeGreaterThan, objectSizeLessThan].some((each) => each !== undefined);
        if (!narrow) return;
        if (abortIncompleteMultipartUpload !== undefined) {
          const message = "AbortIncompleteMultipartUpload cannot be specified with Tags or object size";
          violated(`rules[${index}].abortIncompleteMultipartUpload`, message);
        }
        if (expiration?.expiredObjectDeleteMarker === true) {
          const message = "ExpiredObjectDeleteMarker cannot be specified with Tags or object size";
          violated(`rules[${index}].expiration.expiredObjectDeleteMarker`, message);
        }
      });
    },
  },
];
