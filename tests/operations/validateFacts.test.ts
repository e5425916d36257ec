import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import fc from "fast-check";

import { certificatesIn } from "../../operations/validate/awsFacts";
import { parseKubeconfig } from "../../operations/validate/certificateFacts";
import { decodeAnswer, encodeQuestion, resolveName } from "../../operations/validate/dns";
import { nodeFact, podFact, parseReadiness } from "../../operations/validate/kubernetesFacts";
import { tryFetch } from "../../operations/validate/result";

test("certificates of a file are found, however many", () => {
  const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`;
  expect(certificatesIn(`# one\n${pem("YQ==")}\n${pem("Yg==")}\n`)).toEqual([pem("YQ=="), pem("Yg==")]);
  const { publicKey } = generateKeyPairSync("ed25519");
  expect(certificatesIn(publicKey.export({ type: "spki", format: "pem" }).toString())).toEqual([]);
});

describe("what the API says", () => {
  test("of readiness, also where it comes with an error", () => {
    const text = `an error on the server ("[+]ping ok\n[-]etcd failed: reason withheld\n[+]log ok\nreadyz check failed")`;
    expect(parseReadiness(text)).toEqual([
      { name: "ping", ok: true },
      { name: "etcd", ok: false },
      { name: "log", ok: true },
    ]);
  });

  test("of a node", () => {
    const metadata = { name: "i-1", creationTimestamp: "", labels: { "node-role.kubernetes.io/control-plane": "" } };
    const ready = { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped" };
    expect(nodeFact({ metadata, spec: { unschedulable: true }, status: { conditions: [ready] } }, undefined)).toEqual({
      name: "i-1",
      ready: false,
      reason: "Kubelet stopped",
      version: "",
      controlPlane: true,
      cordoned: true,
      seen: undefined,
    });
  });

  test("of a pod: what its container waits for comes before what its conditions say", () => {
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

  test("where it is", () => {
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

describe("a question to DNS", () => {
  const id = 4711;
  /** An answer as a server sends it: the question again, then addresses under a pointer to its name. */
  function answer(question: Buffer, addresses: readonly string[], code = 0): Buffer {
    const message = Buffer.from(question.subarray(2));
    message.writeUInt16BE(0x8180 | code, 2);
    message.writeUInt16BE(addresses.length + 1, 6);
    const record = (type: number, data: Buffer): Buffer => {
      const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 30, 0, data.length]);
      return Buffer.concat([head, data]);
    };
    // An alias comes first, and is no address.
    const alias = record(5, Buffer.from([1, 120, 0]));
    return Buffer.concat([
      message,
      alias,
      ...addresses.map((each) => record(1, Buffer.from(each.split(".").map(Number)))),
    ]);
  }

  test("is understood whatever the name and the addresses", () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,20}$/);
    const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((bytes) => bytes.join("."));
    fc.assert(
      fc.property(
        fc.array(label, { minLength: 1, maxLength: 5 }),
        fc.array(address, { maxLength: 5 }),
        (labels, found) => {
          const question = encodeQuestion(labels.join("."), id);
          expect(question.readUInt16BE(0)).toBe(question.length - 2);
          expect(decodeAnswer(answer(question, found), id)).toEqual(found);
        },
      ),
    );
  });

  test("has no address where there is no such name, and fails on any other code and on another's answer", () => {
    const question = encodeQuestion("nowhere", id);
    expect(decodeAnswer(answer(question, [], 3), id)).toEqual([]);
    expect(() => decodeAnswer(answer(question, [], 2), id)).toThrow("code 2");
    expect(() => decodeAnswer(answer(question, []), id + 1)).toThrow("another question");
  });

  test("goes over TCP, and its answer may come in pieces", async () => {
    const server = createServer((socket) => {
      socket.once("data", (question) => {
        const message = Buffer.from(answer(question, ["10.96.0.10"]));
        const whole = Buffer.concat([Buffer.from([0, message.length]), message]);
        socket.write(whole.subarray(0, 5));
        setTimeout(() => socket.end(whole.subarray(5)), 20);
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    await expect(resolveName(port, "kube-dns.kube-system.svc.cluster.local")).resolves.toEqual(["10.96.0.10"]);
    await new Promise((closed) => server.close(closed));
    await expect(resolveName(port, "x")).rejects.toThrow("ECONNREFUSED");
  });
});

test("what an answer that fails leaves is its last line", async () => {
  await expect(tryFetch(() => Promise.reject(new Error("first\nsecond\n")))).resolves.toEqual({
    known: false,
    problem: "second",
  });
});
