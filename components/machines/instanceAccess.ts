import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/account";
import type { ClusterSpec } from "../clusterSpec";
import type { NodeBundle } from "../node/nodeBundle";
import type { InstanceAccess } from "./iamStatements.plan";

export interface InstanceAccessArgs {
  readonly spec: ClusterSpec;
  readonly account: AwsAccount;
  readonly bundle: NodeBundle;
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: pulumi.Input<string>;
}

/** Resolves the facts that instance policies are made from. */
export function instanceAccess(args: InstanceAccessArgs): pulumi.Output<InstanceAccess> {
  const { spec, account, bundle, secretsKeyArn } = args;
  return pulumi.output({
    cluster: spec.name,
    region: spec.region,
    accountId: account.id,
    secretsKeyArn,
    bundle: { bucketArn: bundle.bucketArn, keyArn: bundle.keyArn },
    metricsNamespace: spec.etcd.backups.metricsNamespace,
  });
}
