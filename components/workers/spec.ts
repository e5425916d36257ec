/** How the machines of a worker pool are chosen and bought. */

/** What an instance type must have. AWS takes any of the current generation that has it, whatever comes out later included. */
export interface InstanceRequirements {
  /** Fewest and most vCPUs; no `max`: any number. */
  readonly vcpus: Range;
  /** Least and most memory in GiB. */
  readonly memoryGiB: Range;
  /** Fewest and most GPUs; of GPU pools alone. */
  readonly gpus?: Range;
  /** Whether types with CPU credits (t3, t4g …) will do. */
  readonly burstable: boolean;
  /** Types that will not do; `*` stands for anything: `m5*`, `*.metal`. */
  readonly excludedTypes: readonly string[];
}

export interface Range {
  readonly min: number;
  readonly max?: number;
}

/** How spot machines are chosen and replaced. */
export interface SpotSpec {
  /**
   * Where spot machines are taken from: where there is most of them and they are cheap, where there is most alone, or
   * where there is most but in the order of `instanceTypes`.
   */
  readonly allocation: "priceCapacityOptimized" | "capacityOptimized" | "capacityOptimizedPrioritized";
  /** Whether a replacement is launched when AWS warns that a machine may soon be taken back, not when it has gone. */
  readonly rebalance: boolean;
}
