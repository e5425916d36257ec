import { administratorS3 } from "../aws";
import { createBackup, fetchGeneration, requestRestore } from "../backups";
import type { Drill } from "../drill";
import { etcdProcess, type RehearsedCluster, waitUntil } from "../rehearsedCluster";

/** Restore order that every member must refuse. */
interface BadOrder {
  readonly what: string;
  readonly generation: number;
  readonly snapshot: string;
  /** Part of the members' log line. */
  readonly refusal: string;
}

const copy = "/tmp/holdfast-drill.db.gz";

/** Uploads a changed copy of a backup as administrator, because members may write no such object. Default: with its own SHA-256 and the cluster's name as metadata. */
async function uploadCopy(
  cluster: RehearsedCluster,
  backup: string,
  { key, change, sha256 = `$(sha256sum ${copy} | cut -d ' ' -f 1)`, of = "$(node .cluster)" }: UploadOptions,
): Promise<string> {
  await cluster.runOnAnyMember(`set -e; ${administratorS3}
    bucket=$(node .backupsBucket)
    administrator_s3 -o ${copy} "$(s3_url "$bucket" ${backup})"
    whole=$(sha256sum ${copy} | cut -d ' ' -f 1)
    ${change}
    administrator_s3 -T ${copy} -H "x-amz-meta-cluster: ${of}" -H "x-amz-meta-sha256: ${sha256}" "$(s3_url "$bucket" ${key})"
    rm -f ${copy}`);
  return key;
}

interface UploadOptions {
  readonly key: string;
  /** Shell command that changes the copy. */
  readonly change: string;
  readonly sha256?: string;
  readonly of?: string;
}

const flip = `printf '\\xff\\x00' | dd of=${copy} bs=1 seek=$(($(stat -c %s ${copy}) / 2)) conv=notrunc status=none`;
const halve = `truncate -s $(($(stat -c %s ${copy}) / 2)) ${copy}`;

async function createBadOrders(cluster: RehearsedCluster, backup: string, current: number): Promise<BadOrder[]> {
  const [name = ""] = backup.split("/");
  const key = (what: string): string => `${name}/restores/drill-${what}.db.gz`;
  const upload = (options: UploadOptions): Promise<string> => uploadCopy(cluster, backup, options);
  const corrupt = await upload({ key: key("corrupt"), change: flip, sha256: "$whole" });
  const truncated = await upload({ key: key("truncated"), change: halve, sha256: "$whole" });
  const half = await upload({ key: key("half"), change: halve });
  const foreign = await upload({ key: key("foreign"), change: ":", of: "another" });
  const foreignKey = "another/backups/all/20260101T000000Z-g1-r1-a.db.gz";
  const order = (what: string, snapshot: string, refusal: string, generation = current + 1): BadOrder => ({
    what,
    generation,
    snapshot,
    refusal,
  });
  const lower = `the parameter names generation ${current - 1}, this member's data is generation ${current}`;
  return [
    order("an unknown key", key("none"), `there is no ${key("none")}`),
    order("a corrupt backup", corrupt, `${corrupt} is damaged`),
    order("a truncated backup", truncated, `${truncated} is damaged`),
    order("half a snapshot with a correct checksum", half, `${half} cannot be decompressed`),
    order("another cluster's backup, by its key", foreignKey, `is not a backup of cluster ${name}`),
    order("another cluster's backup, by its metadata", foreign, `${foreign} is a backup of cluster 'another'`),
    ...(current === 1 ? [] : [order("a lower generation", backup, lower, current - 1)]),
  ];
}

/** Waits until every member has logged the refusal of an order. */
async function waitForRefusal(cluster: RehearsedCluster, { what, refusal }: BadOrder, since: number): Promise<void> {
  const count = `journalctl -t holdfast -o cat --no-pager --since @${since} | grep -cF ${JSON.stringify(refusal)} || true`;
  await waitUntil(`every member to refuse ${what}`, 60_000, async () => {
    const counts = await Promise.all(cluster.memberNames.map((member) => cluster.runOnMember(member, count)));
    return counts.every((count) => count !== "0");
  });
}

export const badRestores: Drill = {
  name: "bad-restores",
  description:
    "restores of an unknown key, a corrupt and a truncated backup, another cluster's backup, and a lower generation are " +
    "ordered; every member refuses each, and etcd keeps running",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 30_000, lost: "none" },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const { memberNames } = cluster;
    const listProcesses = (): Promise<string[]> =>
      Promise.all(memberNames.map((member) => cluster.runOnMember(member, etcdProcess)));
    const current = await fetchGeneration(cluster, memberNames[0] ?? "a");
    const { key } = await createBackup(cluster);
    const before = await listProcesses();
    const orders = await createBadOrders(cluster, key, current);
    if (current === 1) log("skipping the lower generation: run a drill with a restore first, such as lose-quorum");
    faultBegins();
    for (const bad of orders) {
      const since = Math.floor(Date.now() / 1000);
      await requestRestore(cluster, bad.generation, bad.snapshot);
      await waitForRefusal(cluster, bad, since);
      log(`refused by every member: ${bad.what}`);
    }
    await requestRestore(cluster, current, key);
    faultEnds();
    if ((await listProcesses()).join() !== before.join()) throw new Error("etcd was restarted");
    for (const member of memberNames) {
      if ((await fetchGeneration(cluster, member)) !== current) throw new Error(`member ${member} ran a restore`);
    }
  },
};
