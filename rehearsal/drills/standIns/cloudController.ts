/** Stand-in for the cloud controller manager in stacks without it: deletes the nodes of terminated machines. */
import type { RehearsedCluster } from "../rehearsedCluster";

/** Deletes nodes without a machine. Does nothing if the cloud controller manager runs. */
export async function deleteStaleNodes(cluster: RehearsedCluster): Promise<void> {
  const pods = await cluster.list("namespaces/kube-system/pods");
  if (pods.some(({ metadata }) => metadata.name.includes("cloud-controller-manager"))) return;
  const { machines } = await cluster.refresh();
  const ids = new Set(machines.map(({ id }) => id));
  const stale = (await cluster.nodeNames()).filter((name) => !ids.has(name));
  for (const name of stale) await cluster.kubectl("delete", "node", name, "--wait=false");
}
