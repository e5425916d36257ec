import * as pulumi from "@pulumi/pulumi";

import { machineAccess } from "../machines/machineBasis";
import type { MachineBasis } from "../machines/machineBasis";
import { MachineRole } from "../machines/instanceRole";
import { workerPolicy } from "../machines/rolePolicies.plan";
import { WorkerPool } from "./workerPool";

export interface WorkersArgs {
  readonly basis: MachineBasis;
  /** Private subnet by zone name. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
}

/** All worker pools, and the role that their machines share. A pool that comes or goes changes nothing of the others. */
export class Workers extends pulumi.ComponentResource {
  /** Pools by their names in the settings. */
  readonly pools: Readonly<Record<string, WorkerPool>>;
  /** Names of the Auto Scaling groups, by pool, or by pool and zone (`db-a`) where each zone has one. */
  readonly groupNames: Readonly<Record<string, string>>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: WorkersArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Workers", name, {}, options);
    const { name: cluster, region, workers } = args.basis.spec;

    const role = new MachineRole(
      `${name}-machine`,
      { cluster, region, kind: "worker", policy: machineAccess(args.basis).apply(workerPolicy) },
      { parent: this },
    );
    this.pools = Object.fromEntries(
      Object.keys(workers).map((pool) => [
        pool,
        new WorkerPool(
          `${name}-${pool}`,
          { ...args, pool, instanceProfileArn: role.instanceProfileArn },
          { parent: this },
        ),
      ]),
    );

    this.groupNames = Object.assign({}, ...Object.values(this.pools).map(({ groupNames }) => groupNames)) as Record<
      string,
      string
    >;
    this.roleArn = role.roleArn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
