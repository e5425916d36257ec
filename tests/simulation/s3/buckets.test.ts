import { describeRefusals, duplicateOf, policyOf } from "../testAccount";
import type { TestAccount } from "../testAccount";

describeRefusals("aws:s3/bucket:Bucket", () => ({ bucket: "holdfast-backups" }), [
  ["a name in use", { bucket: "holdfast-files" }, "bucket", "BucketAlreadyOwnedByYou"],
  ["a name of 2 characters", { bucket: "ab" }, "bucket", "InvalidBucketName", "63 characters"],
  ["a name of 64 characters", { bucket: "b".repeat(64) }, "bucket", "InvalidBucketName", "63 characters"],
  ["capital letters", { bucket: "Holdfast" }, "bucket", "InvalidBucketName", "lower-case"],
  ["a name that ends with a hyphen", { bucket: "holdfast-" }, "bucket", "InvalidBucketName"],
  ["a reserved prefix", { bucket: "xn--holdfast" }, "bucket", "InvalidBucketName", "prefix"],
]);

const setting =
  (inputs: object = {}) =>
  () => ({ bucket: "holdfast-files", ...inputs });
const unknownBucket = ["an unknown bucket", { bucket: "none" }, "bucket", "NoSuchBucket"] as const;

const versioningType = "aws:s3/bucketVersioning:BucketVersioning";
const versioning = setting({ versioningConfiguration: { status: "Enabled" } });
describeRefusals(versioningType, versioning, [
  unknownBucket,
  duplicateOf("a second resource for the same bucket", versioningType, versioning(), "bucket", "OperationAborted"),
]);

describeRefusals("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", setting(), [unknownBucket]);
describeRefusals("aws:s3/bucketOwnershipControls:BucketOwnershipControls", setting(), [unknownBucket]);

const encryption = (kmsMasterKeyId: string) => ({
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId } }],
});
describeRefusals(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  (account) => ({ bucket: "holdfast-files", ...encryption(account.get("key", "arn")) }),
  [
    [
      "an unknown key",
      encryption("none"),
      "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",
      "NotFoundException",
    ],
  ],
);

describeRefusals("aws:s3/bucketLogging:BucketLogging", setting({ targetBucket: "holdfast-files" }), [
  ["an unknown target", { targetBucket: "none" }, "targetBucket", "InvalidTargetBucketForLogging"],
]);

describeRefusals(
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  async (account) => {
    await account.create(versioningType, "versioning", versioning());
    return { bucket: "holdfast-files" };
  },
  [
    [
      "a bucket without versioning",
      async (account) => {
        await account.create("aws:s3/bucket:Bucket", "plain", { bucket: "holdfast-plain" });
        return { bucket: "holdfast-plain" };
      },
      "bucket",
      "InvalidBucketState",
    ],
  ],
);

const rule = { id: "expire", status: "Enabled", expiration: { days: 90 } };
describeRefusals("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", setting({ rules: [rule] }), [
  ["a duplicate id", { rules: [rule, rule] }, "rules[1].id", "InvalidArgument", "unique"],
  [
    "expiration after 0 days",
    { rules: [{ ...rule, expiration: { days: 0 } }] },
    "rules[0].expiration.days",
    "InvalidArgument",
  ],
  [
    "expiration of old versions after 0 days",
    { rules: [{ ...rule, noncurrentVersionExpiration: { noncurrentDays: 0 } }] },
    "rules[0].noncurrentVersionExpiration.noncurrentDays",
    "InvalidArgument",
  ],
]);

const bucketPolicy = (resource: string, more: object = {}) => ({
  policy: policyOf({ Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:*", Resource: resource, ...more }),
});
const publicPolicy = (more: object = {}) =>
  bucketPolicy("arn:aws:s3:::holdfast-files/keys.json", { Effect: "Allow", ...more });
const publicAfterBlock = (blockPublicPolicy: boolean) => async (account: TestAccount) => {
  const block = { bucket: "holdfast-files", blockPublicPolicy };
  await account.create("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "block", block);
  return publicPolicy();
};
const principal = "policy.Statement[0].Principal";

describeRefusals(
  "aws:s3/bucketPolicy:BucketPolicy",
  setting(bucketPolicy("arn:aws:s3:::holdfast-files/*")),
  [
    unknownBucket,
    ["more than 20,480 characters", bucketPolicy(`arn:aws:s3:::b/${"x".repeat(20_480)}`), "policy", "LimitExceeded"],
    ["a public policy of a new bucket", publicPolicy(), principal, "AccessDenied"],
    ["a public policy in the short form", publicPolicy({ Principal: "*" }), principal, "AccessDenied"],
    ["a public policy that the bucket blocks", publicAfterBlock(true), principal, "AccessDenied"],
  ],
  [
    ["a public policy that the bucket allows", publicAfterBlock(false)],
    ["a condition on the caller", publicPolicy({ Condition: { StringEquals: { "aws:SourceAccount": "1" } } })],
  ],
);

describeRefusals("aws:s3/bucketObjectv2:BucketObjectv2", setting({ key: "a.tar.gz", contentBase64: "YQ==" }), [
  unknownBucket,
]);
