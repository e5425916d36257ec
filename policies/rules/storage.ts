import { advice, everywhere, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import { publishesOnlyOidcDiscovery } from "./oidcDiscovery";
import { statementsOf } from "./policyStatements";

const switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

/** S3 rejects public policies and anonymous requests while these are on. */
const policySwitches: ReadonlySet<string> = new Set(["blockPublicPolicy", "restrictPublicBuckets"]);

const publicAcls = ["public-read", "public-read-write", "authenticated-read", "website"];

const deniesPlainHttp = (policy: Resource): boolean =>
  statementsOf(policy.at("policy")).some(
    (statement) =>
      statement.at("Effect").string() === "Deny" &&
      statement
        .at("Action")
        .stringOrList()
        .some((action) => action === "s3:*" || action === "*") &&
      statement.at("Condition", "Bool", "aws:SecureTransport").stringOrList().includes("false"),
  );

export const storageRules: readonly Rule[] = [
  relationRule({
    name: "buckets-encrypted",
    levels: standard,
    types: [aws.bucket],
    requirement: "Buckets declare their encryption.",
    reason: "Without a declaration, a change of the encryption in the console goes unnoticed.",
    fix: "Add an aws.s3.BucketServerSideEncryptionConfiguration for the bucket.",
    check(bucket, report, stack) {
      if (!bucket.at("serverSideEncryptionConfiguration").absent) return;
      const settings = stack.referencing(bucket, "bucket", aws.bucketEncryption);
      if (settings.length === 0) report("The bucket declares no encryption.");
    },
  }),
  relationRule({
    name: "buckets-block-public-access",
    levels: everywhere,
    types: [aws.bucket],
    requirement: "Buckets block public access; buckets that only publish OIDC documents block public ACLs.",
    reason: "Without the block, a later policy or ACL can make the bucket public.",
    fix: "Add an aws.s3.BucketPublicAccessBlock for the bucket with all four switches true.",
    check(bucket, report, stack) {
      const blocks = stack.referencing(bucket, "bucket", aws.bucketPublicAccessBlock);
      if (blocks.length === 0) report("The bucket has no BucketPublicAccessBlock.");
      for (const block of blocks) {
        const off = switches.filter((name) => block.at(name).boolean() !== true);
        const policies = off.some((name) => !policySwitches.has(name))
          ? []
          : stack.referencing(bucket, "bucket", aws.bucketPolicy);
        if (off.length > 0 && !policies.some(publishesOnlyOidcDiscovery))
          report(`${off.join(", ")} ${off.length === 1 ? "is" : "are"} not true.`, block);
      }
    },
  }),
  resourceRule({
    name: "no-public-bucket-acls",
    levels: everywhere,
    types: [aws.bucket, aws.bucketAcl],
    requirement: "Bucket ACLs are not public.",
    reason: "A public ACL lets anonymous clients list and read every object.",
    fix: "Omit acl, and grant access to named principals in a bucket policy.",
    check(bucket, report) {
      const acl = bucket.at("acl").string();
      if (acl !== undefined && publicAcls.includes(acl)) report(`acl is ${acl}.`);
    },
  }),
  relationRule({
    name: "buckets-tls-only",
    levels: standard,
    types: [aws.bucket],
    requirement: "Buckets reject requests without TLS.",
    reason: "S3 accepts plain HTTP, which exposes credentials and data in transit.",
    fix: 'Add a bucket policy that denies s3:* where aws:SecureTransport is "false".',
    check(bucket, report, stack) {
      const policies = stack.referencing(bucket, "bucket", aws.bucketPolicy);
      if (!policies.some(deniesPlainHttp)) report("No bucket policy denies plain HTTP.");
    },
  }),
  relationRule({
    name: "buckets-versioned",
    levels: standard,
    types: [aws.bucket],
    requirement: "Versioning is enabled on buckets.",
    reason: "Without versions, an overwritten or deleted object is lost.",
    fix: 'Add an aws.s3.BucketVersioning for the bucket with status: "Enabled".',
    check(bucket, report, stack) {
      if (bucket.at("versioning", "enabled").boolean() === true) return;
      const settings = stack.referencing(bucket, "bucket", aws.bucketVersioning);
      const enabled = settings.some((one) => one.at("versioningConfiguration", "status").string() === "Enabled");
      if (!enabled) report("Versioning is not enabled.");
    },
  }),
  relationRule({
    name: "buckets-have-lifecycle",
    levels: standard,
    types: [aws.bucket],
    requirement: "Buckets expire noncurrent versions and incomplete uploads.",
    reason: "Both are billed every month and do not appear in object listings.",
    fix: "Add an aws.s3.BucketLifecycleConfiguration with noncurrentVersionExpiration and abortIncompleteMultipartUpload.",
    check(bucket, report, stack) {
      const settings = stack.referencing(bucket, "bucket", aws.bucketLifecycle);
      const rules = settings.flatMap((setting) => setting.at("rules").items());
      const active = [...rules, ...bucket.at("lifecycleRules").items()].filter(
        (rule) => rule.at("status").string() === "Enabled" || rule.at("enabled").boolean() === true,
      );
      if (active.length === 0) report("The bucket has no lifecycle rules.");
      else if (!active.some((rule) => !rule.at("noncurrentVersionExpiration").absent)) {
        report("Noncurrent versions never expire.");
      }
    },
  }),
  relationRule({
    name: "buckets-log-access",
    levels: advice,
    types: [aws.bucket],
    requirement: "Buckets log access, except targets of access logs.",
    reason: "After a leak, access logs are the only record of the objects that were read.",
    fix: "Add an aws.s3.BucketLogging for the bucket that targets a log bucket.",
    check(bucket, report, stack) {
      if (!bucket.at("loggings").absent) return;
      const own = stack.referencing(bucket, "bucket", aws.bucketLogging);
      const asTarget = stack.referencing(bucket, "targetBucket", aws.bucketLogging);
      if (own.length === 0 && asTarget.length === 0) report("The bucket does not log access.");
    },
  }),
];
