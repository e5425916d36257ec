import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** File that output is appended to; an error names it. */
  readonly log?: string;
}

/** A command that could not be started or did not exit with 0; the message ends with the last lines that it printed. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/**
 * Runs a command to its end and returns its standard output.
 * It is killed when this process dies, however that happens, so that nothing goes on building behind an interrupted run.
 * @throws CommandError
 */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const stdout: string[] = [];
  const everything: string[] = [];
  const keep = (chunk: string): void => {
    everything.push(chunk);
    if (options.log !== undefined) appendFileSync(options.log, chunk);
  };
  if (options.log !== undefined) appendFileSync(options.log, `+ ${argv.join(" ")}\n`);
  const outcome = await new Promise<string | undefined>((resolve) => {
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...argv], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: options.cwd,
      env: options.env ?? process.env,
    });
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout.push(chunk);
      keep(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => {
      resolve(error.message);
    });
    child.on("close", (code, signal) => {
      resolve(code === 0 ? undefined : signal === null ? `exit status ${code ?? "unknown"}` : `killed by ${signal}`);
    });
  });
  if (outcome !== undefined) {
    const tail = everything.join("").trimEnd().split("\n").slice(-20).join("\n");
    const where = options.log === undefined ? "" : `\nWhole output: ${options.log}`;
    throw new CommandError(`${argv.slice(0, 6).join(" ")}: ${outcome}\n${tail}${where}`);
  }
  return stdout.join("");
}

/**
 * Puts a command into mount and process namespaces of its own: what it mounts goes with it, and when it is killed, so is
 * everything that it started.
 */
export function isolated(argv: readonly string[]): string[] {
  return [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child",
    "--",
    ...argv,
  ];
}
