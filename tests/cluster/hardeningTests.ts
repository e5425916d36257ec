/** Programs, users, modes of files, tokens and requests in a booted cluster. Numbers are those of the CIS Kubernetes Benchmark 1.12. */
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { inspect } from "./inspect";

interface DaemonSet {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly resources?: object }[] } };
  };
}

/** Checks of the benchmark that staging does not meet, or that do not apply: docs/security.md has the reasons. */
const exceptions: Readonly<Record<string, string>> = {
  ...{ "1.2.11": "warn", "4.2.7": "warn", "5.2.6": "warn", "5.2.7": "warn", "5.2.8": "warn", "5.2.9": "warn" },
  ...{ "4.1.3": "not applicable", "4.1.4": "not applicable" },
};

/** @param id of the rehearsal */
export function hardeningTests(booted: () => RehearsedCluster, id: string): void {
  describe("hardening", () => {
    it(
      "meets the CIS benchmark on members, etcd machines and workers",
      async () => {
        const { code, found } = await inspect("validate --cis", id);
        for (const { id: check, verdict, reasons } of found.checks) {
          expect([check, verdict, reasons]).toEqual([check, exceptions[check] ?? "pass", expect.any(Array)]);
        }
        expect([code, found.valid]).toEqual([0, true]);
        const { machines } = await booted().refresh();
        const examined = Object.values(found.machines).flat();
        expect(examined.toSorted()).toEqual(machines.map((machine) => machine.id).toSorted());
      },
      2 * 60_000,
    );

    it("gives etcd's certificates to etcd alone", async () => {
      const cluster = booted();
      for (const letter of ["a", "b", "c"]) {
        const found = await cluster.runOnMember(letter, "stat -c '%a %U' /etc/etcd/pki /etc/etcd/pki/*.key");
        expect(found.split("\n")).toEqual(["700 etcd", "600 etcd", "600 etcd"]);
      }
    });

    it("runs a containerd that needs no C library of the image", async () => {
      const cluster = booted();
      for (const machine of cluster.status.machines) {
        const linked = await cluster.runOn(machine, "ldd /usr/local/bin/containerd 2>&1 || true");
        expect([machine.name, linked.trim()]).toEqual([machine.name, "not a dynamic executable"]);
      }
    });

    it("runs etcd as a user without privileges", async () => {
      const cluster = booted();
      for (const letter of ["a", "b", "c"]) {
        const found = await cluster.runOn(
          cluster.controlPlaneMachine(letter),
          `pid=$(systemctl show -p MainPID --value etcd.service); stat -c %U /proc/$pid; grep CapEff /proc/$pid/status; find /var/lib/etcd/data ! -user etcd ! -name generation`,
        );
        expect(found.trim().split("\n")).toEqual(["etcd", expect.stringMatching(/^CapEff:\s+0+$/)]);
      }
    });

    // 1.2.30
    it("issues tokens of pods for an hour", async () => {
      const cluster = booted();
      const pods = await cluster.list("namespaces/kube-system/pods?labelSelector=k8s-app=kube-proxy");
      const [pod] = pods.map(({ metadata }) => metadata.name);
      // The duration of a projected token, which the API server extends unless told otherwise.
      const token = await cluster.kubectl(
        ...["-n", "kube-system", "create", "token", "kube-proxy", "--duration=3607s"],
        ...["--bound-object-kind=Pod", `--bound-object-name=${pod ?? ""}`],
      );
      const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
      const { iat, exp } = JSON.parse(claims) as { iat: number; exp: number };
      expect(exp - iat).toBe(3607);
    });

    it("denies a worker the serving certificate of another node", async () => {
      const cluster = booted();
      const { worker } = cluster;
      const { address, name } = cluster.controlPlaneMachine("a");
      const requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
      await cluster.runOn(
        worker,
        `set -eu; cd "$(mktemp -d)"; pem=/var/lib/kubelet/pki/kubelet-client-current.pem
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out request \
          -subj "/O=system:nodes/CN=system:node:${worker.id}" -addext "subjectAltName=IP:${address}" 2>/dev/null
        jq -n --arg request "$(base64 -w 0 request)" '{apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest",
          metadata: {name: "poses-as-member"}, spec: {$request, signerName: "kubernetes.io/kubelet-serving", usages: ["digital signature", "server auth"]}}' |
          curl -fsS -o /dev/null --cacert /etc/kubernetes/pki/ca.crt --cert "$pem" --key "$pem" -H "content-type: application/json" -d @- \
            "$(sed -n 's/^ *server: //p' /etc/kubernetes/kubelet.conf)${requests}"`,
      );
      const conditionsOf = async () =>
        JSON.parse(
          await cluster
            .kubectl("get", "csr", "poses-as-member", "-o", "jsonpath={.status.conditions}")
            .then((text) => text || "[]"),
        ) as { readonly type: string; readonly message: string }[];
      await waitUntil(`an answer to the request for ${name}`, 30_000, async () => (await conditionsOf()).length > 0);
      expect(await conditionsOf()).toEqual([
        expect.objectContaining({ type: "Denied", message: `${address} does not belong to ${worker.id}` }),
      ]);
    });

    it("counts kube-proxy when it schedules pods", async () => {
      const answer = await booted().kubectl("-n", "kube-system", "get", "daemonset", "kube-proxy", "-o", "json");
      const [container] = (JSON.parse(answer) as DaemonSet).spec.template.spec.containers;
      expect(container?.resources).toEqual({ requests: { cpu: "100m", memory: "64Mi" } });
    });
  });
}
