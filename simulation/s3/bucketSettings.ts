import type {
  BucketLifecycleConfigurationArgs,
  BucketLoggingArgs,
  BucketObjectLockConfigurationArgs,
  BucketOwnershipControlsArgs,
  BucketPublicAccessBlockArgs,
  BucketServerSideEncryptionConfigurationArgs,
  BucketVersioningArgs,
} from "@pulumi/aws/s3";

import { checkRange } from "../core/checks";
import { resolveKmsKey, resolveReference, resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request, ResourceType } from "../core/resourceType";
import { toText } from "../core/text";
import { isVersioned } from "./versioning";

/** Bucket setting with its own resource type; a bucket has each setting once. */
function setting<Args extends { readonly bucket: unknown }>(
  token: string,
  check?: (request: Request<Args>) => void,
): ResourceType {
  return resourceType<Args>({
    token,
    replaceOn: ["bucket"],
    unique: (inputs) => ({
      key: toText(inputs.bucket),
      property: "bucket",
      code: "OperationAborted",
      message: `Bucket ${toText(inputs.bucket)} already has this setting from another resource`,
    }),
    check(request) {
      resolveReference(request, "bucket", request.inputs.bucket, "bucket");
      check?.(request);
    },
    create: ({ inputs }) => ({ id: toText(inputs.bucket), outputs: {} }),
  });
}

const versioning = setting<BucketVersioningArgs>("aws:s3/bucketVersioning:BucketVersioning");

const encryption = setting<BucketServerSideEncryptionConfigurationArgs>(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  (request) => {
    request.inputs.rules.forEach(({ applyServerSideEncryptionByDefault: byDefault }, index) => {
      const path = `rules[${index}].applyServerSideEncryptionByDefault.kmsMasterKeyId`;
      resolveKmsKey(request, path, byDefault?.kmsMasterKeyId);
    });
  },
);

const publicAccess = setting<BucketPublicAccessBlockArgs>("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");

const ownership = setting<BucketOwnershipControlsArgs>("aws:s3/bucketOwnershipControls:BucketOwnershipControls");

const logging = setting<BucketLoggingArgs>("aws:s3/bucketLogging:BucketLogging", (request) => {
  const { targetBucket } = request.inputs;
  resolveReferenceBy(request, "targetBucket", targetBucket, {
    type: "aws:s3/bucket:Bucket",
    by: "id",
    code: "InvalidTargetBucketForLogging",
    message: `The target bucket for logging does not exist: ${targetBucket}`,
  });
});

const objectLock = setting<BucketObjectLockConfigurationArgs>(
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  ({ inputs, world, refuse }) => {
    if (isVersioned(world, inputs.bucket)) return;
    const message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
    refuse("bucket", "InvalidBucketState", message);
  },
);

const lifecycle = setting<BucketLifecycleConfigurationArgs>(
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  (request) => {
    const ids = new Set<string>();
    (request.inputs.rules ?? []).forEach(({ id, expiration, noncurrentVersionExpiration: noncurrent }, index) => {
      const path = `rules[${index}]`;
      if (ids.has(id)) {
        const message = "Rule ID must be unique. Found same ID for more than one rule";
        request.refuse(`${path}.id`, "InvalidArgument", message);
      }
      ids.add(id);
      const days: readonly [number, number] = [1, 2_147_483_647];
      checkRange(request, `${path}.expiration.days`, expiration?.days, days, "InvalidArgument");
      const noncurrentPath = `${path}.noncurrentVersionExpiration.noncurrentDays`;
      checkRange(request, noncurrentPath, noncurrent?.noncurrentDays, days, "InvalidArgument");
    });
  },
);

export const bucketSettingTypes = [versioning, encryption, publicAccess, ownership, logging, objectLock, lifecycle];
