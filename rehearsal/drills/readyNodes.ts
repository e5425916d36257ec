/** Check that every node stays Ready. */
import { describeNotReady, isReady, type KubernetesObject, type RehearsedCluster } from "./rehearsedCluster";
import { Repetition } from "./repetition";

/**
 * Longest time in ms for which a restarted kubelet may report NotReady. Its first report can come before its volume plugin has
 * read the CSINode object ("CSINode is not yet initialized"); the next one follows after 4 s (`nodeStatusUpdateFrequency` of
 * our kubelets). Twice that, in case an API server that shuts down loses a report, and 2 s for the intervals of this check. Pods
 * stay on such a node: Kubernetes evicts them after 300 s.
 */
const restartMs = 10_000;

interface Period {
  readonly node: string;
  /** Start and last observation, in ms since the epoch. */
  readonly from: number;
  until: number;
  readonly why: string;
}

/** Periods in which nodes were NotReady, from observations. */
export class NotReadyPeriods {
  private readonly periods: Period[] = [];
  private readonly current = new Map<string, Period>();

  /** @param at time of the observation, in ms since the epoch */
  observe(at: number, nodes: readonly KubernetesObject[]): void {
    for (const node of nodes) {
      const { name } = node.metadata;
      const period = this.current.get(name);
      if (period !== undefined) period.until = at;
      if (isReady(node)) this.current.delete(name);
      else if (period === undefined) {
        const begun = { node: name, from: at, until: at, why: describeNotReady(node) };
        this.periods.push(begun);
        this.current.set(name, begun);
      }
    }
  }

  private describe(chosen: (ms: number) => boolean): string {
    return this.periods
      .map(({ node, from, until, why }) => ({ ms: until - from, text: `${node} for ${until - from} ms (${why})` }))
      .filter(({ ms }) => chosen(ms))
      .map(({ text }) => text)
      .join(", ");
  }

  /** Periods that a restart of kubelet explains, as text; empty: none. */
  get short(): string {
    return this.describe((ms) => ms <= restartMs);
  }

  /** All longer periods, as text; empty: none. */
  get long(): string {
    return this.describe((ms) => ms > restartMs);
  }
}

/** Runs `work`. @throws if a node was NotReady meanwhile, for longer than a restart of kubelet explains */
export async function requireReadyNodes(
  cluster: RehearsedCluster,
  log: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const periods = new NotReadyPeriods();
  const observations = new Repetition(1_000, async () => {
    // The recorder measures outages of the API.
    const nodes = await cluster.list("nodes").catch(() => []);
    periods.observe(Date.now(), nodes);
  });
  try {
    await work();
  } finally {
    await observations.stop();
  }
  if (periods.short !== "") log(`briefly NotReady: ${periods.short}`);
  if (periods.long !== "") throw new Error(`nodes were NotReady: ${periods.long}`);
}
