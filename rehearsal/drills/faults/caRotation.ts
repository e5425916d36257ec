import { isDeepStrictEqual } from "node:util";
import { apiPort } from "../../../components/api/address.plan";
import { etcdClientPort } from "../../../components/etcd/members.plan";
import { AuthorityRotation, createAuthority, createIntermediate } from "../authorityRotation";
import type { Drill } from "../drill";
import { requireReadyNodes } from "../readyNodes";

/** Issuers of all certificates that a member presents. */
const readIssuers = `for endpoint in 127.0.0.1:${apiPort} 127.0.0.1:${etcdClientPort}; do
  openssl s_client -connect $endpoint </dev/null 2>/dev/null | openssl x509 -noout -issuer || true
done; openssl x509 -noout -issuer -in /etc/kubernetes/pki/front-proxy-client.crt 2>/dev/null || true`;

export const caRotation: Drill = {
  name: "ca-rotation",
  description:
    "the authorities of cluster, etcd and front proxy are rotated in three stages, that of the cluster to an organization's " +
    "intermediate; no machine is replaced",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const rotation = await AuthorityRotation.start(cluster, {
      kubernetes: createIntermediate("successor-kubernetes"),
      etcd: createAuthority("successor-etcd"),
      frontProxy: createAuthority("successor-front-proxy"),
    });
    const listIds = (): string[] => cluster.status.machines.map(({ id }) => id).sort();
    const before = listIds();
    faultBegins();
    await requireReadyNodes(cluster, log, () => rotation.run(log));
    faultEnds();
    return async () => {
      await cluster.refresh();
      if (!isDeepStrictEqual(listIds(), before)) throw new Error("machines were replaced");
      for (const machine of cluster.memberMachines) {
        const issuers = (await cluster.runOn(machine, readIssuers)).trim().split("\n");
        const old = issuers.filter((line) => line !== "" && !line.includes("successor-"));
        if (old.length > 0) throw new Error(`${machine.name} presents certificates of ${old.join(", ")}`);
      }
      const kubelet = await cluster.runOn(
        cluster.worker,
        "openssl x509 -noout -issuer -in /var/lib/kubelet/pki/kubelet-client-current.pem",
      );
      if (!kubelet.includes("successor-")) throw new Error(`the worker's kubelet has a certificate of ${kubelet}`);
    };
  },
};
