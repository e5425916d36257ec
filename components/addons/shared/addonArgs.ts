import * as pulumi from "@pulumi/pulumi";

import type { IssuerIdentity } from "../../access/serviceAccounts/issuer";
import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import { ServiceAccountRole } from "../../access/serviceAccounts/serviceAccountRole";
import type { AwsAccount } from "../../aws/awsAccount";
import { regionalArn } from "../../aws/awsAccount";
import type { ClusterSpec } from "../../clusterSpec";
import { proxyVariables } from "../../node/proxy.plan";
import type { IamScope, Statement } from "./iamStatements.plan";
import { systemNamespace } from "./pods.plan";

/** Arguments of every add-on. Its objects are created through the Kubernetes provider in its options. */
export interface AddonArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  /** Issuer of the ServiceAccount tokens that IAM roles trust. */
  readonly issuer: IssuerIdentity;
  /** KMS key of the cluster's disks; also encrypts the pods' volumes. */
  readonly disksKeyArn: pulumi.Input<string>;
  /** Names of the workers' Auto Scaling groups, by the key that tells them apart in resource names. */
  readonly groupNames: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * IAM role of an add-on's ServiceAccount in kube-system, and the part of its pod with which it calls AWS: as this role, through
 * the proxy in the settings.
 */
export function createServiceAccountRole(
  name: string,
  { spec, awsAccount, issuer }: AddonArgs,
  serviceAccount: string,
  statements: (scope: IamScope<pulumi.Output<string>>) => readonly Statement<pulumi.Output<string>>[],
  parent: pulumi.Resource,
): { readonly identity: PodIdentity<pulumi.Output<string>> } {
  const policy = statements({
    cluster: spec.name,
    region: spec.region,
    partition: awsAccount.partition,
    arn: (service, resource) => regionalArn(awsAccount, service, resource),
  });
  const { identity } = new ServiceAccountRole(
    `${name}-role`,
    { cluster: spec.name, awsAccount, issuer, namespace: systemNamespace, serviceAccount, policy },
    { parent },
  );
  return { identity: { ...identity, env: [...identity.env, ...proxyVariables(spec)] } };
}
