/** Certificates visible from the operator's machine: API servers, the administrator's kubeconfig, kubelets. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";

import { parse } from "yaml";
import { z } from "zod";

import { connectThrough } from "../../components/api/httpProxy";
import { tunnelVariable } from "../../components/api/tunnel.plan";
import type { Api } from "./api";
import { certificateFact, splitCertificates } from "./awsFacts";
import type { CertificateFact, NodeFact } from "./facts";

const kubeconfigSchema = z.looseObject({
  clusters: z
    .array(z.looseObject({ cluster: z.looseObject({ server: z.url(), "tls-server-name": z.string().optional() }) }))
    .min(1),
  users: z.array(z.looseObject({ user: z.looseObject({ "client-certificate-data": z.string().optional() }) })),
});

/** Address of the API, and the client certificate of a kubeconfig, if it has one. */
export interface ApiAccess {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly certificate: string | undefined;
  /** URL of a tunnel's local proxy. Default: no tunnel. */
  readonly proxy?: string | undefined;
}

/** Reads a kubeconfig with one cluster, such as the stack's output. @throws Error if it is invalid. */
export function parseKubeconfig(kubeconfig: string): ApiAccess {
  const { clusters, users } = kubeconfigSchema.parse(parse(kubeconfig));
  const cluster = clusters[0]?.cluster;
  const server = new URL(cluster?.server ?? "");
  const data = users[0]?.user["client-certificate-data"];
  return {
    host: server.hostname,
    port: Number(server.port || 443),
    serverName: cluster?.["tls-server-name"] ?? server.hostname,
    certificate: data === undefined ? undefined : Buffer.from(data, "base64").toString("utf8"),
  };
}

export const readKubeconfig = (path: string): ApiAccess => ({
  ...parseKubeconfig(readFileSync(path, "utf8")),
  proxy: process.env[tunnelVariable],
});

/** Certificate of the administrator; none if the kubeconfig has other credentials. */
export function administratorOf({ certificate }: ApiAccess): readonly CertificateFact[] {
  const [pem] = splitCertificates(certificate ?? "");
  return pem === undefined ? [] : [certificateFact("kubeconfig", "administrator", new X509Certificate(pem))];
}

/** The load balancer picks a member per connection: this many reach each of five members with a probability of 98 %. */
const handshakes = 24;
const handshakeTimeoutMs = 10_000;

/** Certificate of each API server behind the load balancer. */
export async function fetchServerCertificates(access: ApiAccess): Promise<readonly CertificateFact[]> {
  const found = new Map<string, CertificateFact>();
  const answers = await Promise.allSettled(Array.from({ length: handshakes }, () => peerCertificate(access)));
  for (const answer of answers) {
    if (answer.status === "rejected") continue;
    const name = `API server, serial ${answer.value.serialNumber.slice(-8).toLowerCase()}`;
    found.set(answer.value.fingerprint256, certificateFact(name, "leaf", answer.value));
  }
  if (found.size > 0) return [...found.values()];
  const [first] = answers;
  throw first?.status === "rejected" && first.reason instanceof Error ? first.reason : new Error("no certificate");
}

/** Skips verification: kubectl verifies the certificate on every call, and expired ones are reported here. */
async function peerCertificate({ host, port, serverName, proxy }: ApiAccess): Promise<X509Certificate> {
  const through = proxy === undefined ? undefined : await connectThrough(proxy, host, port, handshakeTimeoutMs);
  return new Promise((resolve, reject) => {
    const options = { host, port, socket: through, servername: serverName, rejectUnauthorized: false };
    const socket = connect(options, () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate === undefined) reject(new Error(`${host}:${port} sent no certificate`));
      else resolve(certificate);
    });
    socket.setTimeout(handshakeTimeoutMs, () => {
      socket.destroy(new Error(`${host}:${port} does not answer`));
    });
    socket.once("error", reject);
  });
}

/** Number of kubelets to query: each answer has a megabyte. */
const maxKubelets = 20;

const ttlMetric = /^kubelet_certificate_manager_client_ttl_seconds (\S+)$/m;
const yearMs = 365 * 86_400_000;

/** Client certificates of kubelets, from the kubelets' metrics; control-plane nodes first. */
export async function fetchKubeletCertificates(
  api: Api,
  nodes: readonly NodeFact[],
  now: Date,
): Promise<readonly CertificateFact[]> {
  const queried = nodes
    .filter((node) => node.ready)
    .sort((one, other) => Number(other.controlPlane) - Number(one.controlPlane))
    .slice(0, maxKubelets);
  const answers = await Promise.all(
    queried.map(async ({ name }) => ({ name, text: await api.raw(`/api/v1/nodes/${name}/proxy/metrics`) })),
  );
  return answers.flatMap(({ name, text }) => {
    const seconds = Number(ttlMetric.exec(text)?.[1] ?? Number.NaN);
    if (!Number.isFinite(seconds)) return [];
    // The metric has no start of validity; the controller manager issues certificates for a year.
    const until = new Date(now.getTime() + seconds * 1000);
    return [{ name: `kubelet of ${name}`, kind: "leaf", from: new Date(until.getTime() - yearMs), until }];
  });
}
