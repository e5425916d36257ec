import type { Properties } from "../../simulation/core/resourceType";
import { simulate } from "../../simulation/simulate";
import type { World } from "../../simulation/core/world";
import { describeRefusals } from "./testAccount";
import type { Account } from "./testAccount";

const replica = "rules[0].destination.encryptionConfiguration";

const copied = (more: Record<string, unknown> = {}, destination: Record<string, unknown> = {}) => ({
  rules: [
    {
      id: "copy",
      status: "Enabled",
      priority: 1,
      filter: { prefix: "" },
      deleteMarkerReplication: { status: "Disabled" },
      destination: { bucket: "arn:aws:s3:::holdfast-copy", ...destination },
      ...more,
    },
  ],
});
const encrypted = { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } } };

/** Two buckets that keep versions, the copy's and its key in another region. */
async function makeBuckets(account: Account): Promise<{ key: string }> {
  const there = account.world.at("eu-west-1");
  await simulateIn(there, "aws:s3/bucket:Bucket", "copy", { bucket: "holdfast-copy" });
  for (const bucket of ["holdfast-files", "holdfast-copy"]) {
    const versioningConfiguration = { status: "Enabled" };
    await account.make("aws:s3/bucketVersioning:BucketVersioning", bucket, { bucket, versioningConfiguration });
  }
  const key = await simulateIn(there, "aws:kms/key:Key", "there", { description: "copies" });
  return { key: String(key.arn) };
}

async function simulateIn(world: World, type: string, name: string, inputs: Properties): Promise<Properties> {
  const urn = `urn:pulumi:test::holdfast::${type}::${name}`;
  return (await simulate(world, { urn, type, name, seed: urn, inputs }, "leave out")).outputs;
}

describeRefusals(
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  async (account) => {
    const { key } = await makeBuckets(account);
    const encryptionConfiguration = { replicaKmsKeyId: key };
    return {
      bucket: "holdfast-files",
      role: account.get("role", "arn"),
      ...copied(encrypted, { encryptionConfiguration }),
    };
  },
  [
    ["an unknown bucket", { bucket: "none" }, "bucket", "NoSuchBucket"],
    [
      "a bucket without versions",
      async (account) => {
        await account.make("aws:s3/bucket:Bucket", "plain", { bucket: "holdfast-plain" });
        return { bucket: "holdfast-plain" };
      },
      "bucket",
      "InvalidRequest",
      "Versioning",
    ],
    ["an unknown role", { role: "arn:x" }, "role", "InvalidArgument"],
    ["no rule", { rules: [] }, "rules", "MalformedXML"],
    ["an id twice", { rules: [...copied().rules, ...copied().rules] }, "rules[1].id", "InvalidArgument", "unique"],
    ["an unknown status", copied({ status: "On" }), "rules[0].status", "MalformedXML"],
    ["no priority", copied({ priority: undefined }), "rules[0].priority", "InvalidRequest"],
    [
      "nothing about marks of deletion",
      copied({ deleteMarkerReplication: undefined }),
      "rules[0].deleteMarkerReplication",
      "InvalidRequest",
    ],
    ["an unknown target", copied({}, { bucket: "arn:aws:s3:::none" }), "rules[0].destination.bucket", "InvalidRequest"],
    [
      "a copy into itself",
      copied({}, { bucket: "arn:aws:s3:::holdfast-files" }),
      "rules[0].destination.bucket",
      "InvalidRequest",
      "same as the source",
    ],
    [
      "a target without versions",
      copied({}, { bucket: "arn:aws:s3:::holdfast-locked" }),
      "rules[0].destination.bucket",
      "InvalidRequest",
      "versioning",
    ],
    ["encrypted objects without a key for the copies", copied(encrypted), replica, "InvalidRequest"],
    [
      "a key of the source's region",
      (account) => copied(encrypted, { encryptionConfiguration: { replicaKmsKeyId: account.get("key", "arn") } }),
      `${replica}.replicaKmsKeyId`,
      "NotFoundException",
      "another region",
    ],
    [
      "a target that is not locked, of a bucket that is",
      async (account) => {
        const lock = { bucket: "holdfast-files", rule: { defaultRetention: { mode: "GOVERNANCE", days: 7 } } };
        await account.make("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "lock", lock);
        return copied();
      },
      "rules[0].destination.bucket",
      "InvalidRequest",
      "Object Lock",
    ],
  ],
  [["objects that no key encrypts", copied()]],
);
