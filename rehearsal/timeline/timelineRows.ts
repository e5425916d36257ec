/** Rows of a rehearsal's timelines, from what it recorded. Pure. */
import type { TimelineBar, TimelineRow } from "../../plan/report/html/chart/timeline";
import { formatSeconds } from "../drills/durations";
import { assetPrefix } from "../supervisor/progress";
import type { BootTimes, StepAttempt } from "../supervisor/status";
import type { HostTime } from "./recordedBoot";

/** Earliest of some times; 0 without any. */
export const originOf = (times: readonly number[]): number => (times.length === 0 ? 0 : Math.min(...times));

/** A row per machine that has started, in seconds from the first machine's start. */
export function machineRows(machines: readonly BootTimes[], recordedAt: number): readonly TimelineRow[] {
  const origin = originOf(machines.flatMap(({ startedAt }) => startedAt ?? []));
  return machines
    .toSorted((left, right) => left.name.localeCompare(right.name))
    .flatMap(({ startedAt, ...machine }) =>
      startedAt === undefined ? [] : machineRow({ ...machine, startedAt }, origin, recordedAt),
    );
}

type StartedMachine = BootTimes & { readonly startedAt: number };

function machineRow(machine: StartedMachine, origin: number, recordedAt: number): TimelineRow {
  const { name, role, zone, startedAt, attempts, readyAt, problem } = machine;
  const bar = barsFrom(origin);
  const stepsStart = attempts.length === 0 ? undefined : originOf(attempts.map((each) => each.startedAt));
  const stepsEnd = Math.max(...attempts.map(({ endedAt = recordedAt }) => endedAt));
  const state = readyAt === undefined ? "not ready" : `Ready after ${formatSeconds(readyAt - startedAt)}`;
  return {
    name,
    note: [role, zone, problem === undefined ? state : `${state}: ${problem}`].join(", "),
    bars: [
      stepsStart === undefined
        ? bar("boot, still running", "running", startedAt, recordedAt)
        : bar("boot", "boot", startedAt, stepsStart),
      ...attempts.map((attempt) => stepBar(attempt, bar, recordedAt)),
      ...(readyAt === undefined
        ? []
        : [
            ...(readyAt > stepsEnd ? [bar("until Ready", "wait", stepsEnd, readyAt)] : []),
            bar("Ready", "ready", readyAt, readyAt),
          ]),
    ],
  };
}

function stepBar(
  { step, attempt, state, startedAt, endedAt }: StepAttempt,
  bar: BarMaker,
  recordedAt: number,
): TimelineBar {
  const isDownload = step.startsWith(assetPrefix);
  const name = isDownload ? step.slice(assetPrefix.length) : step;
  const label = [
    attempt > 1 ? `${name} (try ${attempt})` : name,
    ...(state === "failed" ? ["failed"] : []),
    ...(state === "running" ? ["still running"] : []),
  ].join(", ");
  const done = isDownload ? "download" : "step";
  return bar(label, state === "done" ? done : state, startedAt, endedAt ?? recordedAt);
}

/** A row for the phases and one for the builds of assets, in seconds from the first phase's start. */
export function hostRows(times: readonly HostTime[], recordedAt: number): readonly TimelineRow[] {
  const bar = barsFrom(originOf(times.map(({ startedAt }) => startedAt)));
  const row = (kind: HostTime["kind"], name: string, note: string): readonly TimelineRow[] => {
    const bars = times
      .filter((time) => time.kind === kind)
      .map(({ title, startedAt, endedAt }) =>
        endedAt === undefined
          ? bar(`${title}, not finished`, "running", startedAt, recordedAt)
          : bar(title, kind, startedAt, endedAt),
      );
    return bars.length === 0 ? [] : [{ name, note, bars }];
  };
  return [...row("phase", "Phases", "on this host"), ...row("build", "Assets", "built, because not in the cache")];
}

type BarMaker = (label: string, kind: string, from: number, to: number) => TimelineBar;

/** Makes bars from times in ms since the epoch. */
const barsFrom =
  (origin: number): BarMaker =>
  (label, kind, from, to) => ({
    label,
    kind,
    from: (from - origin) / 1000,
    // The host's clock may have been set back meanwhile.
    to: (Math.max(from, to) - origin) / 1000,
    text: `${label}: ${formatSeconds(Math.max(0, to - from))}`,
  });
