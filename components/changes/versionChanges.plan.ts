import { SemVer } from "semver";

import { minorOf, minorSteps, newestOfMinor } from "../node/kubernetesVersions.plan";
import type { SettingPath } from "../settings/problems";
import { type LiveSettings, poolVersion } from "./liveSettings.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

const path = ["kubernetesVersion"];

/** Changes of Kubernetes and etcd. */
export function* versionChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const values = [live.kubernetesVersion, wanted.kubernetesVersion] as const;
  const refusal = versionRefusal(live, wanted.kubernetesVersion);
  if (refusal !== undefined) {
    yield refuse(path, refusal, values);
  } else if (values[0] !== values[1]) {
    yield rollOut(path, describeRollout(live, wanted), values);
  }
  yield* emulationChanges(live, wanted);
  yield* etcdChanges(live, wanted);
}

function describeRollout(live: LiveSettings, wanted: LiveSettings): string {
  const steps = minorSteps(live.kubernetesVersion, wanted.kubernetesVersion);
  const kept = Object.keys(wanted.pools).filter((name) => Object.hasOwn(live.pools, name));
  const staying = kept.filter((name) => poolVersion(live, name) === poolVersion(wanted, name));
  const kind = kindOfRollout(steps);
  const back = steps > 0 ? wayBack(live, wanted) : "";
  if (staying.length === kept.length) {
    return `${kind}: members are replaced one at a time, each only while all others are healthy; all worker pools stay at their version${back}`;
  }
  const stay = staying.length === 0 ? "" : `; worker pools that stay at their version: ${staying.join(", ")}`;
  if (steps === 0) return `${kind}: ${membersFirst}${stay}`;
  if (steps < 0) {
    return `${kind}: workers are replaced first, as their pools allow, then members one at a time, each only while all others are healthy${stay}`;
  }
  const early = wanted.maintenanceWindows.length > 0 ? newMachinesWait : "";
  return `${kind}: ${membersFirst}, but no worker before the last member${stay}${early}${back}`;
}

/** @param steps number of minor versions, negative for the way back */
function kindOfRollout(steps: number): string {
  if (steps === 0) return "patch release";
  return steps < 0 ? "back to the previous minor version" : "upgrade to the next minor version";
}

function wayBack(live: LiveSettings, wanted: LiveSettings): string {
  const former = minorOf(live.kubernetesVersion);
  return wanted.emulatedVersion === undefined
    ? `; to be able to go back to ${former}, also write emulatedVersion: "${former}" (docs/upgrades.md)`
    : `; until you remove emulatedVersion, you can go back to ${former}`;
}

/** An emulated version keeps the way back only if the cluster has never run without it. */
function* emulationChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const values = [live.emulatedVersion, wanted.emulatedVersion] as const;
  const emulated: SettingPath = ["emulatedVersion"];
  if (values[0] === values[1] || minorOf(live.kubernetesVersion) !== minorOf(wanted.kubernetesVersion)) return;
  if (wanted.emulatedVersion === undefined) {
    const minor = minorOf(wanted.kubernetesVersion);
    const message = `members are replaced one at a time, and use the APIs and features of ${minor}; afterwards, the cluster cannot go back to ${String(live.emulatedVersion)}`;
    yield rollOut(emulated, message, values);
  } else {
    const message = `the cluster has run without it, and may have stored objects that ${wanted.emulatedVersion} does not read; remove it, and write it together with the next minor version`;
    yield refuse(emulated, message, values);
  }
}

/** Deployed versions of a cluster. */
interface DeployedVersion extends Pick<LiveSettings, "kubernetesVersion" | "emulatedVersion"> {
  readonly pools: Readonly<Record<string, Pick<LiveSettings["pools"][string], "kubernetesVersion">>>;
}

/**
 * Reason, with the alternative, why a cluster cannot change to another version; undefined if it can. Kubernetes does not support
 * skipping a minor version (https://kubernetes.io/releases/version-skew-policy/), nor does etcd
 * (https://etcd.io/docs/v3.6/upgrades/). It goes back only to a minor version that its control plane emulates.
 */
export function versionRefusal(live: DeployedVersion, wanted: string): string | undefined {
  const { kubernetesVersion, emulatedVersion } = live;
  const steps = minorSteps(kubernetesVersion, wanted);
  if (steps > 0 && emulatedVersion !== undefined) {
    return `the control plane still emulates ${emulatedVersion}; remove emulatedVersion first, run pulumi up, and write ${wanted} when all members run without it`;
  }
  if (steps < 0 && emulatedVersion !== minorOf(wanted)) {
    return `a downgrade by ${minors(-steps)}: objects may be stored in versions of the API that ${minorOf(wanted)} does not read; write ${kubernetesVersion}, or restore a backup from before the upgrade into a second cluster (docs/etcd.md)`;
  }
  return steps < 2 ? undefined : skippedMinors(live, wanted, steps);
}

/** Kubelets may be three minor versions older than API servers: workers need only the last of the steps. */
function skippedMinors({ kubernetesVersion, pools }: DeployedVersion, wanted: string, steps: number): string {
  const { major, minor } = new SemVer(kubernetesVersion);
  const between = Array.from({ length: steps - 1 }, (_, index) => `${major}.${minor + 1 + index}`);
  const [first, ...others] = [...between.map(newestOf), wanted];
  const pins = Object.entries(pools)
    .map(([name, pool]) => `workers.${name}.kubernetesVersion: ${pool.kubernetesVersion ?? kubernetesVersion}`)
    .join(", ");
  return `skips ${between.join(", ")}, and Kubernetes supports upgrades by one minor version only. Write ${first} first and keep the workers with ${pins}, run pulumi up, and wait until all members run ${first}. Then write ${others.join(", then ")} without workers.<pool>.kubernetesVersion, and run pulumi up: the workers are replaced once (docs/upgrades.md)`;
}

const membersFirst =
  "members are replaced one at a time, each only while all others are healthy; workers as their pools' maxUnavailable and maxSurge allow";

/** Kubernetes supports no kubelet that is newer than the API server. */
const newMachinesWait =
  "; workers that start before the maintenance window wait for it: run pulumi up shortly before the window";

function* etcdChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const [from, to] = [new SemVer(live.etcdVersion), new SemVer(wanted.etcdVersion)];
  const steps = to.minor - from.minor;
  if (to.major === from.major && (steps === 0 || steps === 1)) return;
  const what = `runs etcd ${wanted.etcdVersion}, but the live members run ${live.etcdVersion}`;
  const reason =
    steps < 0 ? "etcd does not start with data of a newer minor version" : "etcd cannot skip a minor version";
  const message = `${what}, and ${reason}; write ${live.kubernetesVersion} with the version of Holdfast that deployed it`;
  yield refuse(path, message, [live.kubernetesVersion, wanted.kubernetesVersion]);
}

const minors = (count: number): string => (count === 1 ? "a minor version" : `${count} minor versions`);

/** Newest known version of a minor, for a message. */
const newestOf = (minor: string): string => newestOfMinor(minor) ?? `a version of ${minor}`;
