import { generateKeyPairSync } from "node:crypto";
import { type AddressInfo, createServer } from "node:net";

import { type Answer, streamDecode, streamEncode } from "dns-packet";

import { splitCertificates } from "../../operations/validate/awsFacts";
import { parseKubeconfig } from "../../operations/validate/certificateFacts";
import { resolveName } from "../../operations/validate/dns";
import { nodeFact, podFact, parseReadiness } from "../../operations/validate/kubernetesFacts";
import { tryFetch } from "../../operations/validate/result";

test("PEM bundles are split into certificates", () => {
  const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`;
  expect(splitCertificates(`# one\n${pem("YQ==")}\n${pem("Yg==")}\n`)).toEqual([pem("YQ=="), pem("Yg==")]);
  const { publicKey } = generateKeyPairSync("ed25519");
  expect(splitCertificates(publicKey.export({ type: "spki", format: "pem" }).toString())).toEqual([]);
});

describe("Kubernetes API", () => {
  test("readiness is parsed from the error message of a failed check", () => {
    const text = `an error on the server ("[+]ping ok\n[-]etcd failed: reason withheld\n[+]log ok\nreadyz check failed")`;
    expect(parseReadiness(text)).toEqual([
      { name: "ping", ok: true },
      { name: "etcd", ok: false },
      { name: "log", ok: true },
    ]);
  });

  test("node fact", () => {
    const metadata = { name: "i-1", creationTimestamp: "", labels: { "node-role.kubernetes.io/control-plane": "" } };
    const ready = { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped" };
    expect(nodeFact({ metadata, spec: { unschedulable: true }, status: { conditions: [ready] } }, undefined)).toEqual({
      name: "i-1",
      ready: false,
      reason: "Kubelet stopped",
      version: "",
      controlPlane: true,
      cordoned: true,
      lastHeartbeat: undefined,
    });
  });

  test("pod fact: the reason of a waiting container precedes the Ready condition", () => {
    const found = podFact({
      metadata: { name: "p", creationTimestamp: "2026-11-21T11:00:00Z", labels: { "k8s-app": "kube-dns" } },
      spec: {},
      status: {
        phase: "Pending",
        conditions: [{ type: "Ready", status: "False", message: "containers with unready status" }],
        containerStatuses: [{ name: "main", state: { waiting: { reason: "CrashLoopBackOff" } } }],
      },
    });
    expect(found).toMatchObject({ component: "kube-dns", ready: false, node: "", reason: "main CrashLoopBackOff" });
  });

  test("address from a kubeconfig", () => {
    const kubeconfig = (cluster: object): string =>
      JSON.stringify({ clusters: [{ cluster }], users: [{ user: { "client-certificate-data": "YWJj" } }] });
    expect(parseKubeconfig(kubeconfig({ server: "https://api.blue:6443" }))).toEqual({
      host: "api.blue",
      port: 6443,
      serverName: "api.blue",
      certificate: "abc",
    });
    expect(parseKubeconfig(kubeconfig({ server: "https://10.0.0.1", "tls-server-name": "api.blue" }))).toMatchObject({
      host: "10.0.0.1",
      port: 443,
      serverName: "api.blue",
    });
    expect(() => parseKubeconfig("clusters: []")).toThrow();
  });
});

describe("DNS over TCP", () => {
  /** Resolves a name with a server that sends the answer in two segments. */
  async function resolveWith(answers: Answer[], { flags = 0, idOffset = 0 } = {}): Promise<readonly string[]> {
    const server = createServer((socket) => {
      socket.once("data", (data) => {
        const { id = 0, questions = [] } = streamDecode(data);
        const answer = streamEncode({ type: "response", id: (id + idOffset) % 0x10000, flags, questions, answers });
        socket.write(answer.subarray(0, 5));
        setTimeout(() => socket.end(answer.subarray(5)), 20);
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    try {
      return await resolveName((server.address() as AddressInfo).port, "kube-dns.kube-system.svc.cluster.local");
    } finally {
      server.close();
    }
  }

  test("returns addresses, but no aliases", async () => {
    const name = "kube-dns.kube-system.svc.cluster.local";
    const answers: Answer[] = [
      { type: "CNAME", name, data: "alias.cluster.local" },
      { type: "A", name: "alias.cluster.local", data: "10.96.0.10" },
      { type: "A", name: "alias.cluster.local", data: "10.96.0.11" },
    ];
    await expect(resolveWith(answers)).resolves.toEqual(["10.96.0.10", "10.96.0.11"]);
  });

  test("returns nothing for NXDOMAIN and rejects other failures", async () => {
    await expect(resolveWith([], { flags: 3 })).resolves.toEqual([]);
    await expect(resolveWith([], { flags: 2 })).rejects.toThrow("SERVFAIL");
    await expect(resolveWith([], { idOffset: 1 })).rejects.toThrow("another query");
    await expect(resolveName(1, "x")).rejects.toThrow("ECONNREFUSED");
  });
});

test("a failed fetch keeps the last line of the error", async () => {
  await expect(tryFetch(() => Promise.reject(new Error("first\nsecond\n")))).resolves.toEqual({
    known: false,
    problem: "second",
  });
});
