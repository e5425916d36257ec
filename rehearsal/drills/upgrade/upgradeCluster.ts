/** Change of the Kubernetes version of a rehearsed cluster. */
import { minor, patch } from "semver";
import { rehearsedKubernetesVersions } from "../../assets";
import { applyChange } from "../applyChange";
import type { DrillContext } from "../drill";
import { elapsed } from "../durations";
import { isReady, type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import type { FirstReplaced } from "./upgradeTimes";
import { UpgradeWatch } from "./upgradeWatch";

/** Next patch release that a rehearsal can run. @throws RangeError without one */
export function laterPatch(from: string): string {
  return rehearsed(
    `patch release after ${from}`,
    (version) => minor(version) === minor(from) && patch(version) > patch(from),
  );
}

/** Next minor version that a rehearsal can run. @throws RangeError without one */
export function nextMinor(from: string): string {
  return rehearsed(`minor version after ${from}`, (version) => minor(version) === minor(from) + 1);
}

function rehearsed(what: string, matches: (version: string) => boolean): string {
  const found = rehearsedKubernetesVersions.find(matches);
  if (found === undefined) throw new RangeError(`a rehearsal can run no ${what}`);
  return found;
}

/** Versions of the cluster's kubelets, without `v` and without duplicates. */
export async function kubeletVersions(cluster: RehearsedCluster): Promise<readonly string[]> {
  const nodes = await cluster.list("nodes");
  return [...new Set(nodes.map(({ status }) => (status.nodeInfo?.kubeletVersion ?? "").replace(/^v/, "")))];
}

/** Version of the cluster's kubelets. @throws if they differ */
export async function clusterVersion(cluster: RehearsedCluster): Promise<string> {
  const [version = "", ...others] = await kubeletVersions(cluster);
  if (others.length > 0) throw new Error(`nodes run ${[version, ...others].join(", ")}`);
  return version;
}

/** Minor version that the API servers emulate, such as `36`; their own minor without emulation. */
export async function emulatedMinor(cluster: RehearsedCluster): Promise<string> {
  const version = await cluster.get<Record<string, string>>("/version");
  return version.emulationMinor ?? version.minor ?? "";
}

/** @throws if API servers do not serve the minor version of `version`, as their own or as an emulated one */
export async function requireServed(cluster: RehearsedCluster, version: string): Promise<void> {
  const served = await emulatedMinor(cluster);
  if (served !== String(minor(version))) throw new Error(`API servers serve 1.${served} instead of ${version}`);
}

const timeoutMs = 3_600_000;

/**
 * Changes the settings and waits until every machine runs its version.
 * @param workers version of the workers. Default: that of the cluster.
 * @returns ids of the workers that started meanwhile.
 * @throws for programs whose versions Kubernetes' policy does not allow together, and after an hour.
 */
export async function changeVersion(
  { cluster, log }: Pick<DrillContext, "cluster" | "log">,
  overrides: Readonly<Record<string, unknown>> & { readonly kubernetesVersion: string },
  workers = overrides.kubernetesVersion,
): Promise<readonly string[]> {
  const began = Date.now();
  const first = firstReplaced(await kubeletVersions(cluster), overrides.kubernetesVersion);
  const watch = await UpgradeWatch.start(cluster);
  try {
    await applyChange(cluster, { overrides });
    log(`settings applied after ${elapsed(began)}: Kubernetes ${overrides.kubernetesVersion}`);
    await waitForVersions(cluster, { members: overrides.kubernetesVersion, workers });
  } finally {
    await watch.stop();
  }
  for (const line of watch.times(first)) log(line);
  if (watch.violations.size > 0) throw new Error(`version skew: ${[...watch.violations].join("; ")}`);
  return watch.started("worker");
}

/** A newer minor version comes to members first; an older one to workers. */
function firstReplaced(from: readonly string[], to: string): FirstReplaced {
  if (from.some((version) => minor(version) < minor(to))) return "members";
  return from.some((version) => minor(version) > minor(to)) ? "workers" : undefined;
}

async function waitForVersions(
  cluster: RehearsedCluster,
  { members, workers }: { readonly members: string; readonly workers: string },
): Promise<void> {
  await waitUntil(`members to run ${members}, and workers ${workers}`, timeoutMs, async () => {
    const { ready } = await cluster.refresh();
    const isWorker = new Set(cluster.workerMachines.map(({ id }) => id));
    const nodes = await cluster.list("nodes");
    return (
      ready &&
      nodes.every((node) => {
        const version = isWorker.has(node.metadata.name) ? workers : members;
        return isReady(node) && node.status.nodeInfo?.kubeletVersion === `v${version}`;
      })
    );
  });
}
