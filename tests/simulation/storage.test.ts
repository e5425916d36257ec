import { describeRefusals } from "./testAccount";
import type { Account } from "./testAccount";

describeRefusals("aws:s3/bucket:Bucket", () => ({ bucket: "holdfast-backups" }), [
  ["a name that is taken", { bucket: "holdfast-files" }, "bucket", "BucketAlreadyOwnedByYou"],
  ["a short name", { bucket: "ab" }, "bucket", "InvalidBucketName", "63 characters"],
  ["a long name", { bucket: "b".repeat(64) }, "bucket", "InvalidBucketName", "63 characters"],
  ["capital letters", { bucket: "Holdfast" }, "bucket", "InvalidBucketName", "lower-case"],
  ["a hyphen at the end", { bucket: "holdfast-" }, "bucket", "InvalidBucketName"],
  ["two dots", { bucket: "hold..fast" }, "bucket", "InvalidBucketName", "adjacent dots"],
  ["an address", { bucket: "10.0.0.1" }, "bucket", "InvalidBucketName", "IP address"],
  ["a reserved prefix", { bucket: "xn--holdfast" }, "bucket", "InvalidBucketName", "prefix"],
  ["a reserved suffix", { bucket: "holdfast-s3alias" }, "bucket", "InvalidBucketName", "suffix"],
]);

const setting = (inputs: Record<string, unknown>) => () => ({ bucket: "holdfast-files", ...inputs });
const noBucket = ["an unknown bucket", { bucket: "none" }, "bucket", "NoSuchBucket"] as const;

describeRefusals(
  "aws:s3/bucketVersioning:BucketVersioning",
  setting({ versioningConfiguration: { status: "Enabled" } }),
  [
    noBucket,
    [
      "an unknown status",
      { versioningConfiguration: { status: "On" } },
      "versioningConfiguration.status",
      "MalformedXML",
    ],
    [
      "a second one",
      async (account) => {
        const inputs = { bucket: "holdfast-files", versioningConfiguration: { status: "Enabled" } };
        await account.make("aws:s3/bucketVersioning:BucketVersioning", "first", inputs);
        return {};
      },
      "bucket",
      "OperationAborted",
    ],
  ],
);

const encryption = (byDefault: Record<string, unknown>) => ({
  rules: [{ applyServerSideEncryptionByDefault: byDefault }],
});
const byDefault = "rules[0].applyServerSideEncryptionByDefault";

describeRefusals(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  (account) => ({
    bucket: "holdfast-files",
    ...encryption({ sseAlgorithm: "aws:kms", kmsMasterKeyId: account.get("key", "arn") }),
  }),
  [
    noBucket,
    ["an unknown algorithm", encryption({ sseAlgorithm: "ROT13" }), `${byDefault}.sseAlgorithm`, "MalformedXML"],
    [
      "an unknown key",
      encryption({ sseAlgorithm: "aws:kms", kmsMasterKeyId: "none" }),
      `${byDefault}.kmsMasterKeyId`,
      "NotFoundException",
    ],
    [
      "a key for S3's own encryption",
      (account) => encryption({ sseAlgorithm: "AES256", kmsMasterKeyId: account.get("key") }),
      `${byDefault}.kmsMasterKeyId`,
      "InvalidArgument",
    ],
  ],
);

describeRefusals("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", setting({ blockPublicAcls: true }), [
  noBucket,
]);

describeRefusals(
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  setting({ rule: { objectOwnership: "BucketOwnerEnforced" } }),
  [noBucket, ["an unknown owner", { rule: { objectOwnership: "Nobody" } }, "rule.objectOwnership", "MalformedXML"]],
);

describeRefusals(
  "aws:s3/bucketLogging:BucketLogging",
  setting({ targetBucket: "holdfast-files", targetPrefix: "log/" }),
  [noBucket, ["an unknown target", { targetBucket: "none" }, "targetBucket", "InvalidTargetBucketForLogging"]],
);

describeRefusals(
  "aws:s3/bucketNotification:BucketNotification",
  (account) => ({
    bucket: "holdfast-files",
    queues: [{ queueArn: account.get("queue", "arn"), events: ["s3:ObjectCreated:*"] }],
  }),
  [
    noBucket,
    ["an unknown queue", { queues: [{ queueArn: "arn:x", events: [] }] }, "queues[0].queueArn", "InvalidArgument"],
  ],
);

