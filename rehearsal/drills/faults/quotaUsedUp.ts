import type { Drill } from "../drill";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const settings = "/etc/etcd/etcd.env";
const variable = "ETCD_QUOTA_BACKEND_BYTES";

/** Changes the quota of all members, one after another. */
async function setQuota(cluster: RehearsedCluster, bytes: string): Promise<void> {
  for (const member of cluster.memberNames) {
    await cluster.runOnMember(
      member,
      `sed -i 's/^${variable}=.*/${variable}=${bytes}/' ${settings}; systemctl restart etcd`,
    );
    await waitUntil(`member ${member} with its new quota`, 60_000, async () => {
      await cluster.runOnMember(member, "ETCDCTL_ENDPOINTS=$own_endpoint etcdctl endpoint health >/dev/null 2>&1");
      return true;
    });
  }
}

/** etcd refuses all writes (alarm NOSPACE) until an operator follows the runbook. */
export const quotaUsedUp: Drill = {
  name: "quota-used-up",
  description: "etcd exceeds its quota (NOSPACE) and refuses writes until etcd-recover-space runs on one member",
  limits: { outageMs: 60_000, fullStrengthMs: 60_000, lost: "none" },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const [first = "a"] = cluster.memberNames;
    const before = await cluster.runOnMember(first, `sed -n 's/^${variable}=//p' ${settings}`);
    const size = Number(await cluster.runOnMember(first, 'status_of "$own_endpoint" | jq .dbSize'));
    // 32 MiB of room: filling the real quota would take gigabytes.
    await setQuota(cluster, String(size + (32 << 20)));
    try {
      faultBegins();
      const put = "head -c 1000000 /dev/zero | tr '\\0' x | etcdctl put /drill/large";
      await waitUntil("the alarm", 60_000, async () => {
        const output = await cluster.runOnMember(
          first,
          `for _ in {1..10}; do ${put} 2>&1 || true; done; etcdctl alarm list`,
        );
        return output.includes("NOSPACE");
      });
      log("alarm NOSPACE: etcd refuses writes");
      const output = await cluster.runOnMember(first, "/opt/holdfast/current/bin/etcd-recover-space 2>&1");
      faultEnds();
      log(output.split("\n").at(-1) ?? "");
    } finally {
      await setQuota(cluster, before);
    }
    return async () => {
      const alarms = await cluster.runOnAnyMember("etcdctl alarm list");
      if (alarms !== "") throw new Error(`remaining alarms: ${alarms}`);
    };
  },
};
