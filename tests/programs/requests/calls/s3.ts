import { call, optional } from "./call";
import type { Inputs, Mapping, Mappings } from "./call";

/** Setting of a bucket: one request with a document of this name. */
const setting =
  (operation: string, document: string): Mapping =>
  ({ bucket, ...inputs }) => [call("s3", operation, { bucket, [document]: inputs })];

export const s3Calls: Mappings = {
  "aws:s3/bucket:Bucket": ({ bucket, objectLockEnabled, region, ...rest }, { tags }) => [
    call("s3", "CreateBucket", {
      ...rest,
      bucket,
      objectLockEnabledForBucket: objectLockEnabled,
      ...(region !== undefined && { createBucketConfiguration: { locationConstraint: region } }),
    }),
    ...optional(tags.list, () => call("s3", "PutBucketTagging", { bucket, tagging: { tagSet: tags.list } })),
  ],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(
    "PutBucketLifecycleConfiguration",
    "lifecycleConfiguration",
  ),
  "aws:s3/bucketLogging:BucketLogging": ({ bucket, ...loggingEnabled }) => [
    call("s3", "PutBucketLogging", { bucket, bucketLoggingStatus: { loggingEnabled } }),
  ],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ({ bucket, ...rest }) => [
    call("s3", "PutObjectLockConfiguration", {
      bucket,
      objectLockConfiguration: { objectLockEnabled: "Enabled", ...rest },
    }),
  ],
  "aws:s3/bucketObjectv2:BucketObjectv2": ({ content, contentBase64, ...rest }, { tags }) => [
    call("s3", "PutObject", {
      ...rest,
      body: content ?? contentBase64,
      tagging: new URLSearchParams(tags.map).toString(),
    }),
  ],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ({ bucket, rule, ...rest }) => [
    call("s3", "PutBucketOwnershipControls", { ...rest, bucket, ownershipControls: { rules: [rule] } }),
  ],
  "aws:s3/bucketPolicy:BucketPolicy": (inputs) => [call("s3", "PutBucketPolicy", inputs)],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting(
    "PutPublicAccessBlock",
    "publicAccessBlockConfiguration",
  ),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ({ bucket, rules, ...rest }) => [
    call("s3", "PutBucketReplication", {
      bucket,
      replicationConfiguration: {
        ...rest,
        rules: (rules as readonly Inputs[]).map(({ destination, ...rule }) => {
          const { replicaKmsKeyId } = ((destination as Inputs).encryptionConfiguration ?? {}) as Inputs;
          const encryptionConfiguration = { replicaKmsKeyID: replicaKmsKeyId };
          return { ...rule, destination: { ...(destination as Inputs), encryptionConfiguration } };
        }),
      },
    }),
  ],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    "PutBucketEncryption",
    "serverSideEncryptionConfiguration",
  ),
  "aws:s3/bucketVersioning:BucketVersioning": (inputs) => [call("s3", "PutBucketVersioning", inputs)],
};
