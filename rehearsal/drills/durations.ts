/** `12.3 s`: a duration in ms as text. */
export const formatSeconds = (ms: number, digits = 1): string => `${(ms / 1000).toFixed(digits)} s`;

/** Time between two moments in ms since the epoch, as text. */
export const elapsed = (since: number, until = Date.now()): string => formatSeconds(until - since);
