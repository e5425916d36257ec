/** Result of a request load. Pure. */
import { formatSeconds } from "../durations";
import { failedAttempts, failedUntil, failureReasons, longestOutage } from "../writes";
import type { LoadMeasurements } from "./loadedPool";
import type { PoolSize } from "./poolSizes";
import type { LoadRequest } from "./requestLoad";

export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  /** Time in ms from the start of the fault to the end of the last failed request. */
  readonly failuresMs: number;
  readonly reasons: readonly string[];
  /** Failed requests in short times one after another: Service, time since the start of the fault, and reasons. */
  readonly bursts: readonly string[];
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
    bursts: services.flatMap((name) =>
      failureBursts(requests.filter(({ service }) => service === name)).map((burst) =>
        describeBurst(name, burst, faultBegan),
      ),
    ),
    outagesMs: Object.fromEntries(outages) as Record<string, number>,
    pools,
  };
}

/** Time in ms without a failed request that ends a burst. */
const pauseMs = 5_000;

/** Failed requests of one Service, split where none failed for `pauseMs`. */
function failureBursts(requests: readonly LoadRequest[]): LoadRequest[][] {
  const bursts: LoadRequest[][] = [];
  for (const request of failedAttempts(requests).sort((one, other) => one.at - other.at)) {
    const last = bursts.at(-1);
    if (last === undefined || request.at - (last.at(-1)?.at ?? 0) > pauseMs) bursts.push([request]);
    else last.push(request);
  }
  return bursts;
}

function describeBurst(service: string, burst: readonly LoadRequest[], faultBegan: number): string {
  const seconds = (at = 0): string => formatSeconds(at - faultBegan);
  return `${service}, requests from ${seconds(burst[0]?.at)} to ${seconds(burst.at(-1)?.at)}: ${failureReasons(burst).join(", ")}`;
}

/** Exceeded limits. @param limit largest number of failed requests */
export function* loadViolations({ requests, failed, pools }: LoadResult, limit = 0): Iterable<string> {
  if (requests === 0) yield "no request was sent";
  if (failed > limit) yield `${failed} failed requests, limit ${limit}`;
  for (const { group, inService, min } of pools)
    if (inService < min) yield `${group} had ${inService} machines in service, minimum ${min}`;
}

/** Figures beside the number of failed requests, as lines. */
export function describeLoad({ outagesMs, bursts, pools }: LoadResult): string[] {
  const services = Object.entries(outagesMs).map(([name, ms]) => `${name} ${formatSeconds(ms)}`);
  return [
    `longest time without an answer: ${services.join(", ")}`,
    ...bursts,
    ...pools.map(({ group, inService, min }) => `${group}: at least ${inService} machines in service, minimum ${min}`),
  ];
}
