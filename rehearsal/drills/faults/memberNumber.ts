/** Another number of members: one update, as `pulumi up` makes it. */
import { applyChange } from "../applyChange";
import { waitForFullStrength } from "../fullStrength";
import { elapsed } from "../durations";
import type { Check, Drill, DrillContext } from "../drill";
import type { RehearsedCluster } from "../rehearsedCluster";
import { VoterWatch } from "../voterWatch";

const limits = { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 600_000, lost: "none" } as const;

/** Settings with this number of members of etcd. */
function withMembers({ externalEtcd }: RehearsedCluster, count: number): Record<string, unknown> {
  return externalEtcd ? { etcd: { members: count } } : { controlPlane: { members: count } };
}

/** Changes the number outside of the fault. */
async function prepareMembers(cluster: RehearsedCluster, count: number): Promise<void> {
  await applyChange(cluster, { overrides: withMembers(cluster, count) });
  await waitForFullStrength(cluster, limits.fullStrengthMs);
}

/** Changes the number, and watches that no member that stays loses its vote. */
async function changeMembers({ cluster, faultBegins, faultEnds, log }: DrillContext, count: number): Promise<void> {
  const before = Object.keys(await cluster.listVoters());
  const kept = before.slice(0, count);
  const watch = new VoterWatch(cluster);
  faultBegins();
  const started = Date.now();
  try {
    const { resources } = await applyChange(cluster, { overrides: withMembers(cluster, count) });
    log(`${resources.length} resources changed after ${elapsed(started)}`);
  } finally {
    await watch.stop();
  }
  faultEnds();
  log(`voters: ${[...watch.seen].join(", ")}`);
  const lost = watch.lossOf(kept);
  if (lost !== undefined) throw new Error(`members ${kept.join(", ")} stay, but only ${lost} had votes`);
}

/** Checks the voters, and that no machine of `same` was replaced. */
function checkMembers(cluster: RehearsedCluster, letters: readonly string[], same: readonly string[]): Check {
  return async () => {
    const voters = Object.keys(await cluster.listVoters()).join("");
    if (voters !== letters.join("")) throw new Error(`${voters} vote instead of ${letters.join("")}`);
    const { machines } = await cluster.refresh();
    const gone = same.filter((id) => !machines.some((machine) => machine.id === id));
    if (gone.length > 0) throw new Error(`machines were replaced: ${gone.join(", ")}`);
  };
}

/** Machines that a change of the number leaves alone: API servers list the members of external etcd, and so are replaced. */
const unchanged = (cluster: RehearsedCluster, letters: readonly string[]): string[] =>
  cluster.status.machines
    .filter(({ role }) => role !== "control-plane" || !cluster.externalEtcd)
    .filter(({ role, group }) => role === "worker" || letters.some((letter) => group.endsWith(`-${letter}`)))
    .map(({ id }) => id);

export const shrinkMembers: Drill = {
  name: "shrink-members",
  description:
    "three members become one: two machines drain and leave etcd one after the other, while the remaining one serves; no other " +
    "machine is replaced with stacked etcd",
  limits,
  async inject(context) {
    const { cluster } = context;
    const { memberNames } = cluster;
    const [first = "a"] = memberNames;
    const same = unchanged(cluster, [first]);
    context.addCleanup(() => prepareMembers(cluster, memberNames.length));
    await changeMembers(context, 1);
    return checkMembers(cluster, [first], same);
  },
};

export const growMembers: Drill = {
  name: "grow-members",
  description:
    "a cluster with one member gets three: the new members join etcd as learners, on the volumes of former members, whose data " +
    "they keep aside; no other machine is replaced with stacked etcd",
  limits,
  async inject(context) {
    const { cluster } = context;
    const letters = cluster.memberNames;
    await prepareMembers(cluster, 1);
    const same = unchanged(cluster, cluster.memberNames);
    await changeMembers(context, letters.length);
    return checkMembers(cluster, letters, same);
  },
};
