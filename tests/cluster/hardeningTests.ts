/** Programs, users, modes of files, tokens and requests in a booted cluster. Numbers are those of the CIS Kubernetes Benchmark 1.12. */
import { type RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";

interface DaemonSet {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly resources?: object }[] } };
  };
}

interface Files {
  /** Mode and user. */
  readonly owned: string;
  readonly paths: readonly string[];
  /** Workers have them, too. */
  readonly worker?: true;
}

const files: readonly Files[] = [
  {
    // 4.1.1, 4.1.5, 4.1.9 and 1.1.9
    owned: "600 root",
    paths: [
      "/etc/systemd/system/kubelet.service",
      "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
      "/etc/kubernetes/kubelet.conf",
      "/var/lib/kubelet/config.yaml",
      "/etc/cni/net.d/10-flannel.conflist",
    ],
    worker: true,
  },
  // 1.1.21
  { owned: "600 root", paths: ["/etc/kubernetes/pki/ca.key", "/etc/kubernetes/pki/etcd/server.key"] },
  // 1.1.11 and 1.1.12
  { owned: "700 etcd", paths: ["/var/lib/etcd", "/var/lib/etcd/data", "/etc/etcd/pki"] },
  { owned: "600 etcd", paths: ["/etc/etcd/pki/server.key", "/etc/etcd/pki/peer.key"] },
];

export function hardeningTests(booted: () => RehearsedCluster): void {
  describe("hardening", () => {
    it("gives files to the users that need them, and to no one else", async () => {
      const cluster = booted();
      const { machines } = await cluster.refresh();
      for (const machine of machines) {
        for (const { owned, paths, worker } of files) {
          if (machine.id === cluster.worker.id && worker !== true) continue;
          const found = await cluster.runOn(machine, `stat -c '%n %a %U' ${paths.join(" ")}`);
          expect([machine.name, found.trim().split("\n")]).toEqual([
            machine.name,
            paths.map((path) => `${path} ${owned}`),
          ]);
        }
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
