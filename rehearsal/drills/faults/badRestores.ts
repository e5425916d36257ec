import { createBackup, generation, requestRestore } from "../backups";
import type { Drill } from "../drill";
import { etcdProcess, type RehearsedCluster, waitUntil } from "../rehearsedCluster";

/** An order that every member has to refuse. */
interface BadOrder {
  readonly what: string;
  readonly generation: number;
  readonly snapshot: string;
  /** Part of what members log. */
  readonly refusal: string;
}

const copy = "/tmp/holdfast-drill.db.gz";

/** Puts a copy of a backup, changed by a script, into the bucket; says that it has the given SHA-256 and is of that cluster. */
async function put(
  cluster: RehearsedCluster,
  backup: string,
  { key, change, sha256 = `$(sha256sum ${copy} | cut -d ' ' -f 1)`, of = "$(node .cluster)" }: PutOptions,
): Promise<string> {
  await cluster.runOnAnyMember(`set -e; aws_login; bucket=$(node .backupsBucket)
    aws_request s3 "$(s3_url "$bucket" ${backup})" -o ${copy}
    whole=$(sha256sum ${copy} | cut -d ' ' -f 1)
    ${change}
    aws_request s3 "$(s3_url "$bucket" ${key})" -T ${copy} -H "x-amz-meta-cluster: ${of}" -H "x-amz-meta-sha256: ${sha256}"
    rm -f ${copy}`);
  return key;
}

interface PutOptions {
  readonly key: string;
  readonly change: string;
  readonly sha256?: string;
  readonly of?: string;
}

const flip = `printf '\\xff\\x00' | dd of=${copy} bs=1 seek=$(($(stat -c %s ${copy}) / 2)) conv=notrunc status=none`;
const halve = `truncate -s $(($(stat -c %s ${copy}) / 2)) ${copy}`;

async function badOrders(cluster: RehearsedCluster, backup: string, own: number): Promise<BadOrder[]> {
  const [name = ""] = backup.split("/");
  const key = (what: string): string => `${name}/restores/drill-${what}.db.gz`;
  const next = own + 1;
  const corrupt = await put(cluster, backup, { key: key("corrupt"), change: flip, sha256: "$whole" });
  const truncated = await put(cluster, backup, { key: key("truncated"), change: halve, sha256: "$whole" });
  const cut = await put(cluster, backup, { key: key("half"), change: halve });
  const foreign = await put(cluster, backup, { key: key("foreign"), change: ":", of: "another" });
  return [
    { what: "an unknown key", generation: next, snapshot: key("none"), refusal: `there is no ${key("none")}` },
    { what: "a corrupt backup", generation: next, snapshot: corrupt, refusal: `${corrupt} is damaged` },
    { what: "a truncated backup", generation: next, snapshot: truncated, refusal: `${truncated} is damaged` },
    {
      what: "half a snapshot, uploaded whole",
      generation: next,
      snapshot: cut,
      refusal: `${cut} cannot be decompressed`,
    },
    {
      what: "another cluster's backup, by its key",
      generation: next,
      snapshot: "another/backups/all/20260101T000000Z-g1-r1-a.db.gz",
      refusal: `is no backup of cluster ${name}`,
    },
    {
      what: "another cluster's backup, by what it says",
      generation: next,
      snapshot: foreign,
      refusal: `${foreign} is a backup of cluster 'another'`,
    },
    ...(own === 1 ? [] : [backwards(own, backup)]),
  ];
}

function backwards(own: number, snapshot: string): BadOrder {
  const refusal = `the setting asks for generation ${own - 1}, and this member's data is of generation ${own}`;
  return { what: "a generation that goes backwards", generation: own - 1, snapshot, refusal };
}

/** Waits until every member has refused an order. */
async function refusedByAll(cluster: RehearsedCluster, { what, refusal }: BadOrder, since: number): Promise<void> {
  const said = `journalctl -t holdfast -o cat --no-pager --since @${since} | grep -cF ${JSON.stringify(refusal)} || true`;
  await waitUntil(`a refusal of ${what} by every member`, 60_000, async () => {
    const counts = await Promise.all(cluster.memberNames.map((member) => cluster.runOnMember(member, said)));
    return counts.every((count) => count !== "0");
  });
}

/** Restores that must not happen are ordered one after another: each is refused by every member, and etcd runs on. */
export const badRestores: Drill = {
  name: "bad-restores",
  what:
    "restores are ordered that must not happen: an unknown key, a corrupt and a truncated backup, another cluster's, a " +
    "generation that goes backwards",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 30_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const { memberNames } = cluster;
    const processes = (): Promise<string[]> =>
      Promise.all(memberNames.map((member) => cluster.runOnMember(member, etcdProcess)));
    const own = await generation(cluster, memberNames[0] ?? "a");
    const { key } = await createBackup(cluster);
    const before = await processes();
    const orders = await badOrders(cluster, key, own);
    if (own === 1)
      log("nothing was ever restored here, so no order can go backwards: run a drill that restores before");
    begins();
    for (const bad of orders) {
      const since = Math.floor(Date.now() / 1000);
      await requestRestore(cluster, bad.generation, bad.snapshot);
      await refusedByAll(cluster, bad, since);
      log(`refused by every member: ${bad.what}`);
    }
    await requestRestore(cluster, own, key);
    ends();
    if ((await processes()).join() !== before.join()) throw new Error("etcd did not run on");
    for (const member of memberNames) {
      if ((await generation(cluster, member)) !== own) throw new Error(`member ${member} has restored something`);
    }
  },
};
