import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/account";
import type { ClusterSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { useThrough } from "../aws/kmsKeyUse.plan";
import { PrivateBucket } from "../aws/privateBucket";
import { BackupCopy } from "./backupCopy";
import { backupExpiry } from "./backupTiers.plan";

export interface BackupsArgs {
  readonly spec: Pick<ClusterSpec, "name" | "tags" | "protect" | "etcd">;
  readonly account: AwsAccount;
  /** Bucket that gets a line for each access. */
  readonly accessLogsBucket: pulumi.Input<string>;
}

/**
 * How long a backup can be brought back after it was deleted, or has expired; days. A mistake is noticed within two weeks, and
 * backups of every quarter of an hour would cost more than the cluster's disks if they were all kept for months.
 */
const recoverableDays = 14;

/**
 * Where etcd's backups go, under a key of their own: who may read a Secret in the cluster and who may read a copy of all of
 * them are different questions. It also holds the markers `<cluster>/created…`, which tell a member with a blank volume
 * whether it starts a new cluster or has lost its data.
 */
export class Backups extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** The copy in a second region, where the settings ask for one. */
  readonly copy: BackupCopy | undefined;

  constructor(name: string, args: BackupsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Backups", name, {}, options);
    const { account, spec } = args;
    const { name: cluster, protect, etcd } = spec;
    const { retention, objectLock, copyTo } = etcd.backups;
    const kept = {
      expire: backupExpiry(cluster, retention),
      recoverableDays,
      ...(objectLock && { objectLock }),
      onDestroy: protect ? ("keep" as const) : ("empty" as const),
    };

    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        account,
        purpose: "backups",
        description: `Backups of etcd of Kubernetes cluster ${cluster}`,
        use: [useThrough(account, "s3", ["kms:Decrypt", "kms:GenerateDataKey"])],
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
        ...kept,
      },
      { parent: this },
    );
    this.copy =
      copyTo &&
      new BackupCopy(
        `${name}-copy`,
        { spec, account, region: copyTo.region, of: { bucket, keyArn: key.arn }, kept },
        { parent: this },
      );

    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn, keyArn: this.keyArn });
  }
}
