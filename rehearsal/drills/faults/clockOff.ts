import { urlOf } from "../../../components/api/address.plan";
import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const programs = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"];
/** Clock offsets in seconds, one after another. From five minutes on, AWS refuses signatures, which raises alarms. */
const offsets = [3600, -240];
const seconds = 20;

/** Age in seconds of a member's youngest certificate, which is not yet valid for a clock that is further behind. */
const certificateAge = `newest=0
  for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt; do
    [ -e "$file" ] || continue
    begun=$(date -d "$(openssl x509 -noout -startdate -in "$file" | cut -d= -f2)" +%s)
    [ "$begun" -le "$newest" ] || newest=$begun
  done
  echo $(($(date +%s) - newest))`;
/** Time of etcd's clock, from the Date header of its answers. */
const etcdTime = "date -d \"$(curl -sI http://127.0.0.1:2381/metrics | tr -d '\\r' | sed -n 's/^Date: //p')\" +%s";

/** Connects from another member to etcd and the API server, so that both sides verify each other's certificates. */
async function checkNewConnections(cluster: RehearsedCluster, member: string, others: string[]): Promise<void> {
  const { role, address } = cluster.etcdMachine(member);
  const endpoint = await cluster.runOnMember(member, "echo $own_endpoint");
  await cluster.runOnAnyMember(`ETCDCTL_ENDPOINTS=${endpoint} etcdctl endpoint health`, others);
  if (role === "etcd") return;
  await cluster.runOnAnyMember(
    `kubectl --kubeconfig /etc/kubernetes/admin.conf --server ${urlOf(address)} get namespaces default -o name`,
    others,
  );
}

/**
 * Terms and leases use the monotonic clock; certificates and tokens do not, nor do the keepalives of gRPC (`lastRead` of its
 * client transport). After a clock is set back, each etcd connection of an API server counts as dead once, within 40 s, and the
 * writes in flight of the four clients fail.
 */
export const clockOff: Drill = {
  name: "clock-off",
  description:
    `the clock of etcd, the control plane and kubelet on the leader's machine is an hour ahead for ${seconds} s, then four ` +
    `minutes behind for ${seconds} s`,
  limits: { outageMs: 3_000, failedWrites: 4, fullStrengthMs: 30_000, lost: "none" },
  soak: { members: 0, seconds: 120 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const others = cluster.memberNames.filter((member) => member !== leader);
    const { id } = cluster.etcdMachine(leader);
    const minAge = -Math.min(...offsets) + seconds;
    await waitUntil(`certificates that are older than ${minAge} s`, 1000 * minAge, async () => {
      const ages = await Promise.all(cluster.memberNames.map((member) => cluster.runOnMember(member, certificateAge)));
      return ages.every((age) => Number(age) > minAge);
    });
    faultBegins();
    try {
      for (const offset of offsets) {
        const count = await cluster.client.setClocks(id, programs, offset);
        const measured = Number(await cluster.runOnMember(leader, etcdTime)) - Date.now() / 1000;
        if (Math.abs(measured - offset) > 2)
          throw new Error(`etcd's clock is off by ${measured.toFixed(0)} s instead of ${offset} s`);
        await sleep((seconds * 1000) / 2);
        await checkNewConnections(cluster, leader, others);
        await sleep((seconds * 1000) / 2);
        const now = await cluster.leader();
        if (now !== leader) throw new Error(`member ${now} leads now; a wrong clock must not cause an election`);
        log(`clock offset ${offset} s for ${count} programs: member ${leader} leads and accepts new connections`);
      }
    } finally {
      await cluster.client.setClocks(id, programs, 0);
      faultEnds();
    }
  },
};