const retention = (days: Record<string, unknown>) => ({ rule: { defaultRetention: { mode: "GOVERNANCE", ...days } } });

describeRefusals(
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  () => ({ bucket: "holdfast-locked", ...retention({ days: 7 }) }),
  [
    ["a bucket without versions", { bucket: "holdfast-files" }, "bucket", "InvalidBucketState"],
    ["an unknown mode", retention({ days: 7, mode: "NONE" }), "rule.defaultRetention.mode", "MalformedXML"],
    ["days and years", retention({ days: 7, years: 1 }), "rule.defaultRetention", "MalformedXML"],
  ],
  [
    [
      "a bucket that keeps versions",
      async (account) => {
        const versioning = { bucket: "holdfast-files", versioningConfiguration: { status: "Enabled" } };
        await account.make("aws:s3/bucketVersioning:BucketVersioning", "versions", versioning);
        return { bucket: "holdfast-files" };
      },
    ],
  ],
);

const rule = (more: Record<string, unknown>) => ({
  rules: [{ id: "old", status: "Enabled", expiration: { days: 90 }, ...more }],
});

describeRefusals(
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  setting(rule({ transitions: [{ days: 30, storageClass: "STANDARD_IA" }] })),
  [
    noBucket,
    ["no rule", { rules: [] }, "rules", "MalformedXML"],
    ["an id twice", { rules: [...rule({}).rules, ...rule({}).rules] }, "rules[1].id", "InvalidArgument", "unique"],
    ["a long id", rule({ id: "i".repeat(256) }), "rules[0].id", "InvalidArgument", "255"],
    ["an unknown status", rule({ status: "On" }), "rules[0].status", "MalformedXML"],
    ["a rule that does nothing", rule({ expiration: undefined }), "rules[0]", "InvalidRequest"],
    ["no day", rule({ expiration: { days: 0 } }), "rules[0].expiration.days", "InvalidArgument"],
    [
      "no day for old versions",
      rule({ noncurrentVersionExpiration: { noncurrentDays: 0 } }),
      "rules[0].noncurrentVersionExpiration.noncurrentDays",
      "InvalidArgument",
    ],
    [
      "no day for uploads",
      rule({ abortIncompleteMultipartUpload: { daysAfterInitiation: 0 } }),
      "rules[0].abortIncompleteMultipartUpload.daysAfterInitiation",
      "InvalidArgument",
    ],
    ["days and a date", rule({ expiration: { days: 1, date: "2030-01-01" } }), "rules[0].expiration", "MalformedXML"],
    [
      "an unknown class",
      rule({ transitions: [{ days: 30, storageClass: "ATTIC" }] }),
      "rules[0].transitions[0].storageClass",
      "MalformedXML",
    ],
    [
      "too early a move",
      rule({ transitions: [{ days: 29, storageClass: "STANDARD_IA" }] }),
      "rules[0].transitions[0].days",
      "InvalidArgument",
    ],
    [
      "an end before the move",
      rule({ transitions: [{ days: 90, storageClass: "GLACIER" }] }),
      "rules[0].expiration.days",
      "InvalidArgument",
    ],
  ],
);

const published = (more: Record<string, unknown> = {}) =>
  policy("arn:aws:s3:::holdfast-files/keys.json", { Effect: "Allow", Action: "s3:GetObject", ...more });
const withBlock = (blockPublicPolicy: boolean) => async (account: Account) => {
  const block = { bucket: "holdfast-files", blockPublicPolicy };
  await account.make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "block", block);
  return published();
};

const policy = (resource: string, more: Record<string, unknown> = {}) => ({
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:*", Resource: resource, ...more }],
  }),
});

