import { parallelDrains } from "../addons/nodeTerminationHandler/pod.plan";
import { poolLabel } from "../workers/pools.plan";
import { minorSteps } from "../node/kubernetesVersions.plan";
import { type LiveSettings, poolVersion } from "./liveSettings.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

/**
 * Worker pools. A group that leaves the stack loses its drain hook first, because the hook depends on it: its machines would
 * end at once and undrained. `max: 0` keeps group and hook, so that every machine is drained.
 */
export function* poolChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const added = Object.keys(wanted.pools).filter((name) => !Object.hasOwn(live.pools, name));
  for (const [name, before] of Object.entries(live.pools)) {
    const path = ["workers", name];
    const after = wanted.pools[name];
    const parked = before.max === 0;
    if (after === undefined) {
      if (parked) yield rollOut(path, "the pool has no machine; its hooks and groups are deleted");
      else yield refuse(path, removal(name, added));
      continue;
    }
    const lost = before.groups.filter((group) => !after.groups.includes(group));
    if (lost.length > 0 && !parked) {
      const message = `the machines of ${lost.join(", ")} would end at once and undrained; add a pool with the new zones or perZone instead, and remove this one after max: 0`;
      yield refuse([...path, "perZone"], message, [before.groups, after.groups]);
    }
    yield* versionChange(name, live, wanted);
    if (after.max < before.max) yield rollOut([...path, "max"], reduction(after.max), [before.max, after.max]);
  }
  for (const name of added)
    yield rollOut(["workers", name], "its machines start and join the cluster; no other pool changes");
}

/** A change of the cluster's version describes the pools that follow it. Kubelets may be older than API servers: no way back is refused. */
function* versionChange(name: string, live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const [from, to] = [poolVersion(live, name) ?? "", poolVersion(wanted, name) ?? ""];
  const follows = live.kubernetesVersion !== wanted.kubernetesVersion && to === wanted.kubernetesVersion;
  if (from === to || follows) return;
  // Machines of a minor version that the live API servers do not have yet wait for them.
  const wait = minorSteps(live.kubernetesVersion, to) > 0 ? ", when every member runs the new version" : "";
  yield rollOut(
    ["workers", name, "kubernetesVersion"],
    `the pool's machines are replaced as its maxUnavailable and maxSurge allow${wait}; no member is`,
    [from, to],
  );
}

function removal(name: string, added: readonly string[]): string {
  const renamed = added.length > 0 ? `add ${added.join(", ")} beside it first, then ` : "";
  return `its machines would end at once and undrained; ${renamed}write min: 0 and max: 0 for ${name}, run pulumi up, and remove the pool when kubectl get nodes -l ${poolLabel}=${name} lists no node`;
}

function reduction(max: number): string {
  const drains = `machines above the new max are drained within their disruption budgets, ${parallelDrains} at a time, and then end`;
  return max === 0
    ? `all ${drains}; a machine that waits for its drain longer than addons.nodeTerminationHandler.drainTimeoutSeconds ends undrained: lower max by ${parallelDrains} at a time in a large pool`
    : drains;
}
