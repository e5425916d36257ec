/** etcd backups and restores of a rehearsed cluster. */
import { renderRestoreOrder, restoreParameter } from "../../components/etcd/restoreOrder.plan";
import { callJsonApi } from "./aws";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";
import type { RestorePoint } from "./writes";

/** Range of etcd revisions per generation (components/node/files/lib/etcd-member.sh). */
const revisionsOfGeneration = 1_000_000_000_000;

export interface Backup {
  /** Key in the backups bucket. */
  readonly key: string;
  readonly member: string;
  readonly revision: number;
}

/** Newest backup, as etcd stores it. */
export async function fetchNewestBackup(cluster: RehearsedCluster): Promise<Backup> {
  return JSON.parse(await cluster.runOnAnyMember('etcdctl get "$newest_backup_key" --print-value-only')) as Backup;
}

/** Starts the backup unit on all members and waits for the leader's backup. */
export async function createBackup(cluster: RehearsedCluster): Promise<Backup> {
  const { key } = await fetchNewestBackup(cluster);
  for (const member of cluster.memberNames)
    await cluster.runOnMember(member, "systemctl start holdfast-etcd-backup.service");
  const backup = await fetchNewestBackup(cluster);
  if (backup.key === key) throw new Error("no backup was created");
  return backup;
}

/** Generation of the data on a member's volume. */
export async function fetchGeneration(cluster: RehearsedCluster, member: string): Promise<number> {
  return Number(await cluster.runOnMember(member, "generation"));
}

/** Restore point of a backup that becomes generation `target`. */
export const restorePoint = ({ revision }: Backup, target: number): RestorePoint => ({
  revision,
  resumedAt: (target - 1) * revisionsOfGeneration,
});

/** Writes the restore parameter, as `pulumi up` does after a change of `etcd.restore`. */
export async function requestRestore(cluster: RehearsedCluster, generation: number, snapshot: string): Promise<void> {
  const Name = `${await cluster.readParameterPrefix()}${restoreParameter}`;
  const Value = renderRestoreOrder({ generation, snapshot });
  await callJsonApi(cluster, "ssm", "AmazonSSM.PutParameter", { Name, Type: "String", Overwrite: true, Value });
}

/** Waits until all members serve data of a generation. */
export function waitForGeneration(cluster: RehearsedCluster, generation: number, timeoutMs: number): Promise<void> {
  return waitUntil(`generation ${generation} on every member`, timeoutMs, async () => {
    await cluster.refresh();
    const ready = "curl -sf -o /dev/null http://127.0.0.1:2381/readyz";
    const found = await Promise.all(
      cluster.memberNames.map((member) => cluster.runOnMember(member, `${ready} && generation || echo none`)),
    );
    return found.every((each) => each === String(generation));
  });
}
