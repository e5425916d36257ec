import { renderYaml } from "../yaml.plan";

/** Contents of a kubeconfig; certificates and key in PEM. */
export interface KubeconfigParts {
  readonly cluster: string;
  /** URL of the API. */
  readonly server: string;
  readonly user: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Kubeconfig of one user of one cluster, with embedded certificates. */
export function renderKubeconfig(parts: KubeconfigParts): string {
  const { cluster, user } = parts;
  const context = `${user}@${cluster}`;
  return renderYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: cluster, cluster: { server: parts.server, "certificate-authority-data": base64(parts.authority) } },
    ],
    users: [
      {
        name: user,
        user: { "client-certificate-data": base64(parts.certificate), "client-key-data": base64(parts.key) },
      },
    ],
    contexts: [{ name: context, context: { cluster, user } }],
    "current-context": context,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
