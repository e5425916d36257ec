import type {
  BucketLifecycleConfigurationArgs,
  BucketLoggingArgs,
  BucketNotificationArgs,
  BucketObjectLockConfigurationArgs,
  BucketOwnershipControlsArgs,
  BucketPublicAccessBlockArgs,
  BucketServerSideEncryptionConfigurationArgs,
  BucketVersioningArgs,
} from "@pulumi/aws/s3";

import { checkOneOf, checkRange } from "../core/checks";
import { refer, referBy, referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request, ResourceType } from "../core/resourceType";
import { show } from "../core/text";

/** A setting that a bucket has once: its identifier is the bucket's. */
function setting<Args extends { readonly bucket: unknown }>(
  token: string,
  check?: (request: Request<Args>) => void,
): ResourceType {
  return resourceType<Args>({
    token,
    replaceOn: ["bucket"],
    unique: (inputs) => ({
      key: show(inputs.bucket),
      property: "bucket",
      code: "OperationAborted",
      message: `Bucket ${show(inputs.bucket)} already has this setting from another resource`,
    }),
    check(request) {
      refer(request, "bucket", request.inputs.bucket, "bucket");
      check?.(request);
    },
    create: ({ inputs }) => ({ id: show(inputs.bucket), outputs: {} }),
  });
}

const versioning = setting<BucketVersioningArgs>("aws:s3/bucketVersioning:BucketVersioning", (request) => {
  const { status } = request.inputs.versioningConfiguration;
  checkOneOf(request, "versioningConfiguration.status", status, ["Enabled", "Suspended", "Disabled"], "MalformedXML");
});

const encryption = setting<BucketServerSideEncryptionConfigurationArgs>(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  (request) => {
    request.inputs.rules.forEach(({ applyServerSideEncryptionByDefault: byDefault }, index) => {
      const path = `rules[${show(index)}].applyServerSideEncryptionByDefault`;
      checkOneOf(
        request,
        `${path}.sseAlgorithm`,
        byDefault?.sseAlgorithm,
        ["AES256", "aws:kms", "aws:kms:dsse"],
        "MalformedXML",
      );
      if (byDefault?.kmsMasterKeyId !== undefined && byDefault.sseAlgorithm === "AES256") {
        request.refuse(
          `${path}.kmsMasterKeyId`,
          "InvalidArgument",
          "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
        );
      }
      referKey(request, `${path}.kmsMasterKeyId`, byDefault?.kmsMasterKeyId);
    });
  },
);

const publicAccess = setting<BucketPublicAccessBlockArgs>("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");

const ownership = setting<BucketOwnershipControlsArgs>(
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  (request) => {
    const words = ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"];
    checkOneOf(request, "rule.objectOwnership", request.inputs.rule.objectOwnership, words, "MalformedXML");
  },
);

const logging = setting<BucketLoggingArgs>("aws:s3/bucketLogging:BucketLogging", (request) => {
  const target = request.inputs.targetBucket;
  referBy(request, "targetBucket", target, {
    type: "aws:s3/bucket:Bucket",
    by: "id",
    code: "InvalidTargetBucketForLogging",
    message: `The target bucket for logging does not exist: ${target}`,
  });
});

const objectLock = setting<BucketObjectLockConfigurationArgs>(
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  (request) => {
    const { inputs, world, refuse } = request;
    const bucket = world.find("aws:s3/bucket:Bucket", "id", inputs.bucket);
    const versions = world.find("aws:s3/bucketVersioning:BucketVersioning", "bucket", inputs.bucket);
    const status = (versions?.outputs.versioningConfiguration as { status?: string } | undefined)?.status;
    if (bucket?.outputs.objectLockEnabled !== true && status !== "Enabled") {
      refuse(
        "bucket",
        "InvalidBucketState",
        "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
      );
    }
    const retention = inputs.rule?.defaultRetention;
    checkOneOf(request, "rule.defaultRetention.mode", retention?.mode, ["GOVERNANCE", "COMPLIANCE"], "MalformedXML");
    if (retention && (retention.days === undefined) === (retention.years === undefined)) {
      refuse("rule.defaultRetention", "MalformedXML", "Exactly one of days and years is given");
    }
  },
);

