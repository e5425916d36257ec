/** Asks a Kubernetes API how it is, from the name to the nodes, and names the first thing that is not healthy. */

import { lookup } from "node:dns/promises";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

import { parse } from "yaml";

/** Where an API is and who asks; PEM. */
export interface ApiAccess {
  readonly host: string;
  readonly port: number;
  /** Name in the server's certificate, where it is not the host. */
  readonly serverName?: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** What is looked at, in this order; each only once those before it are healthy. */
export type Check = "name" | "connection" | "TLS" | "readiness" | "permission" | "nodes";

export type Health =
  | { readonly healthy: true }
  | {
      readonly healthy: false;
      readonly check: Check;
      /** What is wrong, for a person. */
      readonly problem: string;
    };

/** How long one question may take, in milliseconds. */
const patience = 5000;

/** Reads a kubeconfig of one cluster and one user. @throws where it has neither. */
export function apiAccess(kubeconfig: string): ApiAccess {
  const { clusters, users } = parse(kubeconfig) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  const { cluster } = clusters[0];
  const { user } = users[0];
  const server = new URL(cluster.server ?? "");
  const pem = (base64: string | undefined): string => Buffer.from(base64 ?? "", "base64").toString("utf8");
  const serverName = cluster["tls-server-name"];
  return {
    host: server.hostname,
    port: Number(server.port === "" ? 443 : server.port),
    ...(serverName !== undefined && { serverName }),
    authority: pem(cluster["certificate-authority-data"]),
    certificate: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  };
}

/** Looks once. Never rejects. */
export async function apiHealth(access: ApiAccess): Promise<Health> {
  for (const [check, look] of Object.entries(checks) as [Check, (access: ApiAccess) => Promise<string | undefined>][]) {
    const problem = await look(access).catch((error: unknown) => described(error));
    if (problem !== undefined) return { healthy: false, check, problem };
  }
  return { healthy: true };
}

const checks: Readonly<Record<Check, (access: ApiAccess) => Promise<string | undefined>>> = {
  name: async ({ host }) => {
    await lookup(host);
    return undefined;
  },
  connection: connects,
  TLS: async (access) => {
    await ask(access, "/readyz");
    return undefined;
  },
  readiness: async (access) => {
    const { status, body } = await ask(access, "/readyz?verbose");
    return status === 200 ? undefined : (failingCheck(body) ?? `/readyz answers ${status}`);
  },
  permission: async (access) => {
    const { status } = await ask(access, "/api/v1/nodes?limit=1");
    if (status === 200) return undefined;
    return `the administrator may not list nodes (status ${status}): a control plane that starts grants it last`;
  },
  nodes: async (access) => {
    const { body } = await ask(access, "/api/v1/nodes?limit=1");
    const { items = [] } = JSON.parse(body) as { items?: unknown[] };
    return items.length > 0 ? undefined : "no machine has registered as a node yet";
  },
};

/** First check of `/readyz?verbose` that fails. */
export function failingCheck(report: string): string | undefined {
  const line = report.split("\n").find((one) => one.startsWith("[-]"));
  return line === undefined ? undefined : `the API server's own check fails: ${line.slice("[-]".length)}`;
}

function connects({ host, port }: ApiAccess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: patience });
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.once("connect", () => {
      end(() => {
        resolve(undefined);
      });
    });
    socket.once("timeout", () => {
      end(() => {
        resolve(`nobody answers within ${patience / 1000} s at ${host}:${port}`);
      });
    });
    socket.once("error", (error) => {
      end(() => {
        reject(error);
      });
    });
  });
}

/** As kubectl does: an organisation's own authority may be an intermediate, whose root is no matter of the cluster's. */
const trustsIntermediates = { allowPartialTrustChain: true };

async function ask(access: ApiAccess, path: string): Promise<{ status: number; body: string }> {
  const { host, port, serverName, authority, certificate, key } = access;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const credentials = { ca: authority, cert: certificate, key, ...trustsIntermediates };
    const options = { host, port, path, ...credentials, agent: false, timeout: patience };
    const asking = request({ ...options, ...(serverName !== undefined && { servername: serverName }) }, resolve);
    asking.once("error", reject);
    asking.once("timeout", () => asking.destroy(new Error(`no answer to ${path} within ${patience / 1000} s`)));
    asking.end();
  });
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An attempt at several addresses fails with one error for each, and says nothing itself.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return error.message === "" && first instanceof Error ? first.message : error.message;
}
