import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { PolicyStatement } from "./policyStatement";
import { resourceTags } from "./tags.plan";

export interface PrivateBucketArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Last part of the `Name` tag, `<cluster>-<purpose>`. */
  readonly purpose: string;
  /** KMS key of the objects. Default: SSE-S3, the only encryption that a target bucket of access logs supports. */
  readonly keyArn?: pulumi.Input<string>;
  /** Bucket and key prefix of the access logs. Default: accesses are not logged. */
  readonly accessLogs?: { readonly bucket: pulumi.Input<string>; readonly prefix: string };
  /** Days until objects expire, by key prefix (default: all objects). Default: objects do not expire. */
  readonly expire?: readonly { readonly prefix?: string; readonly days: number }[];
  /**
   * Days for which no version of an object can be deleted (S3 Object Lock). Enabling it does not replace the bucket. It cannot
   * be disabled again; only the retention can be removed.
   */
  readonly objectLock?: { readonly mode: "governance" | "compliance"; readonly days: number };
  /** Days for which a replaced or deleted object can be recovered. */
  readonly recoverableDays: number;
  /** Keys of the objects that are public. Default: none, and public access is blocked. */
  readonly publicObjects?: readonly string[];
  /** Further statements of the bucket policy. */
  readonly statements?: (bucketArn: pulumi.Output<string>) => readonly PolicyStatement[];
  /** With the stack, the bucket is kept, or emptied and deleted. */
  readonly onDestroy: "keep" | "empty";
}

/**
 * S3 bucket that is private except for `publicObjects`: encrypted, versioned, TLS only, without ACLs. Pulumi chooses its
 * name, because bucket names are unique across AWS. Resources that write objects depend on the component, so that no object
 * exists before the settings that protect it.
 */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Host name of the objects, `<bucket>.s3.<region>.amazonaws.com`. */
  readonly domainName: pulumi.Output<string>;

  constructor(name: string, args: PrivateBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:PrivateBucket", name, {}, options);
    const parent = { parent: this };
    const keep = args.onDestroy === "keep";

    const bucket = new s3.Bucket(
      name,
      { forceDestroy: !keep, tags: resourceTags(args.cluster, `${args.cluster}-${args.purpose}`) },
      { parent: this, protect: keep, retainOnDelete: keep },
    );
    const publicAccess = this.blockPublicAccess(name, bucket, args.publicObjects !== undefined);
    this.encrypt(name, bucket, args.keyArn);
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      parent,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket: bucket.bucket, rules: lifecycleRules(args) },
      // S3 rejects rules about noncurrent versions while versioning is off.
      { parent: this, dependsOn: [versioning] },
    );
    if (args.objectLock !== undefined) {
      const { mode, days } = args.objectLock;
      new s3.BucketObjectLockConfiguration(
        `${name}-lock`,
        { bucket: bucket.bucket, rule: { defaultRetention: { mode: mode.toUpperCase(), days } } },
        { parent: this, dependsOn: [versioning] },
      );
    }
    if (args.accessLogs !== undefined) {
      new s3.BucketLogging(
        `${name}-logging`,
        { bucket: bucket.bucket, targetBucket: args.accessLogs.bucket, targetPrefix: args.accessLogs.prefix },
        parent,
      );
    }
    new s3.BucketPolicy(
      `${name}-policy`,
      {
        bucket: bucket.bucket,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            ...denyOldTls(bucket.arn),
            ...allowPublicRead(bucket.arn, args.publicObjects ?? []),
            ...(args.statements?.(bucket.arn) ?? []),
          ],
        }),
      },
      // S3 rejects concurrent changes to the policy and to the public access block of one bucket.
      { parent: this, dependsOn: [publicAccess] },
    );

    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.domainName = bucket.bucketRegionalDomainName;
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }

  /** ACLs never grant access; the bucket policy may make objects public where `publicObjects` names some. */
  private blockPublicAccess(name: string, bucket: s3.Bucket, hasPublicObjects: boolean): s3.BucketPublicAccessBlock {
    new s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      { parent: this },
    );
    return new s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: !hasPublicObjects,
        ignorePublicAcls: true,
        restrictPublicBuckets: !hasPublicObjects,
      },
      { parent: this },
    );
  }

  private encrypt(name: string, bucket: s3.Bucket, keyArn: pulumi.Input<string> | undefined): void {
    const byDefault =
      keyArn === undefined ? { sseAlgorithm: "AES256" } : { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        bucket: bucket.bucket,
        // A bucket key saves a KMS request per object, and makes the bucket's ARN the encryption context.
        rules: [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: keyArn !== undefined }],
      },
      { parent: this },
    );
  }
}

function denyOldTls(bucketArn: pulumi.Output<string>): readonly PolicyStatement[] {
  const deny = {
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: "s3:*",
    Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
  } as const;
  return [
    { Sid: "DenyPlainHttp", ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "DenyTlsBelow12", ...deny, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  ];
}

function allowPublicRead(bucketArn: pulumi.Output<string>, keys: readonly string[]): readonly PolicyStatement[] {
  if (keys.length === 0) return [];
  return [
    {
      Sid: "PublicRead",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: keys.map((key) => pulumi.interpolate`${bucketArn}/${key}`),
    },
  ];
}

function lifecycleRules({ expire = [], recoverableDays }: PrivateBucketArgs) {
  return [
    {
      id: "expire-old-versions",
      status: "Enabled",
      filter: { prefix: "" },
      noncurrentVersionExpiration: { noncurrentDays: recoverableDays },
      // An expired object leaves a delete marker that nothing else removes.
      expiration: expire.length > 0 ? { expiredObjectDeleteMarker: true } : undefined,
    },
    {
      id: "abort-unfinished-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
    },
    ...expire.map(({ prefix = "", days }) => ({
      id: `expire${prefix && `-${prefix.replace(/\/$/, "").replaceAll("/", "-")}`}`,
      status: "Enabled",
      filter: { prefix },
      expiration: { days },
    })),
  ];
}
