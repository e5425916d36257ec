import { advice, everywhere, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import { publishesKeysAlone } from "./published";
import { statementsOf } from "./statements";

const encrypted = relationRule({
  name: "buckets-encrypted",
  levels: standard,
  types: [aws.bucket],
  what: "A bucket says how it is encrypted.",
  why: "What is not written can be changed in the console without anybody noticing.",
  fix: "Add an aws.s3.BucketServerSideEncryptionConfiguration of the bucket.",
  check(bucket, report, stack) {
    if (!bucket.at("serverSideEncryptionConfiguration").absent) return;
    const settings = stack.referringTo(bucket, "bucket", aws.bucketEncryption);
    if (settings.length === 0) report("Nothing says how the bucket is encrypted.");
  },
});

const switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

const publicAccessBlocked = relationRule({
  name: "buckets-block-public-access",
  levels: everywhere,
  types: [aws.bucket],
  what: "A bucket has all four blocks of public access; one that publishes keys of an issuer of tokens, and no more, those on ACLs.",
  why: "One wrong policy or ACL later makes it public; the block refuses that at the door.",
  fix: "Add an aws.s3.BucketPublicAccessBlock of the bucket with all four switches true.",
  check(bucket, report, stack) {
    const blocks = stack.referringTo(bucket, "bucket", aws.bucketPublicAccessBlock);
    if (blocks.length === 0) report("The bucket has no block of public access.");
    for (const block of blocks) {
      const off = switches.filter((name) => block.at(name).flag() !== true);
      const policies = off.some((name) => !ofPolicies.has(name))
        ? []
        : stack.referringTo(bucket, "bucket", aws.bucketPolicy);
      if (off.length > 0 && !policies.some(publishesKeysAlone))
        report(`${off.join(", ")} ${off.length === 1 ? "is" : "are"} not true.`, block);
    }
  },
});

/** Without these two, S3 takes a policy that is public, and lets the public in. */
const ofPolicies: ReadonlySet<string> = new Set(["blockPublicPolicy", "restrictPublicBuckets"]);

const publicAcls = ["public-read", "public-read-write", "authenticated-read", "website"];

const noPublicAcl = resourceRule({
  name: "buckets-without-public-acl",
  levels: everywhere,
  types: [aws.bucket, aws.bucketAcl],
  what: "A bucket's ACL is not public.",
  why: "Everything in the bucket can be listed and read by everybody, and search engines for that exist.",
  fix: "Leave out acl; give access by a bucket policy that names who.",
  check(bucket, report) {
    const acl = bucket.at("acl").text();
    if (acl !== undefined && publicAcls.includes(acl)) report(`acl is ${acl}.`);
  },
});

const tlsOnly = relationRule({
  name: "buckets-tls-only",
  levels: standard,
  types: [aws.bucket],
  what: "A bucket refuses requests without TLS.",
  why: "S3 answers plain HTTP too, and then tokens and data are there to read on the way.",
  fix: 'Add a bucket policy that denies s3:* where aws:SecureTransport is "false".',
  check(bucket, report, stack) {
    const policies = stack.referringTo(bucket, "bucket", aws.bucketPolicy);
    if (!policies.some(refusesPlain)) report("No policy of the bucket refuses plain HTTP.");
  },
});

const refusesPlain = (policy: Resource): boolean =>
  statementsOf(policy.at("policy")).some(
    (statement) =>
      statement.at("Effect").text() === "Deny" &&
      statement
        .at("Action")
        .oneOrMoreTexts()
        .some((action) => action === "s3:*" || action === "*") &&
      statement.at("Condition", "Bool", "aws:SecureTransport").oneOrMoreTexts().includes("false"),
  );

const versioned = relationRule({
  name: "buckets-versioned",
  levels: standard,
  types: [aws.bucket],
  what: "A bucket keeps versions.",
  why: "Without them an overwritten or deleted object is gone, by mistake or on purpose.",
  fix: 'Add an aws.s3.BucketVersioning of the bucket with status: "Enabled".',
  check(bucket, report, stack) {
    if (bucket.at("versioning", "enabled").flag() === true) return;
    const settings = stack.referringTo(bucket, "bucket", aws.bucketVersioning);
    const enabled = settings.some((one) => one.at("versioningConfiguration", "status").text() === "Enabled");
    if (!enabled) report("The bucket keeps no versions.");
  },
});

const lifecycle = relationRule({
  name: "buckets-have-lifecycle",
  levels: standard,
  types: [aws.bucket],
  what: "A bucket says when old versions and unfinished uploads go.",
  why: "Nobody sees them, and they are paid for every month for ever.",
  fix: "Add an aws.s3.BucketLifecycleConfiguration with noncurrentVersionExpiration and abortIncompleteMultipartUpload.",
  check(bucket, report, stack) {
    const settings = stack.referringTo(bucket, "bucket", aws.bucketLifecycle);
    const rules = settings.flatMap((setting) => setting.at("rules").items());
    const active = [...rules, ...bucket.at("lifecycleRules").items()].filter(
      (rule) => rule.at("status").text() === "Enabled" || rule.at("enabled").flag() === true,
    );
    if (active.length === 0) report("The bucket has no lifecycle.");
    else if (!active.some((rule) => !rule.at("noncurrentVersionExpiration").absent)) {
      report("Old versions are kept for ever.");
    }
  },
});

const accessLogged = relationRule({
  name: "buckets-log-access",
  levels: advice,
  types: [aws.bucket],
  what: "A bucket logs who reads and writes it; the bucket that takes the logs does not.",
  why: "After a leak it is the only way to say what was read.",
  fix: "Add an aws.s3.BucketLogging of the bucket into a bucket for logs.",
  check(bucket, report, stack) {
    if (!bucket.at("loggings").absent) return;
    const own = stack.referringTo(bucket, "bucket", aws.bucketLogging);
    const takes = stack.referringTo(bucket, "targetBucket", aws.bucketLogging);
    if (own.length === 0 && takes.length === 0) report("The bucket logs no access.");
  },
});

export const storageRules = [encrypted, publicAccessBlocked, noPublicAcl, tlsOnly, versioned, lifecycle, accessLogged];
