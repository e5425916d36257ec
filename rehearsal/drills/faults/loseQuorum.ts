import { setTimeout as sleep } from "node:timers/promises";
import { createBackup, fetchGeneration, requestRestore, restorePoint, waitForGeneration } from "../backups";
import type { Drill, DrillContext, DrillLimits } from "../drill";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

/** Log line of a member with a blank volume. */
const waiting = "the volume is blank, but the cluster exists: joining it again";
/** Longer than the other members need to serve again and to add a blank member. */
const delaySeconds = 15;
const limits: DrillLimits = { outageMs: 300_000, fullStrengthMs: 240_000, lost: "after the backup" };

/** Nothing recovers by itself: an operator restores the newest backup. */
export const loseQuorum: Drill = {
  name: "lose-quorum",
  description:
    "two of three machines and their volumes are lost, including the leader's; an operator restores the newest backup",
  limits,
  inject: (context) => restoreNewestBackup(context),
};

/** The other members have a quorum again, and could add a blank member, before its own restore is complete. */
export const lateRestore: Drill = {
  name: "late-restore",
  description: `as lose-quorum, and one member with a blank volume takes ${delaySeconds} s longer to restore than the others`,
  limits,
  inject: (context) => restoreNewestBackup(context, (member) => delayRestore(context.cluster, member)),
};

/** Wraps etcdutl until the machine installs its binaries again, which the restore triggers. */
async function delayRestore(cluster: RehearsedCluster, member: string): Promise<void> {
  await cluster.runOnMember(
    member,
    `real=$(command -v etcdutl)
    mv "$real" "$real.real"
    printf '#!/bin/bash\\n[ "$2" != restore ] || sleep ${delaySeconds}\\nexec %s.real "$@"\\n' "$real" >"$real"
    chmod 755 "$real"`,
  );
}

async function restoreNewestBackup(
  { cluster, faultBegins, faultEnds, announceRestore, log }: DrillContext,
  prepare?: (member: string) => Promise<void>,
): Promise<void> {
  const leader = await cluster.leader();
  const [survivor = "", second = ""] = cluster.memberNames.filter((member) => member !== leader);
  const target = (await fetchGeneration(cluster, survivor)) + 1;
  const backup = await createBackup(cluster);
  await sleep(5_000); // for writes after the backup
  const lost = [leader, second].map((member) => cluster.etcdMachine(member).id);
  faultBegins();
  await Promise.all(lost.map((id) => cluster.client.powerOff(id)));
  await Promise.all(lost.map((id) => cluster.client.blankVolumes(id)));
  for (const id of lost) await cluster.client.destroy(id);
  await waitUntil("both members with blank volumes to wait for a quorum", 180_000, async () => {
    await cluster.refresh();
    const counts = await Promise.all(
      [leader, second].map((member) =>
        cluster.runOnMember(member, `journalctl -t holdfast -o cat --no-pager | grep -c '${waiting}' || true`),
      ),
    );
    return counts.every((count) => count !== "0");
  });
  log("the survivor has no quorum; both members with blank volumes wait instead of forming a new cluster");
  announceRestore(restorePoint(backup, target), backup.key);
  faultEnds();
  await prepare?.(second);
  await requestRestore(cluster, target, backup.key);
  await waitForGeneration(cluster, target, 180_000);
}
