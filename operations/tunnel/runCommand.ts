/** Runs a command in the foreground, and passes signals to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";

/** Signals that end a program. */
export const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type EndSignal = (typeof endSignals)[number];

/** Exit code of a program that a signal ended, as shells report it. */
export const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** Running command. */
export interface RunningCommand {
  /** Exit code. Rejects if the program does not exist. */
  readonly exitCode: Promise<number>;
  readonly forward: (signal: EndSignal) => void;
}

/** Starts a command with additional environment variables. */
export function startCommand(command: readonly string[], variables: Readonly<Record<string, string>>): RunningCommand {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...variables } });
  return {
    exitCode: waitForExit(child, program),
    forward: (signal) => {
      forward(child, signal);
    },
  };
}

async function waitForExit(child: ChildProcess, program: string): Promise<number> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return signal === null ? (code ?? 1) : exitCodeOf(signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(`${program} is not on PATH`, { cause: error });
  }
}

/** A terminal sends Ctrl-C to the command itself. `pulumi` stops without cleaning up on a second one. */
function forward(child: ChildProcess, signal: EndSignal): void {
  const fromTerminal =
    signal === "SIGINT" && [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  if (!fromTerminal) child.kill(signal);
}
