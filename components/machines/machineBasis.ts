import * as pulumi from "@pulumi/pulumi";

import { auditGroup } from "../access/audit/auditPolicy.plan";
import type { AwsAccount } from "../aws/account";
import type { ClusterSpec } from "../clusterSpec";
import { remedyRules } from "../addons/nodeProblemDetector/replacement.plan";
import type { DiskEncryption } from "./diskEncryption";
import type { NodeBundle } from "../node/nodeBundle";
import type { NodeConfig } from "../node/nodeConfig.plan";
import type { MachineAccess } from "./iamStatements.plan";

/** What every machine of a cluster is built on. */
export interface MachineBasis {
  readonly spec: ClusterSpec;
  readonly account: AwsAccount;
  readonly bundle: NodeBundle;
  readonly disks: DiskEncryption;
  readonly parameters: {
    /** Path of the cluster's SSM parameters, without a trailing slash: `/holdfast/<cluster>`. */
    readonly prefix: string;
    /** KMS key of the SecureString parameters. */
    readonly secretsKeyArn: pulumi.Input<string>;
  };
  /**
   * What has to exist before a machine's first boot, besides what its template names: routes to AWS, firewall rules,
   * parameters. Without them it would spend its first minutes on retries.
   */
  readonly bootAfter: readonly pulumi.Resource[];
}

/** The facts that a machine's IAM policy is made from, once AWS has told them. */
export function machineAccess({ spec, account, bundle, parameters }: MachineBasis): pulumi.Output<MachineAccess> {
  return pulumi.output({
    cluster: spec.name,
    region: spec.region,
    accountId: account.id,
    parameterPrefix: parameters.prefix,
    secretsKeyArn: parameters.secretsKeyArn,
    ...(spec.access.audit.cloudWatch.enabled && { auditGroup: auditGroup(spec.name) }),
    replacesWorkers: remedyRules(spec.platform.enabled, spec.platform.nodeProblemDetector) !== undefined,
    bundle: { bucketArn: bundle.bucketArn, keyArn: bundle.keyArn, keyPrefix: "bundle/" },
    metricsNamespace: spec.etcd.backups.metricsNamespace,
  });
}

/** What every machine is told about itself. */
export function commonNode(
  { spec, parameters }: MachineBasis,
  role: NodeConfig["role"],
  group: string,
): Pick<NodeConfig, "cluster" | "region" | "domain" | "parameterPrefix" | "role" | "group"> {
  const { name: cluster, region, domain } = spec;
  return { cluster, region, domain, parameterPrefix: parameters.prefix, role, group };
}

/** The subnet of a zone. */
export function inZone(subnetIds: Readonly<Record<string, pulumi.Input<string>>>, zone: string): pulumi.Input<string> {
  const subnet = subnetIds[zone];
  if (subnet === undefined) throw new RangeError(`there is no private subnet in zone ${zone}`);
  return subnet;
}
