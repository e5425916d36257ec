/** Upgrade by two minor versions of Kubernetes, in which the worker pools skip the one in between. */
import { rehearsedKubernetesVersions } from "../../assets";
import { stackSpec } from "../../boot";
import type { LoadedDrill } from "../drill";
import { growPool, listPoolInstances } from "../pool";
import { changeVersion, clusterVersion, kubeletVersions, nextMinor, requireServed } from "../upgrade/upgradeCluster";

const [oldest = ""] = rehearsedKubernetesVersions;

/** @throws unless exactly the former workers were replaced, each once */
export function requireOneReplacement(former: readonly string[], started: readonly string[], now: readonly string[]) {
  const kept = former.filter((id) => now.includes(id));
  if (kept.length > 0) throw new Error(`workers were not replaced: ${kept.join(", ")}`);
  if (started.length === former.length && now.length === former.length) return;
  throw new Error(`${started.length} workers were started to replace ${former.length}, and ${now.length} remain`);
}

export const upgradeTwoMinors: LoadedDrill = {
  name: "upgrade-two-minors",
  description:
    "upgrade by two minor versions of Kubernetes: first the members alone, while the worker pools keep their version, and a new " +
    "worker joins with it; then members and workers, so that each worker is replaced once",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" },
  load: true,
  members: 1,
  from: oldest,
  upgrades: (from) => [nextMinor(from), nextMinor(nextMinor(from))],
  async inject(context) {
    const { cluster, faultBegins, faultEnds, log } = context;
    const from = await clusterVersion(cluster);
    const between = nextMinor(from);
    const to = nextMinor(between);
    const pools = Object.keys((await stackSpec(cluster.status.stack)).workers);
    const poolsAt = (kubernetesVersion: string | undefined) => ({
      workers: Object.fromEntries(pools.map((pool) => [pool, { kubernetesVersion }])),
    });
    faultBegins();
    const early = await changeVersion(context, { kubernetesVersion: between, ...poolsAt(from) }, from);
    if (early.length > 0) throw new Error(`workers were started before the second step: ${early.join(", ")}`);
    await requireServed(cluster, between);

    const former = await growPool(cluster, listPoolInstances(cluster).length + 1);
    const versions = await kubeletVersions(cluster);
    if (versions.length !== 2) throw new Error(`nodes run ${versions.join(", ")}`);
    log(`a worker of ${from} joined the control plane of ${between}`);

    const started = await changeVersion(context, { kubernetesVersion: to, ...poolsAt(undefined) });
    faultEnds();
    return async () => {
      requireOneReplacement(former, started, listPoolInstances(cluster));
      await requireServed(cluster, to);
    };
  },
};
