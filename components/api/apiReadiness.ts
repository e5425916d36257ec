/** Readiness of a Kubernetes API as this machine sees it: from name resolution to registered nodes. */

import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

import { parse } from "yaml";

import { connectThrough } from "./httpProxy";

/** Address of an API, and credentials in PEM. */
export interface ApiAccess {
  readonly host: string;
  readonly port: number;
  /** URL of an HTTP proxy that opens the connections. Default: none. */
  readonly proxy?: string | undefined;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Checks in their order; the first failure ends the sequence. */
export type Check = "name" | "connection" | "TLS" | "readiness" | "permission" | "nodes";

export type Health =
  { readonly healthy: true } | { readonly healthy: false; readonly check: Check; readonly problem: string };

/** Timeout of a connection and of a request, in milliseconds. */
const timeout = 5000;

/** Timeout of a connection through a proxy, in milliseconds: a tunnel holds connections back for 30 s while it opens. */
const proxyTimeout = 40_000;

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
  return {
    host: server.hostname,
    port: Number(server.port === "" ? 443 : server.port),
    authority: pem(cluster["certificate-authority-data"]),
    certificate: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  };
}

/** Runs the checks once. Never rejects. */
export async function checkApi(access: ApiAccess): Promise<Health> {
  for (const [check, run] of Object.entries(checks) as [Check, RunCheck][]) {
    const problem = await run(access).catch((error: unknown) => describeError(error));
    if (problem !== undefined) return { healthy: false, check, problem };
  }
  return { healthy: true };
}

/** Resolves to a problem, or to undefined. */
type RunCheck = (access: ApiAccess) => Promise<string | undefined>;

const checks: Readonly<Record<Check, RunCheck>> = {
  name: async ({ host, proxy }) => {
    // A proxy resolves the name itself.
    if (proxy === undefined) await lookup(host);
    return undefined;
  },
  connection: checkConnection,
  TLS: async (access) => {
    try {
      await get(access, "/readyz");
      return undefined;
    } catch (error) {
      // A load balancer and a tunnel accept connections before an API server does.
      if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
      return "the connection was closed before TLS was established: no API server is healthy";
    }
  },
  readiness: async (access) => {
    const { status, body } = await get(access, "/readyz?verbose");
    return status === 200 ? undefined : (failingCheck(body) ?? `/readyz returns status ${status}`);
  },
  permission: async (access) => {
    const { status } = await get(access, "/api/v1/nodes?limit=1");
    if (status === 200) return undefined;
    return `the administrator cannot list nodes yet (status ${status}): the control plane grants the permission last`;
  },
  nodes: async (access) => {
    const { body } = await get(access, "/api/v1/nodes?limit=1");
    const { items = [] } = JSON.parse(body) as { items?: unknown[] };
    return items.length > 0 ? undefined : "no node has registered yet";
  },
};

/** First failing check in the output of `/readyz?verbose`. */
function failingCheck(report: string): string | undefined {
  const line = report.split("\n").find((one) => one.startsWith("[-]"));
  return line === undefined ? undefined : `check of the API server failed: ${line.slice("[-]".length)}`;
}

async function checkConnection({ host, port, proxy }: ApiAccess): Promise<string | undefined> {
  if (proxy !== undefined) {
    (await connectThrough(proxy, host, port, proxyTimeout)).destroy();
    return undefined;
  }
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeout) });
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError")
      return `no connection to ${host}:${port} within ${timeout / 1000} s`;
    throw error;
  } finally {
    socket.destroy();
  }
}

async function get(access: ApiAccess, path: string): Promise<{ status: number; body: string }> {
  const { host, port, proxy, authority, certificate, key } = access;
  const socket = proxy === undefined ? undefined : await connectThrough(proxy, host, port, proxyTimeout);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // As kubectl does: an organization's authority may be an intermediate whose root is unknown to the cluster.
    const tls = { ca: authority, cert: certificate, key, allowPartialTrustChain: true, socket };
    const sent = request({ host, port, path, ...tls, agent: false, timeout }, resolve);
    sent.once("error", reject);
    sent.once("timeout", () => sent.destroy(new Error(`no response to ${path} within ${timeout / 1000} s`)));
    sent.end();
  });
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // After attempts at several addresses, the message is empty and each attempt has an error.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return error.message === "" && first instanceof Error ? first.message : error.message;
}
