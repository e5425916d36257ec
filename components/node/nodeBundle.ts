import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import type { ClusterSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { allowUseThrough } from "../aws/kmsKeyUse.plan";
import { PrivateBucket } from "../aws/privateBucket";
import { resourceTags, withoutDefaultTags } from "../aws/tags.plan";
import { buildBundle } from "./bundle.plan";

export interface NodeBundleArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  /** Bucket of the S3 access logs. */
  readonly accessLogsBucket: pulumi.Input<string>;
}

/** Node bundle as an S3 object named after its content: a changed script changes the user data, and so causes a rollout. */
export class NodeBundle extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** Key of the object. */
  readonly key: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
  /** Text of each file by its path, for plans. */
  readonly files: Readonly<Record<string, string>>;

  constructor(name: string, args: NodeBundleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeBundle", name, {}, options);
    const { spec, awsAccount } = args;
    const bundle = buildBundle(spec);

    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster: spec.name,
        awsAccount,
        purpose: "bundle",
        description: `Node bundle of Kubernetes cluster ${spec.name}`,
        use: [allowUseThrough(awsAccount, "s3", ["kms:Decrypt", "kms:GenerateDataKey"])],
        // The program can build the bundle again at any time.
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
        ...withoutDefaultTags,
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
