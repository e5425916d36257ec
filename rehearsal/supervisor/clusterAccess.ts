/** Administrator's access to the booted cluster through its load balancer. */
import { readFileSync, writeFileSync } from "node:fs";
import { KubeApi } from "../kubernetes/kubeApi";
import { adminAccess, byAddress } from "../kubernetes/kubeconfig";
import type { BootPlan } from "./bootPlan";
import type { StatePaths } from "./statePaths";

export interface ClusterAccess {
  readonly api: KubeApi;
  /** URL of the API by its name, and the load balancer's address with the port. */
  readonly endpoint: { readonly url: string; readonly address: string };
}

/** Writes the kubeconfig. */
export function connectCluster(
  plan: BootPlan,
  paths: StatePaths,
  address: string | undefined,
): ClusterAccess | undefined {
  if (address === undefined) return undefined;
  writeFileSync(paths.kubeconfig, byAddress(plan.kubeconfig, address), { mode: 0o600 });
  const { serverName, port } = adminAccess(plan.kubeconfig);
  // Read for each request, because a rotation of authorities replaces the keys in the file.
  const api = new KubeApi(address, () => ({ ...adminAccess(readFileSync(paths.kubeconfig, "utf8")), serverName }));
  return { api, endpoint: { url: `https://${serverName}:${port}`, address: `${address}:${port}` } };
}
