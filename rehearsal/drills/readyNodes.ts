/** Check that every node stays Ready. */
import { setTimeout as sleep } from "node:timers/promises";
import { isReady, type RehearsedCluster } from "./rehearsedCluster";

/** Runs `work`. @throws if a node was NotReady meanwhile. */
export async function requireReadyNodes(cluster: RehearsedCluster, work: () => Promise<void>): Promise<void> {
  const notReady = new Set<string>();
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // The writers measure outages of the API.
      const nodes = await cluster.list("nodes").catch(() => []);
      for (const node of nodes.filter((each) => !isReady(each))) notReady.add(node.metadata.name);
      await sleep(1_000);
    }
  })();
  try {
    await work();
  } finally {
    stopping.abort();
    await watching;
  }
  if (notReady.size > 0) throw new Error(`nodes were NotReady: ${[...notReady].join(", ")}`);
}