describeRefusals(
  "aws:s3/bucketPolicy:BucketPolicy",
  setting(policy("arn:aws:s3:::holdfast-files/*")),
  [
    noBucket,
    ["another bucket's objects", policy("arn:aws:s3:::another/*"), "policy.Statement[0].Resource", "MalformedPolicy"],
    [
      "a policy for nobody",
      policy("arn:aws:s3:::holdfast-files", { Principal: undefined }),
      "policy.Statement[0].Principal",
      "MalformedPolicy",
    ],
    ["a long policy", policy(`arn:aws:s3:::holdfast-files/${"x".repeat(20_480)}`), "policy", "LimitExceeded"],
    [
      "a second policy",
      async (account) => {
        await account.make("aws:s3/bucketPolicy:BucketPolicy", "first", {
          bucket: "holdfast-files",
          ...policy("arn:aws:s3:::holdfast-files"),
        });
        return {};
      },
      "bucket",
      "OperationAborted",
    ],
    ["a public policy on a new bucket", published(), "policy.Statement[0].Principal", "AccessDenied"],
    [
      "a public policy by its short form",
      published({ Principal: "*" }),
      "policy.Statement[0].Principal",
      "AccessDenied",
    ],
    ["a public policy on a bucket that is closed", withBlock(true), "policy.Statement[0].Principal", "AccessDenied"],
  ],
  [
    ["a public policy on a bucket that may have one", withBlock(false)],
    ["a condition on who anybody is", published({ Condition: { StringEquals: { "aws:SourceAccount": "1" } } })],
  ],
);

describeRefusals("aws:s3/bucketObjectv2:BucketObjectv2", setting({ key: "bundle/a.tar.gz", contentBase64: "YQ==" }), [
  noBucket,
  ["an empty key", { key: "" }, "key", "KeyTooLongError"],
  ["a key of 1,025 bytes", { key: "k".repeat(1025) }, "key", "KeyTooLongError"],
  ["two contents", { content: "a" }, "content", "InvalidArgument"],
  ["content that is no base64", { contentBase64: "%" }, "contentBase64", "InvalidArgument"],
  ["an unknown encryption", { serverSideEncryption: "ROT13" }, "serverSideEncryption", "InvalidArgument"],
  ["an unknown key of encryption", { kmsKeyId: "none" }, "kmsKeyId", "NotFoundException"],
  [
    "eleven tags",
    { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, "v"])) },
    "tags",
    "BadRequest",
  ],
]);

describeRefusals(
  "aws:ssm/parameter:Parameter",
  (account) => ({
    name: "/holdfast/blue/ca.key",
    type: "SecureString",
    value: "secret",
    keyId: account.get("key", "arn"),
  }),
  [
    [
      "a name that is taken",
      async (account) => {
        await account.make("aws:ssm/parameter:Parameter", "first", {
          name: "/holdfast/blue/ca.key",
          type: "String",
          value: "x",
        });
        return {};
      },
      "name",
      "ParameterAlreadyExists",
    ],
    ["odd characters", { name: "/holdfast/blue key" }, "name", "ValidationException", "only a-zA-Z0-9_.-"],
    ["a hierarchy without root", { name: "holdfast/blue" }, "name", "ValidationException"],
    ["reserved names", { name: "/aws/blue" }, "name", "ValidationException", "prefixed"],
    ["sixteen levels", { name: "/a".repeat(16) }, "name", "HierarchyLevelLimitExceededException"],
    ["a very long name", { name: `/${"n".repeat(1000)}` }, "name", "ValidationException", "1011"],
    ["an unknown type", { type: "Text", keyId: undefined }, "type", "ValidationException"],
    ["an unknown tier", { tier: "Gold" }, "tier", "ValidationException"],
    ["no value", { value: "" }, "value", "ValidationException"],
    ["4,097 bytes", { value: "x".repeat(4097) }, "value", "ValidationException", "Standard tier"],
    ["8,193 bytes", { value: "x".repeat(8193), tier: "Advanced" }, "value", "ValidationException", "Advanced tier"],
    [
      "what is no secret as a secret",
      { value: undefined, insecureValue: "x" },
      "insecureValue",
      "InvalidConfiguration",
      "SecureString",
    ],
    ["a key for plain text", { type: "String" }, "keyId", "ValidationException"],
    ["an unknown key", { keyId: "alias/none" }, "keyId", "NotFoundException"],
  ],
  [
    ["4,096 bytes", { value: "x".repeat(4096) }],
    ["AWS' own key", { keyId: "alias/aws/ssm" }],
  ],
);
