import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import type { ClusterSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { allowUseThrough } from "../aws/kmsKeyUse.plan";
import { PrivateBucket } from "../aws/privateBucket";
import { BackupCopy } from "./backupCopy";
import { backupExpiry } from "./backupTiers.plan";

export interface BackupsArgs {
  readonly spec: Pick<ClusterSpec, "name" | "tags" | "protect" | "etcd">;
  readonly awsAccount: AwsAccount;
  /** Bucket of the access logs. */
  readonly accessLogsBucket: pulumi.Input<string>;
}

/**
 * Days for which a deleted or expired backup can be recovered: a mistake is noticed within two weeks, and keeping a backup
 * of every 15 minutes for months would cost more than the cluster's disks.
 */
const recoverableDays = 14;

/**
 * Bucket of etcd's backups, with its own KMS key: permission to read a Secret in the cluster must not imply permission to read
 * a copy of all Secrets. The bucket also holds the markers `<cluster>/created…`, by which a member with a blank volume
 * decides whether it forms a new cluster or has lost its data.
 */
export class Backups extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** Copy in a second region (setting `etcd.backups.copyTo`). */
  readonly copy: BackupCopy | undefined;

  constructor(name: string, args: BackupsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Backups", name, {}, options);
    const { awsAccount, spec } = args;
    const { name: cluster, protect, etcd } = spec;
    const { retention, objectLock, copyTo } = etcd.backups;
    const retained = {
      expire: backupExpiry(cluster, retention),
      recoverableDays,
      objectLock,
      onDestroy: protect ? ("keep" as const) : ("empty" as const),
    };

    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        awsAccount,
        purpose: "backups",
        description: `Backups of etcd of Kubernetes cluster ${cluster}`,
        use: [allowUseThrough(awsAccount, "s3", ["kms:Decrypt", "kms:GenerateDataKey"])],
        protect,
      },
      { parent: this },
    );
    const bucket = new PrivateBucket(
      `${name}-files`,
      {
        cluster,
        purpose: "backups",
        keyArn: key.arn,
        accessLogs: { bucket: args.accessLogsBucket, prefix: "backups/" },
        ...retained,
      },
      { parent: this },
    );
    this.copy =
      copyTo &&
      new BackupCopy(
        `${name}-copy`,
        { spec, awsAccount, region: copyTo.region, source: { bucket, keyArn: key.arn }, retained },
        { parent: this },
      );

    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn, keyArn: this.keyArn });
  }
}
