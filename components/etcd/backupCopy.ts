import * as iam from "@pulumi/aws/iam";
import { Provider } from "@pulumi/aws/provider";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import type { ClusterSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { allowUseThrough } from "../aws/kmsKeyUse.plan";
import { AccessLogs } from "../aws/accessLogs";
import { PrivateBucket } from "../aws/privateBucket";
import type { PrivateBucketArgs } from "../aws/privateBucket";
import { defaultTags, resourceTags } from "../aws/tags.plan";
import { clusterPrefix } from "./backupTiers.plan";
import { replicationPolicy, replicationTrustPolicy } from "./replication.plan";

export interface BackupCopyArgs {
  readonly spec: Pick<ClusterSpec, "name" | "tags" | "protect">;
  readonly awsAccount: AwsAccount;
  /** Region of the copy. */
  readonly region: string;
  /** Bucket that is replicated. */
  readonly source: { readonly bucket: PrivateBucket; readonly keyArn: pulumi.Input<string> };
  /** Retention, same as of the backups. */
  readonly retained: Pick<PrivateBucketArgs, "expire" | "objectLock" | "recoverableDays" | "onDestroy">;
}

/** Id of the replication rule; a dimension of its metrics. */
export const replicationRule = "backups";

/**
 * Copy of every backup in another region, under a key of that region, in case the cluster's region is lost. S3 replicates the
 * objects; it does not replicate deletions.
 */
export class BackupCopy extends pulumi.ComponentResource {
  readonly region: string;
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: BackupCopyArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:BackupCopy", name, {}, options);
    const { spec, region, source } = args;
    const { name: cluster, protect } = spec;
    const target: AwsAccount = { ...args.awsAccount, region };
    const aws = new Provider(`${name}-aws`, { region, defaultTags: { tags: defaultTags(spec) } }, { parent: this });
    const inRegion = { parent: this, providers: { aws } };

    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        awsAccount: target,
        purpose: "backups-copy",
        description: `Copies of backups of etcd of Kubernetes cluster ${cluster}`,
        use: [allowUseThrough(target, "s3", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])],
        protect,
      },
      inRegion,
    );
    // S3 delivers access logs within a region only.
    const logs = new AccessLogs(`${name}-access-logs`, { cluster, awsAccount: target, protect }, inRegion);
    const bucket = new PrivateBucket(
      `${name}-files`,
      {
        cluster,
        purpose: "backups-copy",
        keyArn: key.arn,
        accessLogs: { bucket: logs.bucketName, prefix: "backups/" },
        ...args.retained,
      },
      inRegion,
    );
    const role = this.createReplicationRole(name, args, bucket, key);
    new s3.BucketReplicationConfig(
      `${name}-rule`,
      {
        bucket: source.bucket.bucketName,
        role: role.arn,
        rules: [
          {
            id: replicationRule,
            status: "Enabled",
            priority: 1,
            filter: { prefix: clusterPrefix(cluster) },
            deleteMarkerReplication: { status: "Disabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: bucket.arn,
              encryptionConfiguration: { replicaKmsKeyId: key.arn },
              // The alarm on failed copies needs them.
              metrics: { status: "Enabled" },
            },
          },
        ],
      },
      // S3 accepts the rule only if both buckets have versioning enabled.
      { parent: this, dependsOn: [source.bucket, bucket] },
    );

    this.region = region;
    this.bucketName = bucket.bucketName;
    this.registerOutputs({ bucketName: this.bucketName });
  }

  private createReplicationRole(
    name: string,
    args: BackupCopyArgs,
    bucket: PrivateBucket,
    key: EncryptionKey,
  ): iam.Role {
    const { awsAccount, source, region, spec } = args;
    const role = new iam.Role(
      `${name}-role`,
      {
        description: `Copies backups of etcd of Kubernetes cluster ${spec.name} to ${region}`,
        assumeRolePolicy: JSON.stringify(replicationTrustPolicy),
        tags: resourceTags(spec.name, `${spec.name}-backups-copy`),
      },
      { parent: this },
    );
    new iam.RolePolicy(
      `${name}-role-policy`,
      {
        role: role.name,
        policy: pulumi.jsonStringify(
          pulumi
            .all([source.bucket.arn, source.keyArn, bucket.arn, key.arn])
            .apply(([fromArn, fromKeyArn, toArn, toKeyArn]) =>
              replicationPolicy(spec.name, {
                from: { region: awsAccount.region, bucketArn: fromArn, keyArn: fromKeyArn },
                to: { region, bucketArn: toArn, keyArn: toKeyArn },
              }),
            ),
        ),
      },
      { parent: this },
    );
    return role;
  }
}
