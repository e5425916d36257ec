/** Sizes of the worker pools during a drill, from observations of Auto Scaling. */
import { callQueryApi } from "../aws";
import type { RehearsedCluster } from "../rehearsedCluster";
import { Repetition } from "../repetition";
import { parseGroups, type ScalableGroup } from "../standIns/autoscaler";

/** Smallest size of a group in relation to its minimum at that moment. */
export interface PoolSize {
  readonly group: string;
  /** Machines in service. */
  readonly inService: number;
  readonly min: number;
}

const aboveMin = ({ inService, min }: PoolSize): number => inService - min;

/** Keeps the smallest size of each group. */
export class SmallestSizes {
  private readonly smallest = new Map<string, PoolSize>();

  observe(groups: readonly ScalableGroup[]): void {
    for (const { name, instances, min } of groups) {
      const size = { group: name, inService: instances.length, min };
      const known = this.smallest.get(name);
      if (known === undefined || aboveMin(size) < aboveMin(known)) this.smallest.set(name, size);
    }
  }

  get sizes(): readonly PoolSize[] {
    return [...this.smallest.values()];
  }
}

/** Observes the groups of workers every second. */
export class PoolWatch {
  private readonly smallest = new SmallestSizes();
  readonly #observations: Repetition;

  constructor(cluster: RehearsedCluster) {
    this.#observations = new Repetition(1_000, async () => {
      // A failed call is one observation less.
      const described = await callQueryApi(cluster, "autoscaling", "DescribeAutoScalingGroups", {}).catch(() => "");
      this.smallest.observe(parseGroups(described).filter(({ name }) => name.includes("-worker-")));
    });
  }

  async stop(): Promise<readonly PoolSize[]> {
    await this.#observations.stop();
    return this.smallest.sizes;
  }
}
