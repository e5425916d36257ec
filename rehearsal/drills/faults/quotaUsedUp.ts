import type { Drill } from "../drill";
import { type Rehearsed, until } from "../rehearsedCluster";

const settings = "/etc/etcd/etcd.env";
const variable = "ETCD_QUOTA_BACKEND_BYTES";

/** Gives every member another quota, one after another. */
async function setQuota(cluster: Rehearsed, bytes: string): Promise<void> {
  for (const letter of cluster.letters) {
    await cluster.onMember(
      letter,
      `sed -i 's/^${variable}=.*/${variable}=${bytes}/' ${settings}; systemctl restart etcd`,
    );
    await until(`member ${letter} with its quota`, 60_000, async () => {
      await cluster.onMember(letter, "ETCDCTL_ENDPOINTS=$own_endpoint etcdctl endpoint health >/dev/null 2>&1");
      return true;
    });
  }
}

/** Etcd's quota is used up (alarm NOSPACE): all writes are refused until the documented way out is taken. */
export const quotaUsedUp: Drill = {
  name: "quota-used-up",
  what: "etcd's quota is used up (NOSPACE): writes are refused until etcd-recover-space runs on one member",
  promised: { outageMs: 60_000, fullStrengthMs: 60_000, lost: "none" },
  async inject({ cluster, begins, ends, say }) {
    const [first = "a"] = cluster.letters;
    const before = await cluster.onMember(first, `sed -n 's/^${variable}=//p' ${settings}`);
    const size = Number(await cluster.onMember(first, 'status_of "$own_endpoint" | jq .dbSize'));
    // 32 MiB above what is there: the real quota takes gigabytes to fill.
    await setQuota(cluster, String(size + (32 << 20)));
    try {
      begins();
      const put = "head -c 1000000 /dev/zero | tr '\\0' x | etcdctl put /drill/large";
      await until("the alarm", 60_000, async () => {
        const said = await cluster.onMember(
          first,
          `for _ in {1..10}; do ${put} 2>&1 || true; done; etcdctl alarm list`,
        );
        return said.includes("NOSPACE");
      });
      say("alarm NOSPACE: etcd refuses writes");
      const told = await cluster.onMember(first, "/opt/holdfast/current/bin/etcd-recover-space 2>&1");
      ends();
      say(told.split("\n").at(-1) ?? "");
    } finally {
      await setQuota(cluster, before);
    }
    return async () => {
      const alarms = await cluster.onAnyMember("etcdctl alarm list");
      if (alarms !== "") throw new Error(`alarms that stay: ${alarms}`);
    };
  },
};
