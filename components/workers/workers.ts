import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
import type { DiskEncryption } from "../machines/diskEncryption";
import type { InstanceAccess } from "../machines/iamStatements.plan";
import { InstanceRole } from "../machines/instanceRole";
import type { ByZone } from "../network/zones.plan";
import type { NodeBundle } from "../node/nodeBundle";
import { workerPolicy } from "./instancePolicy.plan";
import { WorkerPool } from "./workerPool";

export interface WorkersArgs {
  readonly spec: ClusterSpec;
  readonly access: pulumi.Output<InstanceAccess>;
  readonly bundle: NodeBundle;
  readonly disks: DiskEncryption;
  /** Private subnet by zone name. */
  readonly subnetIds: ByZone<pulumi.Input<string>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** Resources that the first boot of an instance needs. */
  readonly bootAfter: readonly pulumi.Resource[];
}

/** All worker pools, and the instance role that they share. Adding or removing a pool changes no other pool. */
export class Workers extends pulumi.ComponentResource {
  /** Names of the Auto Scaling groups by pool, or by pool and zone (`db-a`) for a pool with `perZone`. */
  readonly groupNames: Readonly<Record<string, string>>;
  readonly groupArns: readonly pulumi.Output<string>[];

  constructor(name: string, args: WorkersArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Workers", name, {}, options);
    const { spec, access, bundle, disks, subnetIds, securityGroupIds, bootAfter } = args;

    const { instanceProfileArn } = new InstanceRole(
      `${name}-machine`,
      { spec, role: "worker", policy: access.apply(workerPolicy) },
      { parent: this },
    );
    const pools = Object.keys(spec.workers).map(
      (pool) =>
        new WorkerPool(
          `${name}-${pool}`,
          { spec, pool, bundle, disks, subnetIds, securityGroupIds, instanceProfileArn, bootAfter },
          { parent: this },
        ),
    );

    this.groupNames = Object.fromEntries(pools.flatMap(({ groupNames }) => Object.entries(groupNames)));
    this.groupArns = pools.flatMap(({ groupArns }) => groupArns);
    this.registerOutputs({ groupNames: this.groupNames });
  }
}
