import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "../settings/problems";
import { checkDuplicates, finding } from "../settings/problems";
import { describeWindow, overlap } from "./windows.plan";

const windowsPath: SettingPath = ["maintenance", "windows"];

/** Maintenance windows. Two starts at the same time would be two rollouts of one group, of which AWS refuses the second. */
export function* checkMaintenance({ maintenance: { windows } }: ClusterSpec): Iterable<Finding> {
  for (const [index, window] of windows.entries()) {
    yield* checkDuplicates([...windowsPath, index, "days"], window.days);
    const before = windows.slice(0, index).findIndex((other) => overlap(other, window));
    const other = windows[before];
    if (other === undefined) continue;
    const message = `overlaps windows[${before}], ${describeWindow(other)}; write other days, another start or fewer hours`;
    yield finding([...windowsPath, index], message, [[...windowsPath, before]]);
  }
}
