/** Self-contained kubeconfigs for users, with one cluster and one user. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { z } from "zod";

import { renderYaml } from "../../components/yaml.plan";
import type { Kubectl } from "../kubectl";
import type { OidcIssuer } from "./issuers";

const viewSchema = z.looseObject({
  clusters: z.array(z.looseObject({ name: z.string(), cluster: z.looseObject({ server: z.string() }) })).min(1),
});

/** Connection to a cluster: server, CA, and the other fields of the caller's kubeconfig. */
export type ClusterEntry = Readonly<Record<string, unknown>> & { readonly server: string };

/** Cluster of the caller's kubeconfig, without the caller's credentials. */
export async function readClusterEntry(kubectl: Kubectl): Promise<ClusterEntry> {
  const view = await kubectl(["config", "view", "--minify", "--flatten", "--raw", "-o", "json"]);
  const [first] = viewSchema.parse(JSON.parse(view)).clusters;
  if (first === undefined) throw new Error("the kubeconfig has no cluster");
  return first.cluster;
}

/** Credentials with a certificate and its key, both in PEM. */
export function certificateUser(certificate: string, key: string): object {
  const encoded = (text: string): string => Buffer.from(text).toString("base64");
  return { "client-certificate-data": encoded(certificate), "client-key-data": encoded(key) };
}

/** Credentials that run kubelogin (`kubectl oidc-login`) for each token; they contain no secret. */
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
  return renderYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: entry }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name: context, context: { cluster, user } }],
    "current-context": context,
  });
}

/** Default path of a kubeconfig. */
export const defaultPath = (cluster: string, user: string): string =>
  join(homedir(), ".kube", `holdfast-${cluster}-${user}`);

/** Writes a file with mode 0600 atomically, so that no reader sees a partial file. */
export function writePrivateFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
