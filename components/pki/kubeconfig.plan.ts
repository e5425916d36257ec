import { stringify } from "yaml";

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
  return stringify(
    {
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
    },
    // No line folding: it would break the base64 text.
    { lineWidth: 0 },
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
