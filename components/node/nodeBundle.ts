import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import type { ClusterSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { allowUseThrough } from "../aws/kmsKeyUse.plan";
import { PrivateBucket } from "../aws/privateBucket";
import { resourceTags, withoutDefaultTags } from "../aws/tags.plan";
import { buildBundles } from "./bundle.plan";
import { memberBundle, workerBundle } from "./bundleFiles.plan";
import type { BundleLocation } from "./nodeConfig.plan";

export interface NodeBundleArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  /** Bucket of the S3 access logs. */
  readonly accessLogsBucket: pulumi.Input<string>;
}

/** Node bundles as S3 objects named after their content: a changed script changes the user data, and so causes a rollout. */
export class NodeBundle extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** SHA-256 of each bundle, in hex, by its name: `members`, `workers-<version>`. */
  readonly sha256: Readonly<Record<string, string>>;
  private readonly locations: ReadonlyMap<string, pulumi.Output<BundleLocation>>;

  constructor(name: string, args: NodeBundleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeBundle", name, {}, options);
    const { spec, awsAccount } = args;
    const bundles = buildBundles(spec);

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
    for (const bundle of bundles) {
      // By the version and not by pool: a pool keeps its object while others come and go.
      new s3.BucketObjectv2(
        `${name}-${bundle.name}`,
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
    }

    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.sha256 = Object.fromEntries(bundles.map((bundle) => [bundle.name, bundle.sha256]));
    this.locations = new Map(
      bundles.map((bundle) => [
        bundle.name,
        this.bucketName.apply((found) => ({ bucket: found, key: bundle.key, sha256: bundle.sha256 })),
      ]),
    );
    this.registerOutputs({ bucketName: this.bucketName, sha256: this.sha256 });
  }

  /** Bundle of the members of the control plane and of etcd. */
  ofMembers(): pulumi.Output<BundleLocation> {
    return this.location(memberBundle);
  }

  /** Bundle of the workers with a Kubernetes version. @throws RangeError if no pool has it */
  ofWorkers(kubernetesVersion: string): pulumi.Output<BundleLocation> {
    return this.location(workerBundle(kubernetesVersion));
  }

  private location(name: string): pulumi.Output<BundleLocation> {
    const found = this.locations.get(name);
    if (found === undefined) throw new RangeError(`there is no node bundle ${name}`);
    return found;
  }
}
