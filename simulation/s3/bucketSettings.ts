import type {
  BucketLifecycleConfigurationArgs,
  BucketLoggingArgs,
  BucketObjectLockConfigurationArgs,
  BucketOwnershipControlsArgs,
  BucketPublicAccessBlockArgs,
  BucketServerSideEncryptionConfigurationArgs,
  BucketVersioningArgs,
} from "@pulumi/aws/s3";

import { resolveKmsKey, resolveReference, resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request, ResourceType } from "../core/resourceType";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";
import { encryptionRules, lifecycleRules, loggingRules, objectLockRules, versioningRules } from "./settingRules";

/** Bucket setting with its own resource type; a bucket has each setting once. */
function setting<Args extends { readonly bucket: unknown }>(
  token: string,
  rules: readonly Rule<Args>[] = [],
  check?: (request: Request<Args>) => void,
): ResourceType {
  return resourceType<Args>({
    token,
    replaceOn: ["bucket"],
    rules,
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

const versioning = setting<BucketVersioningArgs>("aws:s3/bucketVersioning:BucketVersioning", versioningRules);

const encryption = setting<BucketServerSideEncryptionConfigurationArgs>(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  encryptionRules,
  (request) => {
    request.inputs.rules.forEach(({ applyServerSideEncryptionByDefault: byDefault }, index) => {
      const path = `rules[${index}].applyServerSideEncryptionByDefault.kmsMasterKeyId`;
      resolveKmsKey(request, path, byDefault?.kmsMasterKeyId);
    });
  },
);

const publicAccess = setting<BucketPublicAccessBlockArgs>("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");

const ownership = setting<BucketOwnershipControlsArgs>("aws:s3/bucketOwnershipControls:BucketOwnershipControls");

const logging = setting<BucketLoggingArgs>("aws:s3/bucketLogging:BucketLogging", loggingRules, (request) => {
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
  objectLockRules,
);

const lifecycle = setting<BucketLifecycleConfigurationArgs>(
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  lifecycleRules,
);

export const bucketSettingTypes = [versioning, encryption, publicAccess, ownership, logging, objectLock, lifecycle];
