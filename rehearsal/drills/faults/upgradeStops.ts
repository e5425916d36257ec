/** Upgrade to a version whose machines never become members. */
import { hostArchitecture } from "../../assets/architecture";
import { setTimeout as sleep } from "node:timers/promises";
import { minorOf } from "../../../components/node/kubernetesVersions.plan";
import { applyChange } from "../applyChange";
import type { DrillContext, LoadedDrill } from "../drill";
import { elapsed } from "../durations";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import { changeVersion, clusterVersion, nextMinor } from "../upgrade/upgradeCluster";

/** Time in ms in which the rollout must not continue. */
const stoppedMs = 60_000;

/** Machines of members that run the version, or none yet. */
function newMembers(cluster: RehearsedCluster, old: readonly string[]): readonly string[] {
  return cluster.memberMachines.filter(({ id }) => !old.includes(id)).map(({ name }) => name);
}

async function waitForFailure({ cluster, log }: DrillContext, old: readonly string[]): Promise<void> {
  const began = Date.now();
  await waitUntil("a member that fails", 900_000, async () => {
    const { machines } = await cluster.refresh();
    return machines.some(({ id, steps }) => !old.includes(id) && steps.some(({ state }) => state === "failed"));
  });
  log(`the first new member failed ${elapsed(began)} after the change`);
  await sleep(stoppedMs);
  await cluster.refresh();
  const replaced = newMembers(cluster, old);
  if (replaced.length !== 1) throw new Error(`the rollout continued: ${replaced.join(", ")}`);
  const left = old.filter((id) => cluster.memberMachines.every((machine) => machine.id !== id));
  if (left.length !== 1) throw new Error(`${left.length} members lost their machines`);
}

export const upgradeStops: LoadedDrill = {
  name: "upgrade-stops",
  description:
    "upgrade to a minor version whose kubelet does not have the expected checksum: the first new member fails, the rollout stops " +
    "there, and no worker changes; the former settings repair the member",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 300_000, lost: "none" },
  load: true,
  upgrades: (from) => [nextMinor(from)],
  async inject(context) {
    const { cluster, faultBegins, faultEnds, log } = context;
    const from = await clusterVersion(cluster);
    const to = nextMinor(from);
    const old = cluster.memberMachines.map(({ id }) => id);
    const kubelet = `kubernetes/v${to}/bin/linux/${hostArchitecture}/kubelet`;
    const nodes = (sum: string | undefined) => ({ nodes: { assets: { sha256: { [kubelet]: sum } } } });
    faultBegins();
    await applyChange(cluster, {
      overrides: { kubernetesVersion: to, emulatedVersion: minorOf(from), ...nodes("0".repeat(64)) },
    });
    await waitForFailure(context, old);
    await clusterVersion(cluster);
    log(`the rollout stopped with one member; going back to ${from}`);
    await changeVersion(context, { kubernetesVersion: from, emulatedVersion: undefined, ...nodes(undefined) });
    faultEnds();
  },
};
