import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import type { ExecResult } from "./machines/types";

export interface CommandOptions {
  readonly stdin?: string | Buffer;
  /** Time after which the command and its children are killed. Default: never. */
  readonly timeoutMs?: number;
  /** Complete environment. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** File that the command line and its output are appended to. */
  readonly log?: string;
  /** The command ends with this process, and Ctrl-C reaches it and its children. Default: it runs in its own process group. */
  readonly dieWithParent?: boolean;
}

/** Prefix of commands that the kernel kills when this process dies for any reason. */
export const killedWithParent = ["setpriv", "--pdeathsig", "KILL", "--"];

/** Runs a program without a shell and collects its output. A signal counts as code 137, a timeout as 124. */
export function run(argv: readonly string[], options: CommandOptions = {}): Promise<ExecResult> {
  const { stdin = "", timeoutMs, env, log, dieWithParent = false } = options;
  const [program, ...rest] = dieWithParent ? [...killedWithParent, ...argv] : argv;
  if (program === undefined) return Promise.reject(new Error("no command was given"));
  if (log !== undefined) appendFileSync(log, `+ ${argv.join(" ")}\n`);
  return new Promise((resolve, reject) => {
    // Its own process group lets a timeout end the children too.
    const child = spawn(program, rest, { detached: !dieWithParent, stdio: ["pipe", "pipe", "pipe"], env });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (part: Buffer) => {
        output[name].push(part);
        if (log !== undefined) appendFileSync(log, part);
      });
    }
    let timedOut = false;
    const kill = (): void => {
      timedOut = true;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // The process has ended meanwhile.
      }
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`cannot run ${program}: ${error.message}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const stderr = Buffer.concat(output.stderr).toString("utf8");
      resolve({
        code: timedOut ? 124 : (code ?? 137),
        stdout: Buffer.concat(output.stdout).toString("utf8"),
        stderr: timedOut ? `${stderr}timed out after ${timeoutMs ?? 0} ms\n` : stderr,
      });
    });
    // A command that does not read its input closes the pipe early, which is no failure.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}

/** Runs a program that must exit with 0 and returns its standard output. The error carries the end of the output. */
export async function runOrThrow(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code === 0) return stdout;
  const complete = options.log === undefined ? "" : `\nComplete output: ${options.log}`;
  const end = (stderr || stdout).trim().slice(-2000);
  throw new Error(`${argv.slice(0, 6).join(" ")} failed (${code}): ${end}${complete}`);
}

/** Like `runOrThrow`, for builds: an interrupted build leaves no process behind. */
export function build(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  return runOrThrow(argv, { ...options, dieWithParent: true });
}
