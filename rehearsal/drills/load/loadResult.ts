/** Result of a request load. Pure. */
import { formatSeconds } from "../durations";
import { failedAttempts, failedUntil, failureReasons, longestOutage } from "../writes";
import type { LoadMeasurements } from "./loadedPool";
import type { PoolSize } from "./poolSizes";

export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  /** Time in ms from the start of the fault to the end of the last failed request. */
  readonly failuresMs: number;
  readonly reasons: readonly string[];
  /** Longest time in ms without an answer, by Service. */
  readonly outagesMs: Readonly<Record<string, number>>;
  readonly pools: readonly PoolSize[];
}

export function evaluateLoad({ requests, pools }: LoadMeasurements, faultBegan: number): LoadResult {
  const services = [...new Set(requests.map(({ service }) => service))].toSorted();
  const outages = services.map((name) => [name, longestOutage(requests.filter(({ service }) => service === name))]);
  return {
    requests: requests.length,
    failed: failedAttempts(requests).length,
    failuresMs: failedUntil(requests, faultBegan),
    reasons: failureReasons(requests),
    outagesMs: Object.fromEntries(outages) as Record<string, number>,
    pools,
  };
}

/** Exceeded limits. @param limit largest number of failed requests */
export function* loadViolations({ requests, failed, pools }: LoadResult, limit = 0): Iterable<string> {
  if (requests === 0) yield "no request was sent";
  if (failed > limit) yield `${failed} failed requests, limit ${limit}`;
  for (const { group, inService, min } of pools)
    if (inService < min) yield `${group} had ${inService} machines in service, minimum ${min}`;
}

/** Figures beside the number of failed requests, as lines. */
export function describeLoad({ outagesMs, pools }: LoadResult): string[] {
  const services = Object.entries(outagesMs).map(([name, ms]) => `${name} ${formatSeconds(ms)}`);
  return [
    `longest time without an answer: ${services.join(", ")}`,
    ...pools.map(({ group, inService, min }) => `${group}: at least ${inService} machines in service, minimum ${min}`),
  ];
}
