import * as iam from "@pulumi/aws/iam";
import { Provider } from "@pulumi/aws/provider";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/account";
import type { ClusterSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { useThrough } from "../aws/kmsKeyUse.plan";
import { AccessLogs } from "../aws/accessLogs";
import { PrivateBucket } from "../aws/privateBucket";
import type { PrivateBucketArgs } from "../aws/privateBucket";
import { defaultTags, resourceTags } from "../aws/tags.plan";
import { replicationPolicy, trustOfReplication } from "./replication.plan";

export interface BackupCopyArgs {
  readonly spec: Pick<ClusterSpec, "name" | "tags" | "protect">;
  readonly account: AwsAccount;
  /** Region of the copy. */
  readonly region: string;
  /** What is copied. */
  readonly of: { readonly bucket: PrivateBucket; readonly keyArn: pulumi.Input<string> };
  /** How long copies are kept: as long as the backups. */
  readonly kept: Pick<PrivateBucketArgs, "expire" | "objectLock" | "recoverableDays" | "onDestroy">;
}

/** Name of the rule by which backups are copied; a dimension of its metrics. */
export const replicationRule = "backups";

/**
 * A copy of every backup in another region, under a key of that region: for the day on which the whole region of the cluster is
 * gone. S3 itself copies. What is deleted in the one is not deleted in the other.
 */
export class BackupCopy extends pulumi.ComponentResource {
  readonly region: string;
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: BackupCopyArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:BackupCopy", name, {}, options);
    const { spec, region, of } = args;
    const { name: cluster, protect } = spec;
    const there: AwsAccount = { ...args.account, region };
    const aws = new Provider(`${name}-aws`, { region, defaultTags: { tags: defaultTags(spec) } }, { parent: this });
    const inRegion = { parent: this, providers: { aws } };

    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        account: there,
        purpose: "backups-copy",
        description: `Copies of backups of etcd of Kubernetes cluster ${cluster}`,
        use: [useThrough(there, "s3", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])],
        protect,
      },
      inRegion,
    );
    // S3 delivers such logs within a region alone.
    const logs = new AccessLogs(`${name}-access-logs`, { cluster, account: there, protect }, inRegion);
    const bucket = new PrivateBucket(
      `${name}-files`,
      {
        cluster,
        purpose: "backups-copy",
        keyArn: key.arn,
        accessLogs: { bucket: logs.bucketName, prefix: "backups/" },
        ...args.kept,
      },
      inRegion,
    );
    const role = this.role(name, args, bucket, key);
    new s3.BucketReplicationConfig(
      `${name}-rule`,
      {
        bucket: of.bucket.bucketName,
        role: role.arn,
        rules: [
          {
            id: replicationRule,
            status: "Enabled",
            priority: 1,
            filter: { prefix: `${cluster}/` },
            deleteMarkerReplication: { status: "Disabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: bucket.arn,
              encryptionConfiguration: { replicaKmsKeyId: key.arn },
              // Without them, a copy that fails would go unnoticed.
              metrics: { status: "Enabled" },
            },
          },
        ],
      },
      // S3 takes the rule only where both buckets keep versions.
      { parent: this, dependsOn: [of.bucket, bucket] },
    );

    this.region = region;
    this.bucketName = bucket.bucketName;
    this.registerOutputs({ bucketName: this.bucketName });
  }

  /** The role that S3 takes on to copy. */
  private role(name: string, args: BackupCopyArgs, bucket: PrivateBucket, key: EncryptionKey): iam.Role {
    const { account, of, region, spec } = args;
    const role = new iam.Role(
      `${name}-role`,
      {
        description: `Copies backups of etcd of Kubernetes cluster ${spec.name} to ${region}`,
        assumeRolePolicy: JSON.stringify(trustOfReplication),
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
            .all([of.bucket.arn, of.keyArn, bucket.arn, key.arn])
            .apply(([fromArn, fromKeyArn, toArn, toKeyArn]) =>
              replicationPolicy(spec.name, {
                from: { region: account.region, bucketArn: fromArn, keyArn: fromKeyArn },
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
