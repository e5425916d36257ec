/** Backups and restores as an operator deals with them. */
import { callJsonApi } from "./aws";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";

/** Revisions of one generation of etcd's data: each has a range of its own (components/node/files/lib/etcd.sh). */
export const revisionsOfGeneration = 1_000_000_000_000;

export interface Backup {
  /** In the backups bucket. */
  readonly key: string;
  readonly member: string;
  readonly revision: number;
}

/** What etcd says of the newest backup. */
export async function fetchNewestBackup(cluster: RehearsedCluster): Promise<Backup> {
  return JSON.parse(await cluster.runOnAnyMember('etcdctl get "$NEWEST" --print-value-only')) as Backup;
}

/** Has the leader make a backup, as its timer does, and waits for it. */
export async function createBackup(cluster: RehearsedCluster): Promise<Backup> {
  const { key } = await fetchNewestBackup(cluster);
  for (const member of cluster.memberNames)
    await cluster.runOnMember(member, "systemctl start holdfast-etcd-backup.service");
  const backup = await fetchNewestBackup(cluster);
  if (backup.key === key) throw new Error("no backup was made");
  return backup;
}

/** Generation of the data on a member's volume. */
export async function generation(cluster: RehearsedCluster, member: string): Promise<number> {
  return Number(await cluster.runOnMember(member, "generation"));
}

/** Writes the restore setting, as `pulumi up` does when it changes in the stack's file. */
export async function requestRestore(cluster: RehearsedCluster, to: number, snapshot: string): Promise<void> {
  const [first = "a"] = cluster.memberNames;
  const prefix = await cluster.runOnMember(first, "node .parameterPrefix");
  const Value = JSON.stringify({ generation: to, snapshot });
  const parameter = { Name: `${prefix}/etcd/restore`, Type: "String", Overwrite: true, Value };
  await callJsonApi(cluster, "ssm", "AmazonSSM.PutParameter", parameter);
}

/** Waits until all members' data is of a generation, and serves. */
export function waitForGeneration(cluster: RehearsedCluster, wanted: number, timeoutMs: number): Promise<void> {
  return waitUntil(`generation ${wanted} on every member`, timeoutMs, async () => {
    await cluster.refresh();
    const ready = "curl -sf -o /dev/null http://127.0.0.1:2381/readyz";
    const found = await Promise.all(
      cluster.memberNames.map((member) => cluster.runOnMember(member, `${ready} && generation || echo none`)),
    );
    return found.every((each) => each === String(wanted));
  });
}