const notification = setting<BucketNotificationArgs>("aws:s3/bucketNotification:BucketNotification", (request) => {
  (request.inputs.queues ?? []).forEach((queue, index) => {
    referBy(request, `queues[${show(index)}].queueArn`, queue.queueArn, {
      type: "aws:sqs/queue:Queue",
      by: "arn",
      code: "InvalidArgument",
      message: `Unable to validate the following destination configurations: ${queue.queueArn}`,
    });
  });
});

/** Least days after which S3 moves an object into a class (S3 user guide, "Transitioning objects"). */
const leastDays: Readonly<Record<string, number>> = { STANDARD_IA: 30, ONEZONE_IA: 30 };

const classes = ["GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"];

type Rule = NonNullable<Request<BucketLifecycleConfigurationArgs>["inputs"]["rules"]>[number];

const lifecycle = setting<BucketLifecycleConfigurationArgs>(
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  (request) => {
    const rules = request.inputs.rules ?? [];
    if (rules.length === 0 || rules.length > 1000) {
      request.refuse("rules", "MalformedXML", "A lifecycle configuration has 1 to 1000 rules");
    }
    const ids = new Set<string>();
    rules.forEach((rule, index) => {
      const path = `rules[${show(index)}]`;
      if (ids.has(rule.id))
        request.refuse(`${path}.id`, "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule");
      ids.add(rule.id);
      if (rule.id.length > 255)
        request.refuse(`${path}.id`, "InvalidArgument", "ID length should not exceed allowed limit of 255");
      checkOneOf(request, `${path}.status`, rule.status, ["Enabled", "Disabled"], "MalformedXML");
      checkActions(request, path, rule);
    });
  },
);

function checkActions(request: Request<BucketLifecycleConfigurationArgs>, path: string, rule: Rule): void {
  const { refuse } = request;
  const { expiration, noncurrentVersionExpiration: noncurrent, abortIncompleteMultipartUpload: abort } = rule;
  const transitions = rule.transitions ?? [];
  if (
    !expiration &&
    !noncurrent &&
    !abort &&
    transitions.length === 0 &&
    (rule.noncurrentVersionTransitions ?? []).length === 0
  ) {
    refuse(path, "InvalidRequest", "At least one action needs to be specified in a rule");
  }
  const positive: readonly [string, number | undefined][] = [
    ["expiration.days", expiration?.days],
    ["noncurrentVersionExpiration.noncurrentDays", noncurrent?.noncurrentDays],
    ["abortIncompleteMultipartUpload.daysAfterInitiation", abort?.daysAfterInitiation],
  ];
  for (const [property, days] of positive) {
    checkRange(request, `${path}.${property}`, days, [1, 2_147_483_647], "InvalidArgument");
  }
  if (expiration?.days !== undefined && expiration.date !== undefined) {
    refuse(`${path}.expiration`, "MalformedXML", "An expiration has days or a date, not both");
  }
  transitions.forEach((transition, index) => {
    const place = `${path}.transitions[${show(index)}]`;
    checkOneOf(request, `${place}.storageClass`, transition.storageClass, classes, "MalformedXML");
    const least = leastDays[transition.storageClass] ?? 0;
    if (transition.days !== undefined && transition.days < least) {
      refuse(
        `${place}.days`,
        "InvalidArgument",
        `'Days' in Transition action must be greater than or equal to ${show(least)} for storageClass '${transition.storageClass}'`,
      );
    }
    if (expiration?.days !== undefined && transition.days !== undefined && expiration.days <= transition.days) {
      refuse(
        `${path}.expiration.days`,
        "InvalidArgument",
        "'Days' in the Expiration action must be greater than 'Days' in the Transition action",
      );
    }
  });
}

/** How a bucket behaves; each setting is a resource of its own. */
export const s3SettingTypes = [
  versioning,
  encryption,
  publicAccess,
  ownership,
  logging,
  objectLock,
  notification,
  lifecycle,
];
