/** Upgrades of Kubernetes and the way back, by a change of the settings. */
import { minor } from "semver";
import { minorOf } from "../../../components/node/kubernetesVersions.plan";
import { readBootPlan } from "../../supervisor/bootPlan";
import type { DrillLimits, LoadedDrill } from "../drill";
import {
  changeVersion,
  clusterVersion,
  emulatedMinor,
  laterPatch,
  nextMinor,
  requireServed,
} from "../upgrade/upgradeCluster";

const limits: DrillLimits = { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 120_000, lost: "none" };

export const upgradePatch: LoadedDrill = {
  name: "upgrade-patch",
  description:
    "upgrade to the next patch release of Kubernetes: members are replaced one after another, and workers by their pool",
  limits,
  load: true,
  members: 1,
  upgrades: (from) => [laterPatch(from)],
  async inject(context) {
    const from = await clusterVersion(context.cluster);
    context.faultBegins();
    await changeVersion(context, { kubernetesVersion: laterPatch(from) });
    context.faultEnds();
  },
};

export const upgradeMinor: LoadedDrill = {
  name: "upgrade-minor",
  description:
    "upgrade to the next minor version of Kubernetes, with emulatedVersion: members are replaced one after another, and no worker " +
    "before the last member",
  limits,
  load: true,
  members: 1,
  upgrades: (from) => [nextMinor(from)],
  async inject(context) {
    const { cluster, faultBegins, faultEnds } = context;
    const from = await clusterVersion(cluster);
    faultBegins();
    await changeVersion(context, { kubernetesVersion: nextMinor(from), emulatedVersion: minorOf(from) });
    faultEnds();
    return () => requireServed(cluster, from);
  },
};

export const rollback: LoadedDrill = {
  name: "rollback",
  description:
    "an upgrade to the next minor version of Kubernetes is taken back: first every worker is replaced, then members one after another",
  limits,
  load: true,
  members: 1,
  upgrades: (from) => [nextMinor(from)],
  async inject(context) {
    const { cluster, faultBegins, faultEnds, log } = context;
    const found = await clusterVersion(cluster);
    const emulated = await emulatedMinor(cluster);
    let back = found;
    if (emulated === String(minor(found))) {
      log("upgrading first");
      await changeVersion(context, { kubernetesVersion: nextMinor(found), emulatedVersion: minorOf(found) });
    } else {
      const { kubernetesVersions } = readBootPlan(cluster.client.paths.plan);
      back = kubernetesVersions.find((version) => String(minor(version)) === emulated) ?? found;
    }
    faultBegins();
    await changeVersion(context, { kubernetesVersion: back, emulatedVersion: undefined });
    faultEnds();
    return () => requireServed(cluster, back);
  },
};
