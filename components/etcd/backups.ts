import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../account/account";
import { EncryptionKey } from "../encryption/encryptionKey";
import { useThrough } from "../encryption/serviceUse";
import { PrivateBucket } from "../storage/privateBucket";

export interface BackupsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly account: AwsAccount;
  /** Bucket that gets a line for each access. */
  readonly accessLogsBucket: pulumi.Input<string>;
  /** Backups, and the key that reads them, outlive the stack. */
  readonly protect: boolean;
}

/**
 * Where etcd's backups go, under a key of their own: who may read a Secret in the cluster and who may read a copy of all of
 * them are different questions. It also holds the marker `<cluster>/created`, which tells a member with a blank volume
 * whether it starts a new cluster or has lost its data.
 */
export class Backups extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: BackupsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:etcd:Backups", name, {}, options);
    const { cluster, account, protect } = args;

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
        // A backup deleted by mistake, or by someone with a member's credentials, can be brought back this long.
        recoverableDays: 90,
        onDestroy: protect ? "keep" : "empty",
      },
      { parent: this },
    );

    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn, keyArn: this.keyArn });
  }
}
