/** Faults of a whole machine through its cgroups: processes that get no time, and a lack of memory. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeControl } from "./cgroups";

/** Time limit for freezing; a process that waits for a disk freezes after its wait. */
const freezeMs = 10_000;

/**
 * Stops every process of a machine, as a hypervisor does that gives it no time: processes notice it only by their clocks. The
 * kernel is the host's, so it still acknowledges packets. `exec` waits until `unfreeze`.
 * @param paths the machine's cgroup of each hierarchy
 */
export async function freeze(paths: readonly string[]): Promise<void> {
  const { file, stop, state, stopped } = freezerOf(paths);
  writeFileSync(file, stop);
  const deadline = Date.now() + freezeMs;
  while (!readFileSync(state, "utf8").includes(stopped)) {
    if (Date.now() > deadline) throw new Error(`the processes of ${file} did not stop within ${freezeMs / 1000} s`);
    await sleep(10);
  }
}

/** Ends `freeze`. Containers that their runtime has frozen stay frozen. */
export function unfreeze(paths: readonly string[]): void {
  const { file, go } = freezerOf(paths);
  writeControl(file, go);
}

interface Freezer {
  /** Control file, and what to write to it. */
  readonly file: string;
  readonly stop: string;
  readonly go: string;
  /** File that contains the text `stopped` when every process has stopped. */
  readonly state: string;
  readonly stopped: string;
}

/** Freezer of a machine. A hybrid host has both versions, and its containers use version 1. */
function freezerOf(paths: readonly string[]): Freezer {
  const find = (name: string): string | undefined => paths.map((path) => join(path, name)).find(existsSync);
  const first = find("freezer.state");
  if (first !== undefined) return { file: first, stop: "FROZEN", go: "THAWED", state: first, stopped: "FROZEN" };
  const [second, state] = [find("cgroup.freeze"), find("cgroup.events")];
  if (second === undefined || state === undefined) throw new Error("this host has no freezer cgroup: mount it");
  return { file: second, stop: "1", go: "0", state, stopped: "frozen 1" };
}

/**
 * Limits the memory of a machine to what it uses, without caches that the kernel can drop (kubelet's working set), and `headroom`
 * bytes. Undefined ends the limit.
 * @param paths the machine's cgroup of each hierarchy
 * @returns the limit in bytes
 */
export function limitMemory(paths: readonly string[], headroom: number | undefined): number | undefined {
  const found = memoryFiles.flatMap((files) =>
    paths.filter((path) => existsSync(join(path, files.limit))).map((path) => ({ ...files, path })),
  )[0];
  if (found === undefined) throw new Error("this host has no memory cgroup: mount it");
  const { path, limit, unlimited, usage, cache } = found;
  if (headroom === undefined) {
    writeControl(join(path, limit), unlimited);
    return undefined;
  }
  const used = Number(readFileSync(join(path, usage), "utf8"));
  const [, droppable = "0"] =
    new RegExp(`^${cache} (\\d+)$`, "m").exec(readFileSync(join(path, "memory.stat"), "utf8")) ?? [];
  const bytes = used - Number(droppable) + headroom;
  writeFileSync(join(path, limit), String(bytes));
  return bytes;
}

/** Files of version 1, then of version 2. */
const memoryFiles = [
  { limit: "memory.limit_in_bytes", unlimited: "-1", usage: "memory.usage_in_bytes", cache: "total_inactive_file" },
  { limit: "memory.max", unlimited: "max", usage: "memory.current", cache: "inactive_file" },
] as const;
