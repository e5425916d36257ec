/** Administrator's access to the booted cluster through its load balancer. */
import { readFileSync, writeFileSync } from "node:fs";
import { KubeApi } from "../kubernetes/kubeApi";
import { adminAccess, byAddress } from "../kubernetes/kubeconfig";
import type { StatePaths } from "./statePaths";

export interface ClusterAccess {
  readonly api: KubeApi;
  /** URL of the API by its name, and the load balancer's address with the port. */
  readonly endpoint: { readonly url: string; readonly address: string };
}

/** Writes the kubeconfig. @param address of the load balancer of the API */
export function connectCluster(kubeconfig: string, paths: StatePaths, address: string): ClusterAccess {
  writeFileSync(paths.kubeconfig, byAddress(kubeconfig, address), { mode: 0o600 });
  const { serverName, port } = adminAccess(kubeconfig);
  // Read for each request, because a rotation of authorities replaces the keys in the file.
  const api = new KubeApi(address, () => ({ ...adminAccess(readFileSync(paths.kubeconfig, "utf8")), serverName }));
  return { api, endpoint: { url: `https://${serverName}:${port}`, address: `${address}:${port}` } };
}
