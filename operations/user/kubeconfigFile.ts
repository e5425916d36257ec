/** Kubeconfigs for people: of one cluster and one user, complete in themselves. */

import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { stringify } from "yaml";
import { z } from "zod";

import { urlOf } from "../../components/api/address.plan";
import type { OidcIssuer } from "./issuers";
import type { Kubectl } from "../kubectl";

const viewSchema = z.looseObject({
  clusters: z.array(z.looseObject({ name: z.string(), cluster: z.looseObject({ server: z.string() }) })).min(1),
});

/** How a cluster is reached: server, authority, and whatever else the caller's own kubeconfig needs for it. */
export type ClusterEntry = Readonly<Record<string, unknown>> & { readonly server: string };

/**
 * The cluster of the caller's kubeconfig; nothing of who the caller is.
 * @param tunnel URL at which a tunnel ends on the caller's machine: others reach the API by its name.
 */
export async function readClusterEntry(kubectl: Kubectl, tunnel?: string): Promise<ClusterEntry> {
  const view = await kubectl(["config", "view", "--minify", "--flatten", "--raw", "-o", "json"]);
  const [first] = viewSchema.parse(JSON.parse(view)).clusters;
  if (first === undefined) throw new Error("the kubeconfig names no cluster");
  const { "tls-server-name": name, ...rest } = first.cluster;
  if (tunnel === undefined || rest.server !== tunnel || typeof name !== "string") return first.cluster;
  return { ...rest, server: urlOf(name) };
}

/** Credentials of a certificate, in PEM. */
export function certificateUser(certificate: string, key: string): object {
  const encoded = (text: string): string => Buffer.from(text).toString("base64");
  return { "client-certificate-data": encoded(certificate), "client-key-data": encoded(key) };
}

/** Asks kubelogin (`kubectl oidc-login`) for a token whenever one is needed; there is nothing secret in it. */
export function oidcUser({ url, clientId, scopes }: OidcIssuer): object {
  return {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "kubectl",
      args: [
        "oidc-login",
        "get-token",
        `--oidc-issuer-url=${url}`,
        `--oidc-client-id=${clientId}`,
        ...scopes.map((scope) => `--oidc-extra-scope=${scope}`),
      ],
      installHint: "kubelogin: https://github.com/int128/kubelogin",
      interactiveMode: "IfAvailable",
      provideClusterInfo: false,
    },
  };
}

export function renderKubeconfig(cluster: string, entry: ClusterEntry, user: string, credentials: object): string {
  const context = `${user}@${cluster}`;
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: cluster, cluster: entry }],
      users: [{ name: user, user: credentials }],
      contexts: [{ name: context, context: { cluster, user } }],
      "current-context": context,
    },
    { lineWidth: 0 },
  );
}

/** Where a person's kubeconfig is kept if nothing else is said. */
export const defaultPath = (cluster: string, user: string): string =>
  join(homedir(), ".kube", `holdfast-${cluster}-${user}`);

/** Writes a file that its owner alone may read, in one step: whoever reads it meanwhile has the old one or the new. */
export function writePrivateFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, content, { mode: 0o600, flag: "wx" });
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
