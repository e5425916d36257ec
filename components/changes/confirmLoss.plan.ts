import type { LiveSettings } from "./liveSettings.plan";

/** Names in `confirmLoss` that count: a name that stayed in the settings since an earlier update confirms nothing. */
export const confirmedLosses = (live: LiveSettings, wanted: LiveSettings): readonly string[] =>
  wanted.confirmLoss.filter((name) => !live.confirmLoss.includes(name));

/** The names as a list for the stack file: `[prod-etcd-volume-d, prod-etcd-volume-e]`. */
export const listOf = (names: readonly string[]): string => `[${names.join(", ")}]`;
