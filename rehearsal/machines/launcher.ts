import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { thaw } from "./cgroups";
import { sleep } from "../command";
import { type ProcessIdentity, allProcesses, isAlive, killProcess, readIdentity, readText, signal } from "./processes";
import type { StopReason } from "./types";

/** The launcher's shell files. */
export const scripts = join(__dirname, "files");

export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Longest time from the launcher's start to the machine's init, on a host that is busy booting others. */
const launchTimeoutMs = 60_000;

/** Longest time that a killed machine's processes may take to die. */
const deathTimeoutMs = 30_000;

export interface Launch {
  readonly id: string;
  readonly directory: string;
  readonly image: string;
  /** Network namespace. */
  readonly namespace: string;
  readonly cgroupVersion: 1 | 2;
}

/**
 * Runs a machine's launcher on a terminal of its own, in a session of its own: neither the end of this process nor that of its
 * terminal reaches the machine. Resolves when the machine's systemd takes commands. Rejects with the console's last lines, and
 * with nothing left running, if it does not come to that.
 */
export async function launch(machine: Launch): Promise<ProcessIdentity> {
  const { id, directory } = machine;
  const at = (name: string): string => join(directory, name);
  for (const file of ["pid", "ready", "exit"]) rmSync(at(file), { force: true });
  const command = `exec bash '${join(scripts, "launch.sh").replaceAll("'", `'\\''`)}'`;
  const options = ["--quiet", "--flush", "--append", "--return", "--command", command, at("console.log")];
  const child = spawn("script", options, {
    detached: true,
    stdio: "ignore",
    cwd: "/",
    env: {
      PATH: searchPath,
      HF_DIRECTORY: directory,
      HF_IMAGE: machine.image,
      HF_NAMESPACE: machine.namespace,
      HF_HOSTNAME: id,
      HF_CGROUP_VERSION: String(machine.cgroupVersion),
    },
  });
  let ended: string | undefined;
  child.on("error", (error) => (ended = error.message));
  child.on("exit", (code) => (ended = `exit code ${code ?? "unknown"}`));
  child.unref();
  const deadline = Date.now() + launchTimeoutMs;
  for (;;) {
    const identity = readIdentity(at("pid"));
    if (identity !== undefined && readText(at("ready")) !== "" && takesCommands(identity)) return identity;
    if (ended !== undefined || Date.now() > deadline) {
      if (identity !== undefined) await kill(identity, directory);
      for (const pid of launcherProcesses((made) => made === directory)) killProcess(pid);
      const why = ended ?? `no init after ${launchTimeoutMs / 1000} s`;
      const said = readText(at("console.log")).slice(-2000).trim();
      throw new Error(`machine ${id} did not start (${why}): ${said}`);
    }
    await sleep(10);
  }
}

/** systemd's own socket, which systemctl speaks to. */
const takesCommands = ({ pid }: ProcessIdentity): boolean => existsSync(`/proc/${pid}/root/run/systemd/private`);

/** Kills a machine's PID 1, and with it every process of its namespace and cgroups. Rejects if it does not die. */
export async function kill(identity: ProcessIdentity, directory: string): Promise<void> {
  const deadline = Date.now() + deathTimeoutMs;
  signal(identity, constants.signals.SIGKILL);
  while (isAlive(identity)) {
    if (Date.now() > deadline) throw new Error(`process ${identity.pid} does not die`);
    thaw(readCgroups(directory));
    await sleep(5);
  }
}

/** Paths of a machine's cgroups, which its launcher wrote down. */
export function readCgroups(directory: string): string[] {
  const lines = readText(join(directory, "cgroups")).split("\n");
  return lines.flatMap((line) => (line === "" ? [] : [line.slice(0, line.lastIndexOf(" "))]));
}

/** Processes on the host that start or hold a machine, by the machine's directory. */
export function launcherProcesses(isWanted: (directory: string) => boolean): number[] {
  return allProcesses().filter((pid) => {
    const variables = readText(`/proc/${pid}/environ`).split("\0");
    return variables.some((variable) => variable.startsWith(marker) && isWanted(variable.slice(marker.length)));
  });
}

/** The variable that every part of a launcher carries; a machine's init and what it starts do not. */
const marker = "HF_DIRECTORY=";

/** How PID 1 of a namespace ends tells what it asked the kernel for (pid_namespaces(7)): reboot SIGHUP, halt SIGINT. */
export function stopReason(exitCode: string): StopReason {
  if (exitCode === String(128 + constants.signals.SIGHUP)) return "reboot";
  if (exitCode === String(128 + constants.signals.SIGINT)) return "halted";
  return "off";
}
