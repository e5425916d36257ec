/** Boot progress of a machine, read from its files through its init's root. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readText } from "../machines/processes";
import type { StepAttempt, StepProgress } from "./status";

const stepLine = z.object({
  step: z.string(),
  event: z.enum(["start", "done", "failed"]),
  attempt: z.number(),
  seconds: z.number(),
  /** Seconds since the epoch. */
  at: z.number(),
});

/** Events of steps in their order. Skips incomplete lines, and those before `since` (milliseconds since the epoch). */
function stepEvents(lines: string, since: number): z.infer<typeof stepLine>[] {
  return lines
    .split("\n")
    .flatMap((line) => stepLine.safeParse(jsonOrUndefined(line)).data ?? [])
    .filter(({ at }) => at * 1000 >= since);
}

/** Latest state of each step since a boot (milliseconds since the epoch), in the order of their starts. */
export function stepProgress(lines: string, since = 0): StepProgress[] {
  const steps = new Map<string, StepProgress>();
  for (const { step, event, attempt, seconds } of stepEvents(lines, since)) {
    const earlier = steps.get(step)?.seconds ?? 0;
    steps.set(step, {
      name: step,
      state: event === "start" ? "running" : event,
      attempt,
      seconds: event === "start" ? earlier : seconds,
    });
  }
  return [...steps.values()];
}

/** Every attempt of every step since a boot (milliseconds since the epoch), in the order of their starts. */
export function stepAttempts(lines: string, since = 0): StepAttempt[] {
  const attempts: StepAttempt[] = [];
  for (const { step, event, attempt, at } of stepEvents(lines, since)) {
    const time = Math.round(at * 1000);
    if (event === "start") attempts.push({ step, attempt, startedAt: time, state: "running" });
    else {
      // A restarted unit counts its attempts from 1 again: the last start is the one that ends.
      const index = attempts.findLastIndex((each) => each.step === step && each.state === "running");
      const started = attempts[index];
      if (started !== undefined) attempts[index] = { ...started, endedAt: time, state: event };
    }
  }
  return attempts;
}

/** Prefix of downloads, which run in parallel and are only counted. */
export const assetPrefix = "asset-";

export interface MachineProgress {
  readonly stage: string;
  readonly steps: StepProgress[];
}

/** Progress of the machine with this init process since its boot (milliseconds since the epoch). */
export function machineProgress(pid: number, bootedAt: number): MachineProgress {
  const steps = stepProgress(readSteps(pid), bootedAt);
  if (steps.length === 0) {
    return { stage: existsSync(join(rootOf(pid), "run/cloud-init/status.json")) ? "cloud-init" : "booting", steps };
  }
  return { stage: stageOf(steps), steps };
}

/** Log of the steps of the machine with this init process. */
export const readSteps = (pid: number): string => readText(join(rootOf(pid), "var/log/holdfast/steps.jsonl"));

const rootOf = (pid: number): string => join("/proc", String(pid), "root");

/** Failed or running steps; `joined` when all are done. */
export function stageOf(steps: readonly StepProgress[]): string {
  const failed = steps.filter(({ state }) => state === "failed");
  if (failed.length > 0) return failed.map(({ name, attempt }) => `${name} failed (try ${attempt})`).join(", ");
  const running = steps.filter(({ state }) => state === "running");
  if (running.length === 0) return "joined";
  const assets = running.filter(({ name }) => name.startsWith(assetPrefix)).length;
  const others = running.filter(({ name }) => !name.startsWith(assetPrefix));
  return [
    ...others.map(({ name, attempt }) => (attempt > 1 ? `${name} (try ${attempt})` : name)),
    ...(assets > 0 ? [`${assets} asset${assets > 1 ? "s" : ""}`] : []),
  ].join(", ");
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
