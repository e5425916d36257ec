import type { Drill } from "../drill";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const settings = "/etc/etcd/etcd.env";
const variable = "ETCD_QUOTA_BACKEND_BYTES";

/** Gives every member another quota, one after another. */
async function setQuota(cluster: RehearsedCluster, bytes: string): Promise<void> {
  for (const member of cluster.memberNames) {
    await cluster.runOnMember(
      member,
      `sed -i 's/^${variable}=.*/${variable}=${bytes}/' ${settings}; systemctl restart etcd`,
    );
    await waitUntil(`member ${member} with its quota`, 60_000, async () => {
      await cluster.runOnMember(member, "ETCDCTL_ENDPOINTS=$own_endpoint etcdctl endpoint health >/dev/null 2>&1");
      return true;
    });
  }
}

/** Etcd's quota is used up (alarm NOSPACE): all writes are refused until the documented way out is taken. */
export const quotaUsedUp: Drill = {
  name: "quota-used-up",
  what: "etcd's quota is used up (NOSPACE): writes are refused until etcd-recover-space runs on one member",
  limits: { outageMs: 60_000, fullStrengthMs: 60_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const [first = "a"] = cluster.memberNames;
    const before = await cluster.runOnMember(first, `sed -n 's/^${variable}=//p' ${settings}`);
    const size = Number(await cluster.runOnMember(first, 'status_of "$own_endpoint" | jq .dbSize'));
    // 32 MiB above what is there: the real quota takes gigabytes to fill.
    await setQuota(cluster, String(size + (32 << 20)));
    try {
      begins();
      const put = "head -c 1000000 /dev/zero | tr '\\0' x | etcdctl put /drill/large";
      await waitUntil("the alarm", 60_000, async () => {
        const said = await cluster.runOnMember(
          first,
          `for _ in {1..10}; do ${put} 2>&1 || true; done; etcdctl alarm list`,
        );
        return said.includes("NOSPACE");
      });
      log("alarm NOSPACE: etcd refuses writes");
      const told = await cluster.runOnMember(first, "/opt/holdfast/current/bin/etcd-recover-space 2>&1");
      ends();
      log(told.split("\n").at(-1) ?? "");
    } finally {
      await setQuota(cluster, before);
    }
    return async () => {
      const alarms = await cluster.runOnAnyMember("etcdctl alarm list");
      if (alarms !== "") throw new Error(`alarms that stay: ${alarms}`);
    };
  },
};
