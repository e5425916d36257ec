/** Certificates that can be looked at from here: those of the API servers, the administrator's own, and kubelets'. */

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";

import { parse } from "yaml";
import { z } from "zod";

import { certificateFact, certificatesIn } from "./awsFacts";
import type { CertificateFact, NodeFact } from "./facts";
import type { Api } from "./api";

const kubeconfigSchema = z.looseObject({
  "current-context": z.string().optional(),
  clusters: z
    .array(z.looseObject({ cluster: z.looseObject({ server: z.url(), "tls-server-name": z.string().optional() }) }))
    .min(1),
  users: z.array(z.looseObject({ user: z.looseObject({ "client-certificate-data": z.string().optional() }) })),
});

/** Where the API is, and the certificate that a kubeconfig signs in with, if it does so with one. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly certificate: string | undefined;
}

/** Reads a kubeconfig of one cluster, such as the stack's own. @throws Error for what is none. */
export function parseKubeconfig(kubeconfig: string): Access {
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

export const readAccess = (path: string): Access => parseKubeconfig(readFileSync(path, "utf8"));

/** The administrator's certificate; none where the kubeconfig signs in with something else. */
export function administratorOf({ certificate }: Access): readonly CertificateFact[] {
  const [pem] = certificatesIn(certificate ?? "");
  return pem === undefined ? [] : [certificateFact("kubeconfig", "administrator", new X509Certificate(pem))];
}

/** A load balancer sends each connection to a member of its choice; so many find each of five with a chance of 98 %. */
const handshakes = 24;
const handshakeTimeoutMs = 10_000;

/** The certificate of each API server that answered, once. */
export async function fetchServerCertificates(access: Access): Promise<readonly CertificateFact[]> {
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

/** Whether the certificate is to be trusted is not asked here: kubectl does, at every call. */
function peerCertificate({ host, port, serverName }: Access): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: serverName, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate === undefined) reject(new Error(`${host}:${port} showed no certificate`));
      else resolve(certificate);
    });
    socket.setTimeout(handshakeTimeoutMs, () => {
      socket.destroy(new Error(`${host}:${port} does not answer`));
    });
    socket.once("error", reject);
  });
}

/** Kubelets that are asked: a large cluster's are all alike, and each answer has a megabyte. */
const mostKubelets = 20;

const lifeMetric = /^kubelet_certificate_manager_client_ttl_seconds (\S+)$/m;

/** How long kubelets' client certificates are still good, as they tell themselves; the control plane's first. */
export async function fetchKubeletCertificates(
  api: Api,
  nodes: readonly NodeFact[],
  now: Date,
): Promise<readonly CertificateFact[]> {
  const ready = nodes.filter((node) => node.ready);
  const asked = ready
    .toSorted((one, other) => Number(other.controlPlane) - Number(one.controlPlane))
    .slice(0, mostKubelets);
  const answers = await Promise.all(
    asked.map(async ({ name }) => ({ name, text: await api.raw(`/api/v1/nodes/${name}/proxy/metrics`) })),
  );
  return answers.flatMap(({ name, text }) => {
    const seconds = Number(lifeMetric.exec(text)?.[1] ?? Number.NaN);
    if (!Number.isFinite(seconds)) return [];
    // From when it is good kubelet does not tell; the controller manager gives a year.
    const until = new Date(now.getTime() + seconds * 1000);
    return [{ name: `kubelet of ${name}`, kind: "leaf", from: new Date(until.getTime() - yearMs), until }];
  });
}

const yearMs = 365 * 86_400_000;
