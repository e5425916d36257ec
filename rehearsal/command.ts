import { spawn } from "node:child_process";
import type { ExecResult } from "./machines/types";

export interface RunOptions {
  readonly stdin?: string | Buffer;
  /** Kills the command and what it started after this long. Default: never. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program without a shell and collects what it prints. A signal counts as code 128 + its number, like in a shell. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<ExecResult> {
  const [program, ...rest] = argv;
  if (program === undefined) return Promise.reject(new Error("no command was given"));
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a timeout also ends what it started.
    const child = spawn(program, rest, {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            if (child.pid !== undefined) killGroup(child.pid);
          }, options.timeoutMs);
    child.stdout.on("data", (part: Buffer) => stdout.push(part));
    child.stderr.on("data", (part: Buffer) => stderr.push(part));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`cannot run ${program}: ${error.message}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const errors = Buffer.concat(stderr).toString("utf8");
      resolve({
        code: timedOut ? 124 : (code ?? 137),
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: timedOut ? `${errors}timed out after ${options.timeoutMs ?? 0} ms\n` : errors,
      });
    });
    // A command that does not read its input closes the pipe early: that is not our failure.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}

/** Runs a program that must succeed; rejects with what it said otherwise. Returns its standard output. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.code !== 0) {
    const said = (result.stderr || result.stdout).trim();
    throw new Error(`${argv.slice(0, 6).join(" ")} failed (${result.code}): ${said.slice(-2000)}`);
  }
  return result.stdout;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
