/** Change of a setting of a live cluster, and its effect. */

import type { SettingPath } from "../settings/problems";
import { formatPath, show } from "../settings/problems";

export interface SettingsChange {
  readonly path: SettingPath;
  /** Live value and new value; absent where the message names both. */
  readonly values?: readonly [live: unknown, wanted: unknown];
  /** `refused`: no update makes the change. `rollout`: `pulumi up` starts it. */
  readonly effect: "refused" | "rollout";
  /** Refused: reason, then alternative. Rollout: what happens, in which order. */
  readonly message: string;
}

const changeWith =
  (effect: SettingsChange["effect"]) =>
  (path: SettingPath, message: string, values?: SettingsChange["values"]): SettingsChange => ({
    path,
    effect,
    message,
    ...(values && { values }),
  });

export const refuse = changeWith("refused");
export const rollOut = changeWith("rollout");

export const isRefused = ({ effect }: SettingsChange): boolean => effect === "refused";

/** A change for a terminal: path, values, message. */
export function formatChange({ path, values, message }: SettingsChange): string {
  const shown = values && [`    live: ${show(values[0])}, new: ${show(values[1])}`];
  return [`  ${formatPath(path)}`, ...(shown ?? []), `    ${message}`, ""].join("\n");
}

/** All refused changes as the text of an error. */
export function formatRefusals(changes: readonly SettingsChange[]): string {
  const refused = changes.filter(isRefused);
  const count = refused.length === 1 ? "1 change" : `${refused.length} changes`;
  return [`${count} refused, because the cluster is live:\n`, ...refused.map(formatChange)].join("\n");
}
