/** Migration of stacked etcd to etcd machines by two changes of the settings, as docs/etcd.md describes it. */
import { isDeepStrictEqual } from "node:util";
import { applyChange } from "../applyChange";
import type { Check, LoadedDrill } from "../drill";
import { elapsed } from "../durations";
import { checkEtcdConnections } from "../etcdConnections";
import { readVolumes, waitForReplacement } from "../memberReplacement";
import type { RehearsedCluster } from "../rehearsedCluster";
import type { MachineStatus } from "../../supervisor/status";
import { VoterWatch } from "../voterWatch";

/** Time in ms for the replacement of the control plane's machines. */
const timeoutMs = 3_600_000;

const idsOf = (machines: readonly MachineStatus[]): string[] => machines.map(({ id }) => id).sort();

/** Members of etcd: their voters and their data volumes. */
const readMembers = async (cluster: RehearsedCluster) => ({
  voters: await cluster.listVoters(),
  volumes: await readVolumes(cluster),
});

/** Checks that the same members run on etcd machines only, and that the end of the migration replaced no machine. */
function checkMoved(
  cluster: RehearsedCluster,
  before: Awaited<ReturnType<typeof readMembers>>,
  machines: readonly string[],
): Check {
  return async () => {
    if (!isDeepStrictEqual(idsOf(cluster.memberMachines), machines))
      throw new Error("the end of the migration replaced machines");
    if (!isDeepStrictEqual(await readMembers(cluster), before))
      throw new Error("the members or their volumes are not the same");
    for (const machine of cluster.controlPlaneMachines) {
      const state = (await cluster.runOn(machine, "systemctl is-active etcd || true")).trim();
      if (state !== "inactive") throw new Error(`etcd of ${machine.name} is ${state}`);
    }
    await checkEtcdConnections(cluster);
  };
}

export const moveEtcd: LoadedDrill = {
  name: "move-etcd",
  description:
    "stacked etcd moves to etcd machines: `etcd.topology: external` with `migrateFrom: stacked` replaces the machines of the control " +
    "plane one after another, and each member continues on its etcd machine with its volume; afterwards, `migrateFrom` is removed",
  load: true,
  topology: "stacked",
  // Those of the upgrade drills, which replace the same machines: a member transfers leadership before it stops.
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    if (cluster.externalEtcd) throw new Error("needs stacked etcd, whose members can move to etcd machines");
    const { memberNames } = cluster;
    await cluster.refresh();
    const old = idsOf(cluster.memberMachines);
    const workers = idsOf(cluster.workerMachines);
    const before = await readMembers(cluster);
    const watch = new VoterWatch(cluster);
    faultBegins();
    const began = Date.now();
    try {
      await applyChange(cluster, {
        overrides: { etcd: { topology: "external", migrateFrom: "stacked", members: memberNames.length } },
      });
      log(`settings applied after ${elapsed(began)}`);
      const unavailable = await waitForReplacement(cluster, old, timeoutMs);
      log(
        `all members moved after ${elapsed(began)}, at most ${unavailable} of ${memberNames.length} members unavailable`,
      );
    } finally {
      await watch.stop();
    }
    const lost = watch.lossOf(memberNames);
    if (lost !== undefined) throw new Error(`members ${memberNames.join(", ")} move, but only ${lost} had votes`);
    if (!isDeepStrictEqual(idsOf(cluster.workerMachines), workers)) throw new Error("workers were replaced");
    const machines = idsOf(cluster.memberMachines);
    const { resources } = await applyChange(cluster, { overrides: { etcd: { migrateFrom: undefined } } });
    log(`migration ended: ${resources.length} resources changed`);
    faultEnds();
    return checkMoved(cluster, before, machines);
  },
};
