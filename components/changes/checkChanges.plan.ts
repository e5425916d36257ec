/** Comparison of the settings with those of the live cluster. */

import { encryptionChanges, etcdDataChanges, tenantChanges } from "./dataChanges.plan";
import { fixedSettingChanges } from "./fixedSettings.plan";
import type { LiveSettings } from "./liveSettings.plan";
import { memberChanges } from "./memberChanges.plan";
import { migrationChanges } from "./migrationChanges.plan";
import { poolChanges } from "./poolChanges.plan";
import { isRefused } from "./settingsChange.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { versionChanges } from "./versionChanges.plan";

type Check = (live: LiveSettings, wanted: LiveSettings) => Iterable<SettingsChange>;

const checks: readonly Check[] = [
  fixedSettingChanges,
  versionChanges,
  memberChanges,
  migrationChanges,
  etcdDataChanges,
  encryptionChanges,
  poolChanges,
  tenantChanges,
];

/** Changes of a live cluster that need more than the update of a resource, refused ones first; empty for a new cluster. */
export function checkChanges(live: LiveSettings | undefined, wanted: LiveSettings): readonly SettingsChange[] {
  if (live === undefined) return [];
  // Another cluster: its members and pools have nothing in common with the live ones.
  const isSame = live.name === wanted.name && live.region === wanted.region;
  const changes = (isSame ? checks : [fixedSettingChanges]).flatMap((check) => [...check(live, wanted)]);
  return [...changes.filter(isRefused), ...changes.filter((change) => !isRefused(change))];
}
