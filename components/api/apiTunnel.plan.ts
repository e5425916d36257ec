import { parse, stringify } from "yaml";

/** Environment variable with the URL at which a tunnel to the API ends on this machine; `npm run tunnel` sets it. */
export const tunnelVariable = "HOLDFAST_API_TUNNEL";

interface Kubeconfig {
  readonly clusters: readonly { cluster: Record<string, string> }[];
}

/** The kubeconfig with the end of a tunnel in place of the API's address; the server still has to prove the API's name. */
export function throughTunnel(kubeconfig: string, url: string | undefined): string {
  if (url === undefined) return kubeconfig;
  const config = parse(kubeconfig) as Kubeconfig;
  for (const { cluster } of config.clusters) {
    cluster["tls-server-name"] = new URL(cluster.server ?? "").hostname;
    cluster.server = url;
  }
  return stringify(config, { lineWidth: 0 });
}
