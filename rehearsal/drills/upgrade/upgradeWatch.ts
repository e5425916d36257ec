/** Versions and machines during an upgrade, observed once per second. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatSeconds } from "../durations";
import type { RehearsedCluster } from "../rehearsedCluster";
import { runningPrograms, skewViolations } from "./versionSkew";

/** Moments of a machine in ms since the epoch. */
interface MachineTimes {
  readonly role: string;
  readonly seen: number;
  ready?: number;
  terminating?: number;
  gone?: number;
}

interface List<Item> {
  readonly items: readonly Item[];
}

export class UpgradeWatch {
  readonly violations = new Set<string>();
  readonly #machines = new Map<string, MachineTimes>();
  readonly #began = Date.now();
  #running = true;
  readonly #loops: Promise<unknown>;

  constructor(private readonly cluster: RehearsedCluster) {
    this.#loops = Promise.all([
      this.#repeat(() => this.#observeMachines()),
      this.#repeat(() => this.#observeVersions()),
    ]);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loops;
  }

  /**
   * Replacement of all machines of a role, compared with the times that each of them needs: to drain the old machine, and for
   * the new one to boot and join.
   */
  describe(role: "control-plane" | "etcd" | "worker"): string | undefined {
    const machines = [...this.#machines.values()].filter((machine) => machine.role === role);
    const added = machines.filter(({ seen }) => seen > this.#began + 2_000);
    const ready = added.flatMap((machine) => machine.ready ?? []);
    if (ready.length === 0) return undefined;
    const boots = added.map((machine) => (machine.ready ?? machine.seen) - machine.seen);
    const drains = machines.flatMap(({ terminating, gone }) =>
      terminating !== undefined && gone !== undefined ? [gone - terminating] : [],
    );
    const sum = [...boots, ...drains].reduce((total, one) => total + one, 0);
    const whole = Math.max(...ready) - this.#began;
    const ratio = (whole / sum).toFixed(2);
    return `${ready.length} machines of role ${role} replaced in ${formatSeconds(whole)}, ${ratio} times the sum of drains, boots and joins (${formatSeconds(sum)})`;
  }

  async #repeat(observe: () => Promise<void>): Promise<void> {
    while (this.#running) {
      // Unavailability is measured by the writers; the next observation finds what this one missed.
      await observe().catch(() => undefined);
      await sleep(1_000);
    }
  }

  async #observeMachines(): Promise<void> {
    const { machines } = await this.cluster.client.status();
    const now = Date.now();
    for (const { id, role, ready, stage } of machines) {
      const times = this.#machines.get(id) ?? { role, seen: now };
      if (ready) times.ready ??= now;
      if (stage === "terminating") times.terminating ??= now;
      this.#machines.set(id, times);
    }
    const present = new Set(machines.map(({ id }) => id));
    for (const [id, times] of this.#machines) if (!present.has(id)) times.gone ??= now;
  }

  async #observeVersions(): Promise<void> {
    const [nodes, pods] = await Promise.all([
      this.#list<Parameters<typeof runningPrograms>[0][number]>("nodes"),
      this.#list<Parameters<typeof runningPrograms>[1][number]>("pods", "--namespace", "kube-system"),
    ]);
    // Pods of a machine that has stopped remain in the API until its Node is deleted.
    const { machines } = await this.cluster.client.status();
    const alive = new Set(machines.filter(({ stage }) => stage !== "terminating").map(({ id }) => id));
    const running = runningPrograms(nodes, pods).filter(({ node }) => alive.has(node));
    for (const violation of skewViolations(running)) this.violations.add(violation);
  }

  async #list<Item>(...what: readonly string[]): Promise<readonly Item[]> {
    return (JSON.parse(await this.cluster.kubectl("get", ...what, "-o", "json")) as List<Item>).items;
  }
}
