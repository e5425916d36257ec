/** Migration of etcd's members from the control-plane machines to etcd machines. */

import { minorOf } from "../node/kubernetesVersions.plan";
import type { SettingPath } from "../settings/problems";
import { newCluster } from "./fixedSettings.plan";
import type { LiveSettings } from "./liveSettings.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

const topologyPath: SettingPath = ["etcd", "topology"];
const migrationPath: SettingPath = ["etcd", "migrateFrom"];

export function* migrationChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const values = [live.etcd.topology, wanted.etcd.topology] as const;
  if (values[0] === values[1]) {
    yield* courseChanges(live, wanted);
  } else if (values[1] === "stacked") {
    const message = `the etcd machines would end before control-plane machines could take their members over; write the live topology, or ${newCluster}`;
    yield refuse(topologyPath, message, values);
  } else if (live.etcd.volumes === undefined) {
    // The volumes are part of the record since machines read the members' names from Parameter Store.
    const message =
      "the live machines run scripts of an earlier version of Holdfast; run pulumi up with the live topology first, and change it when its rollout has finished";
    yield refuse(topologyPath, message, values);
  } else if (wanted.etcd.migrateFrom === undefined) {
    const message =
      "control-plane machines need their roles and connections until their members have moved; also write etcd.migrateFrom: stacked";
    yield refuse(topologyPath, message, values);
  } else {
    yield rollOut(topologyPath, describeMove(wanted), values);
  }
  if (wanted.etcd.migrateFrom !== undefined) yield* otherChanges(live, wanted);
}

function describeMove({ etcd, controlPlane, maintenanceWindows }: LiveSettings): string {
  const impact =
    controlPlane.members === 1
      ? "neither etcd nor the API is available from the end of the former machine until both new ones are ready"
      : `etcd keeps its quorum, with one of ${etcd.members} members missing at a time; writes pause as in any other replacement of members (docs/drills.md)`;
  const early =
    maintenanceWindows.length === 0 ? "" : "; run pulumi up shortly before the maintenance window, for which they wait";
  return `etcd machines start and wait for the data volumes; then the control plane's machines are replaced one at a time, each while all others are healthy, and each member continues on its etcd machine, with its volume and name; ${impact}${early}; remove migrateFrom when all members have moved (docs/etcd.md)`;
}

/** Start or end of a migration of external etcd. */
function* courseChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  const values = [live.etcd.migrateFrom ?? "none", wanted.etcd.migrateFrom ?? "none"] as const;
  if (values[0] === values[1]) return;
  if (wanted.etcd.migrateFrom === undefined) {
    const message =
      "the former roles of the control plane's machines and the firewall rules of the migration are deleted; no machine is replaced; pulumi refuses this while a machine with a former role runs";
    yield rollOut(migrationPath, message, values);
  } else {
    const message = "all members run on etcd machines; remove the setting";
    yield refuse(migrationPath, message, values);
  }
}

/** Settings whose change stops, adds or replaces members itself: together with the move, a failure could cost the quorum. */
const fixedMeanwhile: readonly {
  readonly path: SettingPath;
  readonly value: (settings: LiveSettings) => string | number;
}[] = [
  { path: ["kubernetesVersion"], value: ({ kubernetesVersion }) => minorOf(kubernetesVersion) },
  { path: ["emulatedVersion"], value: ({ emulatedVersion = "none" }) => emulatedVersion },
  { path: ["controlPlane", "members"], value: ({ controlPlane }) => controlPlane.members },
  { path: ["etcd", "members"], value: ({ etcd }) => etcd.members },
  { path: ["network", "zones"], value: ({ network }) => network.zones.join(", ") },
  { path: ["etcd", "restore"], value: ({ etcd }) => `generation ${etcd.generation}` },
];

function* otherChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  for (const { path, value } of fixedMeanwhile) {
    const values = [value(live), value(wanted)] as const;
    if (values[0] === values[1]) continue;
    const message = `members move to etcd machines meanwhile; keep ${values[0]} until all members have moved and migrateFrom is removed`;
    yield refuse(path, message, values);
  }
}
