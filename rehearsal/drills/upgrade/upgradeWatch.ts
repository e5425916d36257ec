/** Versions and machines during an upgrade, observed every second. */
import type { RehearsedCluster } from "../rehearsedCluster";
import { Repetition } from "../repetition";
import { type FirstReplaced, type MachineTimes, replacementTimes } from "./upgradeTimes";
import { runningPrograms, skewViolations } from "./versionSkew";

export class UpgradeWatch {
  readonly violations = new Set<string>();
  readonly #machines = new Map<string, MachineTimes>();
  readonly #observations: readonly Repetition[];

  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly began: number,
  ) {
    // Unavailability is measured by the recorder; the next observation finds what a failed one missed.
    const observe = (pauseMs: number, work: () => Promise<void>): Repetition =>
      new Repetition(pauseMs, () => work().catch(() => undefined));
    this.#observations = [observe(1_000, () => this.#observeMachines()), observe(1_000, () => this.#observeVersions())];
  }

  /** Resolves when the machines that are there before the upgrade are known. */
  static async start(cluster: RehearsedCluster): Promise<UpgradeWatch> {
    const began = Date.now();
    const { machines } = await cluster.client.status();
    const watch = new UpgradeWatch(cluster, began);
    for (const { id, role } of machines) watch.#machines.set(id, { role, seen: began });
    return watch;
  }

  /** Ids of the machines of a role that have started since the watch began. */
  started(role: MachineTimes["role"]): readonly string[] {
    const isStarted = (times: MachineTimes): boolean => times.role === role && times.seen > this.began;
    return [...this.#machines].filter(([, times]) => isStarted(times)).map(([id]) => id);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#observations.map((each) => each.stop()));
  }

  /** One line each for members and workers. */
  times(first: FirstReplaced): string[] {
    return replacementTimes([...this.#machines.values()], { began: this.began, first });
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
      this.cluster.list<Parameters<typeof runningPrograms>[0][number]>("nodes"),
      this.cluster.list<Parameters<typeof runningPrograms>[1][number]>("namespaces/kube-system/pods"),
    ]);
    // Pods of a machine that has stopped remain in the API until its Node is deleted.
    const { machines } = await this.cluster.client.status();
    const alive = new Set(machines.filter(({ stage }) => stage !== "terminating").map(({ id }) => id));
    const running = runningPrograms(nodes, pods).filter(({ node }) => alive.has(node));
    const members = new Set(machines.filter(({ role }) => role === "control-plane").map(({ id }) => id));
    for (const violation of skewViolations(running, members)) this.violations.add(violation);
  }
}
