import { parse, stringify } from "yaml";

/** Environment variable with the local URL of a tunnel to the API; `npm run tunnel` sets it. */
export const tunnelVariable = "HOLDFAST_API_TUNNEL";

interface Kubeconfig {
  readonly clusters: readonly { cluster: Record<string, string> }[];
}

/** Kubeconfig that uses a tunnel, if there is one. The server must still present a certificate for the API's name. */
export function throughTunnel(kubeconfig: string, url: string | undefined): string {
  if (url === undefined) return kubeconfig;
  const config = parse(kubeconfig) as Kubeconfig;
  for (const { cluster } of config.clusters) {
    cluster["tls-server-name"] = new URL(cluster.server ?? "").hostname;
    cluster.server = url;
  }
  return stringify(config, { lineWidth: 0 });
}
