import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import type { ClusterSpec } from "../clusterSpec";
import { pullAccess } from "../ecr/pullPolicy.plan";
import type { NodeBundle } from "../node/nodeBundle";
import type { InstanceAccess } from "./iamStatements.plan";

export interface InstanceAccessArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  readonly bundle: NodeBundle;
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: pulumi.Input<string>;
}

/** Resolves the facts that instance policies are made from. */
export function instanceAccess(args: InstanceAccessArgs): pulumi.Output<InstanceAccess> {
  const { spec, awsAccount, bundle, secretsKeyArn } = args;
  return pulumi.output({
    cluster: spec.name,
    region: spec.region,
    accountId: awsAccount.id,
    secretsKeyArn,
    bundle: { bucketArn: bundle.bucketArn, keyArn: bundle.keyArn },
    images: pullAccess(spec),
    metricsNamespace: spec.etcd.backups.metricsNamespace,
  });
}
