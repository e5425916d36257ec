/** In place of the cloud controller manager, where a stack has none: it deletes the nodes of machines that are gone. */
import type { RehearsedCluster } from "../rehearsedCluster";

const controllerName = "cloud-controller-manager";

/** Deletes what the cloud controller would. Returns the nodes' names; none where the real one runs. */
export async function deleteStaleNodes(cluster: RehearsedCluster): Promise<string[]> {
  const pods = await cluster.list("pods", "-n", "kube-system");
  if (pods.some(({ metadata }) => metadata.name.includes(controllerName))) return [];
  const { machines } = await cluster.refresh();
  const there = new Set(machines.map(({ id }) => id));
  const gone = (await cluster.nodeNames()).filter((name) => !there.has(name));
  for (const name of gone) await cluster.kubectl("delete", "node", name, "--wait=false");
  return gone;
}
