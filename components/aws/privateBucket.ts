import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { PolicyStatement } from "./encryptionKey";
import { resourceTags } from "./tags.plan";

export interface PrivateBucketArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** What the bucket is for, in a word or two joined by dashes: part of its `Name` tag. */
  readonly purpose: string;
  /** KMS key of the objects; absent: S3's own key, for what S3 can write under no other (access logs). */
  readonly keyArn?: pulumi.Input<string>;
  /** Bucket that gets a line for each access; absent: none (the bucket of those lines itself). */
  readonly accessLogs?: { readonly bucket: pulumi.Input<string>; readonly prefix: string };
  /** Days until objects go by themselves, by prefix of their keys (none: all objects); absent: never. */
  readonly expire?: readonly { readonly prefix?: string; readonly days: number }[];
  /**
   * Days that no version of an object can be deleted (S3 Object Lock), and for whom. It is switched on for a bucket that
   * exists, without replacing it, and never off again; only the days can be taken back.
   */
  readonly objectLock?: { readonly mode: "governance" | "compliance"; readonly days: number };
  /** Days that a replaced or deleted object can still be brought back. */
  readonly recoverableDays: number;
  /** Keys of the objects that anybody may read, also without an account; absent: none, and the bucket refuses to be opened. */
  readonly anybodyMayRead?: readonly string[];
  /** Who else may do what; by default only what IAM policies of the account allow. */
  readonly statements?: (bucketArn: pulumi.Output<string>) => readonly PolicyStatement[];
  /** `keep`: it and its objects stay when the stack goes. `empty`: emptied and deleted with the stack. */
  readonly onDestroy: "keep" | "empty";
}

/**
 * An S3 bucket that nobody outside the account can reach, but for objects that `anybodyMayRead` names: encrypted, versioned,
 * TLS only, without ACLs. Its name is chosen by Pulumi, for bucket names are shared by all of AWS. Whoever writes into it
 * depends on the component, so that no object comes before the settings that protect it.
 */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Host that serves its objects, `<bucket>.s3.<region>.amazonaws.com`. */
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
    const closed = this.closeToThePublic(name, bucket, args.anybodyMayRead !== undefined);
    this.encrypt(name, bucket, args.keyArn);
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      parent,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket: bucket.bucket, rules: lifecycleRules(args) },
      // Rules about noncurrent versions are refused by a bucket that does not keep versions yet.
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
            ...onlyModernTls(bucket.arn),
            ...readByAnybody(bucket.arn, args.anybodyMayRead ?? []),
            ...(args.statements?.(bucket.arn) ?? []),
          ],
        }),
      },
      // S3 refuses two changes to who may reach one bucket at the same time.
      { parent: this, dependsOn: [closed] },
    );

    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.domainName = bucket.bucketRegionalDomainName;
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }

  /** ACLs open nothing in any case; a policy may where there is something to read. */
  private closeToThePublic(name: string, bucket: s3.Bucket, readable: boolean): s3.BucketPublicAccessBlock {
    new s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      { parent: this },
    );
    return new s3.BucketPublicAccessBlock(
      `${name}-closed`,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: !readable,
        ignorePublicAcls: true,
        restrictPublicBuckets: !readable,
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
        // A bucket key spares a request to KMS for each object, and makes the bucket's ARN the encryption context.
        rules: [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: keyArn !== undefined }],
      },
      { parent: this },
    );
  }
}

function onlyModernTls(bucketArn: pulumi.Output<string>): readonly PolicyStatement[] {
  const refuse = {
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: "s3:*",
    Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
  } as const;
  return [
    { Sid: "RefusePlainHttp", ...refuse, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "RefuseOldTls", ...refuse, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  ];
}

function readByAnybody(bucketArn: pulumi.Output<string>, keys: readonly string[]): readonly PolicyStatement[] {
  if (keys.length === 0) return [];
  return [
    {
      Sid: "ReadByAnybody",
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
      id: "forget-old-versions",
      status: "Enabled",
      filter: { prefix: "" },
      noncurrentVersionExpiration: { noncurrentDays: recoverableDays },
      // What has expired leaves a mark that nothing else would ever remove.
      ...(expire.length > 0 && { expiration: { expiredObjectDeleteMarker: true } }),
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
