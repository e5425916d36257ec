/** Changes of settings and their effects, for tests. */
import { checkChanges } from "../../../components/changes/checkChanges.plan";
import { toLiveSettings } from "../../../components/changes/liveSettings.plan";
import type { LiveSettings } from "../../../components/changes/liveSettings.plan";
import { formatPath } from "../../../components/settings/problems";
import { specOf } from "../../specs";

export const base = { name: "blue", protect: false, network: { zones: ["a", "b", "c"] }, kubernetesVersion: "1.36.3" };

export const recordOf = (settings: object = {}): LiveSettings => toLiveSettings(specOf({ ...base, ...settings }));

export const external = { topology: "external" };
export const migrating = { ...external, migrateFrom: "stacked" };
export const pool = { min: 1, max: 6 };
export const keys = (...list: string[]) => ({ access: { encryption: { keys: list } } });
export const zones = (...list: string[]) => ({ network: { zones: list } });
export const members = (count: number) => ({ controlPlane: { members: count } });

/** Effect, path and message of each change. */
export function effects(live: object, wanted: object, edit: object = {}): readonly string[] {
  return checkChanges({ ...recordOf(live), ...edit }, recordOf(wanted)).map(
    ({ effect, path, message }) => `${effect} ${formatPath(path)}: ${message}`,
  );
}
