import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { thaw } from "./cgroups";
import { setTimeout as sleep } from "node:timers/promises";
import { type ProcessIdentity, allProcesses, isAlive, killProcess, readIdentity, readText, signal } from "./processes";
import type { StopReason } from "./types";

export const scripts = join(__dirname, "files");

export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Time limit from the launcher's start to the machine's init, on a host that is busy booting others. */
const launchTimeoutMs = 60_000;

/** Time limit for the death of a killed machine's processes. */
const deathTimeoutMs = 30_000;

export interface Launch {
  readonly id: string;
  readonly directory: string;
  readonly image: string;
  /** Name of the network namespace. */
  readonly namespace: string;
  readonly cgroupVersion: 1 | 2;
}

/**
 * Runs a machine's launcher in its own session on its own terminal, so that neither this process's end nor that of its
 * terminal reaches the machine. Resolves when the machine's systemd accepts commands. Otherwise rejects with the console's
 * last lines and leaves no process behind.
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
    if (identity !== undefined && readText(at("ready")) !== "" && acceptsCommands(identity)) return identity;
    if (ended !== undefined || Date.now() > deadline) {
      if (identity !== undefined) await kill(identity, directory);
      for (const pid of launcherProcesses((other) => other === directory)) killProcess(pid);
      const reason = ended ?? `no init after ${launchTimeoutMs / 1000} s`;
      const console = readText(at("console.log")).slice(-2000).trim();
      throw new Error(`machine ${id} did not start (${reason}): ${console}`);
    }
    await sleep(10);
  }
}

/** Checks for systemd's own socket, which systemctl uses. */
const acceptsCommands = ({ pid }: ProcessIdentity): boolean => existsSync(`/proc/${pid}/root/run/systemd/private`);

/** Kills a machine's PID 1, and with it every process of its namespace and cgroups. Rejects if it survives. */
export async function kill(identity: ProcessIdentity, directory: string): Promise<void> {
  const deadline = Date.now() + deathTimeoutMs;
  signal(identity, constants.signals.SIGKILL);
  while (isAlive(identity)) {
    if (Date.now() > deadline) throw new Error(`process ${identity.pid} did not die within ${deathTimeoutMs / 1000} s`);
    thaw(readCgroups(directory));
    await sleep(5);
  }
}

/** Paths of a machine's cgroups, as recorded at its start. */
export function readCgroups(directory: string): string[] {
  const lines = readText(join(directory, "cgroups")).split("\n");
  return lines.flatMap((line) => (line === "" ? [] : [line.slice(0, line.lastIndexOf(" "))]));
}

/** Processes on the host that launch or hold a machine with a matching directory. */
export function launcherProcesses(isWanted: (directory: string) => boolean): number[] {
  return allProcesses().filter((pid) => {
    const variables = readText(`/proc/${pid}/environ`).split("\0");
    return variables.some((variable) => variable.startsWith(marker) && isWanted(variable.slice(marker.length)));
  });
}

/** Environment variable of every launcher process; a machine's init and its children do not have it. */
const marker = "HF_DIRECTORY=";

/** Decodes the exit code of a PID namespace: reboot ends its init with SIGHUP, halt with SIGINT (pid_namespaces(7)). */
export function stopReason(exitCode: string): StopReason {
  if (exitCode === String(128 + constants.signals.SIGHUP)) return "reboot";
  if (exitCode === String(128 + constants.signals.SIGINT)) return "halted";
  return "off";
}
