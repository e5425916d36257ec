import { describeRefusals } from "../testAccount";
import type { TestAccount } from "../testAccount";

const replication = (destination: object) => ({ rules: [{ id: "copy", status: "Enabled", destination }] });
const copy = { bucket: "arn:aws:s3:::holdfast-copy" };
const encrypted = (replicaKmsKeyId: string) => {
  const destination = { ...copy, encryptionConfiguration: { replicaKmsKeyId } };
  const sourceSelectionCriteria = { sseKmsEncryptedObjects: { status: "Enabled" } };
  return { rules: [{ id: "copy", status: "Enabled", sourceSelectionCriteria, destination }] };
};

/** Creates the copy's bucket and its key in another region; both buckets keep versions. Returns the key's ARN. */
async function createCopy(account: TestAccount): Promise<string> {
  const copyRegion = account.world.at("eu-west-1");
  await account.create("aws:s3/bucket:Bucket", "copy", { bucket: "holdfast-copy" }, copyRegion);
  for (const bucket of ["holdfast-files", "holdfast-copy"]) {
    const versioningConfiguration = { status: "Enabled" };
    await account.create("aws:s3/bucketVersioning:BucketVersioning", bucket, { bucket, versioningConfiguration });
  }
  return String((await account.create("aws:kms/key:Key", "copy-key", {}, copyRegion)).arn);
}

async function createUnversionedBucket(account: TestAccount): Promise<void> {
  await account.create("aws:s3/bucket:Bucket", "plain", { bucket: "holdfast-plain" });
}

describeRefusals(
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  async (account) => ({
    bucket: "holdfast-files",
    role: account.get("role", "arn"),
    ...encrypted(await createCopy(account)),
  }),
  [
    ["an unknown bucket", { bucket: "none" }, "bucket", "NoSuchBucket"],
    [
      "a bucket without versioning",
      async (account) => {
        await createUnversionedBucket(account);
        return { bucket: "holdfast-plain" };
      },
      "bucket",
      "InvalidRequest",
      "Versioning",
    ],
    ["an unknown role", { role: "arn:x" }, "role", "InvalidArgument"],
    [
      "an unknown destination",
      replication({ bucket: "arn:aws:s3:::none" }),
      "rules[0].destination.bucket",
      "InvalidRequest",
    ],
    [
      "a destination without versioning",
      async (account) => {
        await createUnversionedBucket(account);
        return replication({ bucket: "arn:aws:s3:::holdfast-plain" });
      },
      "rules[0].destination.bucket",
      "InvalidRequest",
      "versioning",
    ],
    [
      "a key of the source's region",
      (account) => encrypted(account.get("key", "arn")),
      "rules[0].destination.encryptionConfiguration.replicaKmsKeyId",
      "NotFoundException",
      "another region",
    ],
    [
      "a destination without the source's Object Lock",
      async (account) => {
        const type = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
        await account.create(type, "lock", { bucket: "holdfast-files" });
        return {};
      },
      "rules[0].destination.bucket",
      "InvalidRequest",
      "Object Lock",
    ],
  ],
  [["objects without a key", replication(copy)]],
);
