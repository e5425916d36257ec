import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Process that is distinguishable from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
}

/** Reads the file that pid1.sh writes. Undefined while it is missing or incomplete. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  const [, pid, startTime] = /^(\d+) (\d+)\n$/.exec(readText(file)) ?? [];
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}

/** True while the process runs; a zombie does not count. */
export function isAlive(identity: ProcessIdentity): boolean {
  const { state, startTime } = parseStat(readText(`/proc/${identity.pid}/stat`));
  return startTime === identity.startTime && state !== "Z" && state !== "X";
}

/** Fields of /proc/<pid>/stat. The command name, in parentheses, may itself contain spaces and parentheses. */
export function parseStat(stat: string): Partial<Record<"state" | "parent" | "startTime", string | undefined>> {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], parent: fields[1], startTime: fields[19] };
}

/** Text of a file; empty if there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Sends a signal to exactly this process. False if it has ended. */
export function signal(identity: ProcessIdentity, number: number): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, number);
    return true;
  } catch {
    return false;
  }
}

/** Numbers of all visible processes. */
export function allProcesses(): number[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** File name of a process's program; empty for kernel threads and ended processes. */
export function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
}

export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // The process has ended meanwhile.
  }
}

/** A process and its ancestors. */
export function withAncestors(pid: number): Set<number> {
  const found = new Set<number>();
  for (let next = pid; next > 0 && !found.has(next);) {
    found.add(next);
    next = Number(parseStat(readText(`/proc/${next}/stat`)).parent ?? 0);
  }
  return found;
}
