import { SemVer } from "semver";

import { newestOfMinor } from "../node/kubernetesVersions.plan";
import type { LiveSettings } from "./liveSettings.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

const path = ["kubernetesVersion"];

/**
 * Versions of Kubernetes and etcd. Neither supports skipping a minor version or going back to an earlier one
 * (https://kubernetes.io/releases/version-skew-policy/, https://etcd.io/docs/v3.6/upgrades/).
 */
export function* versionChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const values = [live.kubernetesVersion, wanted.kubernetesVersion] as const;
  const [from, to] = [new SemVer(values[0]), new SemVer(values[1])];
  const steps = to.minor - from.minor;
  if (steps < 0) {
    const message = `a downgrade by ${minors(-steps)}: objects may be stored in versions of the API that ${minorOf(to)} does not read; write ${values[0]}, or restore a backup from before the upgrade into a second cluster (docs/etcd.md)`;
    yield refuse(path, message, values);
  } else if (steps > 1) {
    const between = Array.from({ length: steps - 1 }, (_, index) => `${from.major}.${from.minor + 1 + index}`);
    const [first, ...others] = [...between.map(newestOf), values[1]];
    const message = `skips ${between.join(", ")}, and Kubernetes supports upgrades by one minor version only; write ${first} first, run pulumi up, and write ${others.join(", then ")} when all machines run it`;
    yield refuse(path, message, values);
  } else if (values[0] !== values[1]) {
    const kind = steps === 1 ? "upgrade to the next minor version" : "patch release";
    yield rollOut(path, `${kind}: ${membersFirst}`, values);
  }
  yield* etcdChanges(live, wanted);
}

const membersFirst =
  "members are replaced one at a time, each only while all others are healthy; workers as their pools' minHealthyPercentage allows";

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
const minorOf = ({ major, minor }: SemVer): string => `${major}.${minor}`;

/** Newest known version of a minor, for a message. */
const newestOf = (minor: string): string => newestOfMinor(minor) ?? `a version of ${minor}`;
