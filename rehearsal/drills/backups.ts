/** Backups and restores as an operator deals with them. */
import { callJson } from "./aws";
import { type Rehearsed, until } from "./rehearsedCluster";

/** Revisions of one generation of etcd's data: each has a range of its own (components/node/files/lib/etcd.sh). */
export const revisionsOfGeneration = 1_000_000_000_000;

export interface Backup {
  /** In the backups bucket. */
  readonly key: string;
  readonly member: string;
  readonly revision: number;
}

/** What etcd says of the newest backup. */
export async function newestBackup(cluster: Rehearsed): Promise<Backup> {
  return JSON.parse(await cluster.onAnyMember('etcdctl get "$NEWEST" --print-value-only')) as Backup;
}

/** Has the leader make a backup, as its timer does, and waits for it. */
export async function backUp(cluster: Rehearsed): Promise<Backup> {
  const { key } = await newestBackup(cluster);
  for (const letter of cluster.letters) await cluster.onMember(letter, "systemctl start holdfast-etcd-backup.service");
  const backup = await newestBackup(cluster);
  if (backup.key === key) throw new Error("no backup was made");
  return backup;
}

/** Generation of the data on a member's volume. */
export async function generation(cluster: Rehearsed, letter: string): Promise<number> {
  return Number(await cluster.onMember(letter, "generation"));
}

/** Writes the restore setting, as `pulumi up` does when it changes in the stack's file. */
export async function orderRestore(cluster: Rehearsed, to: number, snapshot: string): Promise<void> {
  const [first = "a"] = cluster.letters;
  const prefix = await cluster.onMember(first, "node .parameterPrefix");
  const Value = JSON.stringify({ generation: to, snapshot });
  const parameter = { Name: `${prefix}/etcd/restore`, Type: "String", Overwrite: true, Value };
  await callJson(cluster, "ssm", "AmazonSSM.PutParameter", parameter);
}

/** Waits until all members' data is of a generation, and serves. */
export function untilGeneration(cluster: Rehearsed, wanted: number, timeoutMs: number): Promise<void> {
  return until(`generation ${wanted} on every member`, timeoutMs, async () => {
    await cluster.refresh();
    const ready = "curl -sf -o /dev/null http://127.0.0.1:2381/readyz";
    const found = await Promise.all(
      cluster.letters.map((letter) => cluster.onMember(letter, `${ready} && generation || echo none`)),
    );
    return found.every((each) => each === String(wanted));
  });
}
