import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { AccessLogs } from "../../../components/aws/accessLogs";
import { PrivateBucket } from "../../../components/aws/privateBucket";
import type { PrivateBucketArgs } from "../../../components/aws/privateBucket";
import { account, deploy, region } from "../../mocks";

const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

function deployBucket(onDestroy: "keep" | "empty", more: Partial<PrivateBucketArgs> = {}) {
  return deploy(() => {
    new PrivateBucket("files", {
      cluster: "blue",
      purpose: "backups",
      keyArn: "arn:key",
      accessLogs: { bucket: "logs", prefix: "backups/" },
      recoverableDays: 90,
      onDestroy,
      ...more,
    });
  });
}

function policyOf(inputs: Readonly<Record<string, unknown>>): { Statement: { Sid: string }[] } {
  return JSON.parse(inputs["policy"] as string) as { Statement: { Sid: string }[] };
}

describe("a private bucket", () => {
  test("blocks public access, and is encrypted, versioned and logged", async () => {
    const { get } = await deployBucket("keep");
    const blocks = Object.values(get("files-public-access").inputs).filter((value) => typeof value === "boolean");
    expect(blocks).toEqual([true, true, true, true]);
    expect(get("files-encryption").inputs["rules"]).toEqual([
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:key" },
        bucketKeyEnabled: true,
      },
    ]);
    expect(get("files-versioning").inputs).toMatchObject({ versioningConfiguration: { status: "Enabled" } });
    expect(get("files-logging").inputs).toMatchObject({ targetBucket: "logs", targetPrefix: "backups/" });
  });

  test("denies plain HTTP and old TLS to every principal", async () => {
    const { get } = await deployBucket("keep");
    const arn = `arn:aws:s3:${region}:${account}:files`;
    const deny = { Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:*", Resource: [arn, `${arn}/*`] };
    expect(policyOf(get("files-policy").inputs).Statement).toMatchObject([
      { ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } },
      { ...deny, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    ]);
  });

  test("expires old versions and unfinished uploads, and no current object", async () => {
    const { get } = await deployBucket("keep");
    expect(get("files-lifecycle")).toMatchObject({
      inputs: {
        rules: [
          { id: "expire-old-versions", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 90 } },
          {
            id: "abort-unfinished-uploads",
            status: "Enabled",
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      options: { dependsOn: ["files-versioning"] },
    });
    expect(JSON.stringify(get("files-lifecycle").inputs)).not.toContain('"expiration"');
  });

  test("expires objects by prefix, and their delete markers", async () => {
    const expire = [
      { prefix: "blue/backups/all/", days: 2 },
      { prefix: "blue/backups/daily/", days: 90 },
    ];
    const { get } = await deployBucket("keep", { expire });
    expect(get("files-lifecycle").inputs["rules"]).toMatchObject([
      { id: "expire-old-versions", expiration: { expiredObjectDeleteMarker: true } },
      { id: "abort-unfinished-uploads" },
      { id: "expire-blue-backups-all", filter: { prefix: "blue/backups/all/" }, expiration: { days: 2 } },
      { id: "expire-blue-backups-daily", filter: { prefix: "blue/backups/daily/" }, expiration: { days: 90 } },
    ]);
  });

  test("object lock does not replace the bucket, and depends on versioning", async () => {
    const { get } = await deployBucket("keep", { objectLock: { mode: "governance", days: 30 } });
    expect(get("files-lock")).toMatchObject({
      type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      inputs: { bucket: "files-id", rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } } },
      options: { dependsOn: ["files-versioning"] },
    });
    expect(get("files", "Bucket").inputs).not.toHaveProperty("objectLockEnabled");
    const { ofType } = await deployBucket("keep");
    expect(ofType("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")).toEqual({});
  });

  test("the policy and the public access block change one after the other", async () => {
    const { get } = await deployBucket("keep");
    expect(get("files-policy").options.dependsOn).toEqual(["files-public-access"]);
  });

  test.each([
    ["keep", false, true],
    ["empty", true, false],
  ] as const)("onDestroy: %s sets forceDestroy: %s and protection: %s", async (onDestroy, forceDestroy, kept) => {
    const { get } = await deployBucket(onDestroy);
    expect(get("files", "Bucket")).toMatchObject({
      inputs: { forceDestroy },
      options: { protect: kept, retainOnDelete: kept },
    });
    expect(get("files", "Bucket").inputs).not.toHaveProperty("bucket");
  });
});

describe("access logs", () => {
  test("are delivered by S3 for this account's buckets only, under S3's own key", async () => {
    const { get, ofType } = await deploy(() => {
      new AccessLogs("logs", { cluster: "blue", awsAccount: fetchAwsAccount(region, {}), protect: true });
    });
    expect(policyOf(get("logs-policy").inputs).Statement).toContainEqual({
      Sid: "DeliverAccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:${region}:${account}:logs/*`,
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    });
    expect(ofType(encryption)["logs-encryption"]?.inputs["rules"]).toEqual([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false },
    ]);
    expect(get("logs-lifecycle").inputs["rules"]).toContainEqual(
      expect.objectContaining({ id: "expire", expiration: { days: 365 } }),
    );
    expect(ofType("aws:s3/bucketLogging:BucketLogging")).toEqual({});
  });
});
