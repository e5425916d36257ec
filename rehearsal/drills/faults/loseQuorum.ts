import { setTimeout as sleep } from "node:timers/promises";
import { createBackup, generation, requestRestore, revisionsOfGeneration, waitForGeneration } from "../backups";
import type { Drill, DrillLimits, DrillContext } from "../drill";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

const said = "this volume is blank, but the cluster has been formed: being taken in anew";
/** Longer than the others take to serve again, and to take a blank member in. */
const lateSeconds = 15;
const limits: DrillLimits = { outageMs: 300_000, fullStrengthMs: 240_000, lost: "after the backup" };

/** Quorum and its data are gone: nothing heals by itself, and the newest backup is restored on an operator's word. */
export const loseQuorum: Drill = {
  name: "lose-quorum",
  what: "two of three machines and their volumes are lost, the leader's among them; an operator restores the newest backup",
  limits,
  inject: (scene) => restoreTheNewest(scene),
};

/** The others have a quorum again, and could take a blank member in anew, before its own restore is through. */
export const lateRestore: Drill = {
  name: "late-restore",
  what: `as lose-quorum, and one of those with a blank volume takes ${lateSeconds} s longer over the restore than the others`,
  limits,
  inject: (scene) => restoreTheNewest(scene, (member) => slowDown(scene.cluster, member)),
};

/** Until the machine looks after its binaries again, which it does when it is restored. */
async function slowDown(cluster: RehearsedCluster, member: string): Promise<void> {
  await cluster.runOnMember(
    member,
    `real=$(command -v etcdutl)
    mv "$real" "$real.real"
    printf '#!/bin/bash\\n[ "$2" != restore ] || sleep ${lateSeconds}\\nexec %s.real "$@"\\n' "$real" >"$real"
    chmod 755 "$real"`,
  );
}

async function restoreTheNewest(
  { cluster, begins, ends, restores, log }: DrillContext,
  prepare?: (member: string) => Promise<void>,
): Promise<void> {
  const leader = await cluster.leader();
  const [survivor = "", second = ""] = cluster.memberNames.filter((member) => member !== leader);
  const target = (await generation(cluster, survivor)) + 1;
  const backup = await createBackup(cluster);
  await sleep(5_000); // writes that no backup has
  const lost = [leader, second].map((member) => cluster.etcdMachine(member).id);
  begins();
  await Promise.all(lost.map((id) => cluster.client.powerOff(id)));
  await Promise.all(lost.map((id) => cluster.client.blankVolumes(id)));
  for (const id of lost) await cluster.client.destroy(id);
  await waitUntil("both blank volumes to wait for a quorum", 180_000, async () => {
    await cluster.refresh();
    const waiting = await Promise.all(
      [leader, second].map((member) =>
        cluster.runOnMember(member, `journalctl -t holdfast -o cat --no-pager | grep -c '${said}' || true`),
      ),
    );
    return waiting.every((count) => count !== "0");
  });
  log("the survivor has no quorum, and both blank volumes wait instead of founding a cluster");
  restores({ revision: backup.revision, resumedAt: (target - 1) * revisionsOfGeneration }, backup.key);
  ends();
  await prepare?.(second);
  await requestRestore(cluster, target, backup.key);
  await waitForGeneration(cluster, target, 180_000);
}
