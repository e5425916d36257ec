/** Durations and moments as text. */
/** `12.3 s`: a duration in ms as text. */
export const formatSeconds = (ms: number, digits = 1): string => `${(ms / 1000).toFixed(digits)} s`;

/** `2026-11-29 22:48 UTC`: a moment in ms since the epoch, as text. */
export const formatMoment = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Time between two moments in ms since the epoch, as text. */
export const elapsed = (since: number, until = Date.now()): string => formatSeconds(until - since);
