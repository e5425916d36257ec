import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** A process that is told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
}

/** Reads what pid1.sh wrote. Undefined while the file is missing or half written. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  const [, pid, startTime] = /^(\d+) (\d+)\n$/.exec(readText(file)) ?? [];
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}

/** Whether that very process lives. One that has ended and only waits to be collected does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  const { state, startTime } = parseStat(readText(`/proc/${identity.pid}/stat`));
  return startTime === identity.startTime && state !== "Z" && state !== "X";
}

/** Fields of /proc/<pid>/stat. The command's name, in parentheses, may itself hold spaces and parentheses. */
export function parseStat(stat: string): Partial<Record<"state" | "parent" | "startTime", string | undefined>> {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], parent: fields[1], startTime: fields[19] };
}

/** A file's text; empty if there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Sends a signal to that very process. False if it is gone. */
export function signal(identity: ProcessIdentity, number: number): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, number);
    return true;
  } catch {
    return false;
  }
}

/** Numbers of all processes that this one can see. */
export function allProcesses(): number[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** Name of the file that a process runs; empty for threads of the kernel, and if it is gone. */
export function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
}

/** Kills a process, if it still exists. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** A process and those that it descends from. */
export function withAncestors(pid: number): Set<number> {
  const found = new Set<number>();
  for (let next = pid; next > 0 && !found.has(next);) {
    found.add(next);
    next = Number(parseStat(readText(`/proc/${next}/stat`)).parent ?? 0);
  }
  return found;
}
