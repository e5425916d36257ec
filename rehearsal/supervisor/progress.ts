/** Boot progress of a machine, read from its files through its init's root. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readText } from "../machines/processes";
import type { StepProgress } from "./status";

const stepLine = z.object({
  step: z.string(),
  event: z.enum(["start", "done", "failed"]),
  attempt: z.number(),
  seconds: z.number(),
  /** Seconds since the epoch. */
  at: z.number(),
});

/**
 * Latest state of each step, in the order of their starts. Skips incomplete lines, and those of earlier boots (before `since`,
 * milliseconds since the epoch).
 */
export function stepProgress(lines: string, since = 0): StepProgress[] {
  const steps = new Map<string, StepProgress>();
  for (const line of lines.split("\n")) {
    const parsed = stepLine.safeParse(jsonOrUndefined(line));
    if (!parsed.success || parsed.data.at * 1000 < since) continue;
    const { step, event, attempt, seconds } = parsed.data;
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

/** Prefix of downloads, which run in parallel and are only counted. */
const assetPrefix = "asset-";

export interface MachineProgress {
  readonly stage: string;
  readonly steps: StepProgress[];
}

/** Progress of the machine with this init process since its boot (milliseconds since the epoch). */
export function machineProgress(pid: number, bootedAt: number): MachineProgress {
  const root = join("/proc", String(pid), "root");
  const steps = stepProgress(readText(join(root, "var/log/holdfast/steps.jsonl")), bootedAt);
  if (steps.length === 0) {
    return { stage: existsSync(join(root, "run/cloud-init/status.json")) ? "cloud-init" : "booting", steps };
  }
  return { stage: stageOf(steps), steps };
}

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
