import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const programs = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"];
/** Seconds by which the clock is off, one after another. AWS takes no signatures from five minutes on, and then alarms tell. */
const offsets = [3600, -240];
const seconds = 20;

/** Seconds since the youngest of a member's certificates began: a clock that is further behind finds it not yet valid. */
const youngest = `newest=0
  for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt; do
    [ -e "$file" ] || continue
    begun=$(date -d "$(openssl x509 -noout -startdate -in "$file" | cut -d= -f2)" +%s)
    [ "$begun" -le "$newest" ] || newest=$begun
  done
  echo $(($(date +%s) - newest))`;
/** The time by etcd's own clock, as its answers are dated. */
const told = "date -d \"$(curl -sI http://127.0.0.1:2381/metrics | tr -d '\\r' | sed -n 's/^Date: //p')\" +%s";

/** Another member asks the machine's etcd and its API server by new connections: each side looks at the other's certificates. */
async function ask(cluster: RehearsedCluster, member: string, others: string[]): Promise<void> {
  const { role, address } = cluster.etcdMachine(member);
  const endpoint = await cluster.runOnMember(member, "echo $own_endpoint");
  await cluster.runOnAnyMember(`ETCDCTL_ENDPOINTS=${endpoint} etcdctl endpoint health`, others);
  if (role === "etcd") return;
  await cluster.runOnAnyMember(
    `kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://${address}:6443 get namespaces default -o name`,
    others,
  );
}

/**
 * The clock of the leader's machine goes wrong: terms and leases count on monotonic time, certificates and tokens do not. Nor do
 * the keepalives of gRPC (`lastRead` of its client transport): once a clock has been set back, each connection that an API server
 * has to etcd is taken for dead, once and within 40 s, and with it whatever the writer's four clients have on their way there.
 */
export const clockOff: Drill = {
  name: "clock-off",
  what:
    `etcd, the control plane and kubelet on the leader's machine go by a clock that is an hour ahead for ${seconds} s, and ` +
    `then four minutes behind for ${seconds} s`,
  limits: { outageMs: 3_000, failedWrites: 4, fullStrengthMs: 30_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const leader = await cluster.leader();
    const others = cluster.memberNames.filter((member) => member !== leader);
    const { id } = cluster.etcdMachine(leader);
    const oldest = -Math.min(...offsets) + seconds;
    await waitUntil(`certificates that are older than ${oldest} s`, 1000 * oldest, async () => {
      const ages = await Promise.all(cluster.memberNames.map((member) => cluster.runOnMember(member, youngest)));
      return ages.every((age) => Number(age) > oldest);
    });
    begins();
    try {
      for (const offset of offsets) {
        const found = await cluster.client.setClocks(id, programs, offset);
        const off = Number(await cluster.runOnMember(leader, told)) - Date.now() / 1000;
        if (Math.abs(off - offset) > 2)
          throw new Error(`etcd's clock is off by ${off.toFixed(0)} s, not by ${offset} s`);
        await sleep((seconds * 1000) / 2);
        await ask(cluster, leader, others);
        await sleep((seconds * 1000) / 2);
        const now = await cluster.leader();
        if (now !== leader) throw new Error(`member ${now} leads now: a clock must not cost the leadership`);
        log(
          `${found} programs of member ${leader} go by a clock that is off by ${offset} s; it leads, and answers newcomers`,
        );
      }
    } finally {
      await cluster.client.setClocks(id, programs, 0);
      ends();
    }
  },
};
