/** Worker pool of a drill under request load, whose leaving machines are drained. */
import { growPool, shrinkPool } from "../pool";
import type { RehearsedCluster } from "../rehearsedCluster";
import { type DrainRecord, TerminationHandler } from "../standIns/terminationHandler";
import { type PoolSize, PoolWatch } from "./poolSizes";
import { type LoadRequest, RequestLoad } from "./requestLoad";

/** Machines in the pool: two run the replicas of each Deployment, and one has room for those of a machine that leaves. */
const machines = 3;

export interface LoadMeasurements {
  readonly requests: readonly LoadRequest[];
  readonly pools: readonly PoolSize[];
}

export class LoadedPool {
  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly handler: TerminationHandler,
    /** Ids of the pool's machines at the start. */
    readonly workers: readonly string[],
    private readonly load: RequestLoad,
    private readonly watch: PoolWatch,
  ) {}

  /** Scales the pool out and starts the load. @throws if the plan has no termination queue, or pods do not start */
  static async start(cluster: RehearsedCluster, namespace: string): Promise<LoadedPool> {
    const handler = await TerminationHandler.require(cluster);
    try {
      const workers = await growPool(cluster, machines);
      const load = await RequestLoad.start(cluster, namespace);
      return new LoadedPool(cluster, handler, workers, load, new PoolWatch(cluster));
    } catch (error) {
      await handler.stop();
      throw error;
    }
  }

  /** Drains of machines so far. */
  get drains(): readonly DrainRecord[] {
    return this.handler.drains;
  }

  /** Namespace of the Services and clients. */
  get namespace(): string {
    return this.load.namespace;
  }

  /** Ends the load. */
  async measure(): Promise<LoadMeasurements> {
    const pools = await this.watch.stop();
    await this.load.stop();
    return { requests: this.load.requests, pools };
  }

  /** Scales the pool to its size before the drill. */
  async release(): Promise<void> {
    await shrinkPool(this.cluster);
  }

  /** Ends everything that still runs in this process. */
  async stop(): Promise<void> {
    await Promise.allSettled([this.watch.stop(), this.load.stop(), this.handler.stop()]);
  }
}
