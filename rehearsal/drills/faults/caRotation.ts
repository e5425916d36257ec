import { createAuthority, createIntermediate, rotate, AuthorityRotation } from "../authorityRotation";
import type { Drill } from "../drill";
import { requireReadyNodes } from "../readyNodes";

/** Issuers of all certificates that a member shows to others. */
const issuers = `for endpoint in 127.0.0.1:6443 127.0.0.1:2379; do
  openssl s_client -connect $endpoint </dev/null 2>/dev/null | openssl x509 -noout -issuer || true
done; openssl x509 -noout -issuer -in /etc/kubernetes/pki/front-proxy-client.crt 2>/dev/null || true`;

/** All authorities are replaced, in stages, while clients write. */
export const caRotation: Drill = {
  name: "ca-rotation",
  what:
    "the authorities of cluster, etcd and front proxy are replaced in three stages, the cluster's by an organisation's " +
    "intermediate; no machine is replaced",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const rotating = await AuthorityRotation.begin(cluster, {
      kubernetes: createIntermediate("successor-kubernetes"),
      etcd: createAuthority("successor-etcd"),
      frontProxy: createAuthority("successor-front-proxy"),
    });
    const machines = cluster.status.machines.map(({ id }) => id).sort();
    begins();
    await requireReadyNodes(cluster, () => rotate(rotating, log));
    ends();
    return async () => {
      const { machines: now } = await cluster.refresh();
      if (
        now
          .map(({ id }) => id)
          .sort()
          .join() !== machines.join()
      )
        throw new Error("machines were replaced");
      for (const { name, role } of now.filter((machine) => machine.role !== "worker")) {
        const machine = now.find((each) => each.name === name);
        if (machine === undefined) continue;
        const shown = (await cluster.runOn(machine, issuers)).trim().split("\n");
        const old = shown.filter((line) => line !== "" && !line.includes("successor-"));
        if (old.length > 0) throw new Error(`${name} (${role}) still shows certificates of ${old.join(", ")}`);
      }
      const kubelet = await cluster.runOn(
        cluster.worker,
        "openssl x509 -noout -issuer -in /var/lib/kubelet/pki/kubelet-client-current.pem",
      );
      if (!kubelet.includes("successor-"))
        throw new Error(`the worker's kubelet still has a certificate of ${kubelet}`);
    };
  },
};
