import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/account";
import type { ClusterSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { useThrough } from "../aws/kmsKeyUse.plan";
import { PrivateBucket } from "../aws/privateBucket";
import { resourceTags } from "../aws/tags.plan";
import { buildBundle } from "./bundle.plan";

export interface NodeBundleArgs {
  readonly spec: ClusterSpec;
  readonly account: AwsAccount;
  /** Bucket that gets a line for each access. */
  readonly accessLogsBucket: pulumi.Input<string>;
}

/**
 * The scripts, units and configurations of all machines, as one object in S3 named after its content: a machine that was
 * told the name cannot get another content, and a changed script is a new name and so a rollout.
 */
export class NodeBundle extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** Key of the object. */
  readonly key: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
  /** Text of each file by its path; plans show it. */
  readonly files: Readonly<Record<string, string>>;

  constructor(name: string, args: NodeBundleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeBundle", name, {}, options);
    const { spec, account } = args;
    const bundle = buildBundle(spec);

    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster: spec.name,
        account,
        purpose: "bundle",
        description: `Node bundle of Kubernetes cluster ${spec.name}`,
        use: [useThrough(account, "s3", ["kms:Decrypt", "kms:GenerateDataKey"])],
        // The bundle is made from the settings at any time; nothing is lost with its key.
        protect: false,
      },
      { parent: this },
    );
    const bucket = new PrivateBucket(
      `${name}-files`,
      {
        cluster: spec.name,
        purpose: "bundle",
        keyArn: key.arn,
        accessLogs: { bucket: args.accessLogsBucket, prefix: "bundle/" },
        recoverableDays: 30,
        onDestroy: "empty",
      },
      { parent: this },
    );
    new s3.BucketObjectv2(
      `${name}-archive`,
      {
        bucket: bucket.bucketName,
        key: bundle.key,
        contentBase64: bundle.content.toString("base64"),
        contentType: "application/gzip",
        checksumAlgorithm: "SHA256",
        tags: resourceTags(spec.name, `${spec.name}-bundle`),
      },
      { parent: this, dependsOn: [bucket] },
    );

    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.key = bundle.key;
    this.sha256 = bundle.sha256;
    this.files = bundle.files;
    this.registerOutputs({ bucketName: this.bucketName, key: this.key, sha256: this.sha256 });
  }
}
