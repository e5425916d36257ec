/** Whether every node was Ready the whole time. */
import { setTimeout as sleep } from "node:timers/promises";
import { isReady, type RehearsedCluster } from "./rehearsedCluster";

/** Looks at the nodes every second until it is stopped, which tells what it saw: names of nodes that were not Ready. */
export function watchNodes(cluster: RehearsedCluster): () => Promise<readonly string[]> {
  const unready = new Set<string>();
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // Whether the API answers is the writers' to tell.
      const nodes = await cluster.list("nodes").catch(() => []);
      for (const node of nodes.filter((each) => !isReady(each))) unready.add(node.metadata.name);
      await sleep(1_000);
    }
  })();
  return async () => {
    stopping.abort();
    await watching;
    return [...unready];
  };
}

/** Runs something during which every node has to be Ready. */
export async function requireReadyNodes(cluster: RehearsedCluster, work: () => Promise<void>): Promise<void> {
  const stop = watchNodes(cluster);
  let unready: readonly string[] = [];
  try {
    await work();
  } finally {
    unready = await stop();
  }
  if (unready.length > 0) throw new Error(`nodes that were not Ready for a while: ${unready.join(", ")}`);
}
