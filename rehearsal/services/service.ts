/** Program that the supervisor runs and that ends with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killedWithParent } from "../command";
import { inNamespace } from "../machines/namespaces";

export interface ServiceOptions {
  readonly name: string;
  readonly argv: readonly string[];
  /** Receives the log, `<directory>/log`. */
  readonly directory: string;
  /** Network namespace. Default: that of the supervisor. */
  readonly namespace?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Polled until it resolves with true. */
  readonly isReady: () => Promise<boolean>;
  /** Time to become ready. Default: 30 s. */
  readonly timeoutMs?: number;
}

export interface Service {
  stop(): Promise<void>;
}

/** Starts a program and waits until it is ready. Otherwise rejects with the end of its log. */
export async function startService(options: ServiceOptions): Promise<Service> {
  mkdirSync(options.directory, { recursive: true });
  const logFile = join(options.directory, "log");
  const child = launch(options, logFile);
  let failure: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      failure = error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      failure ??= `${options.name} ended (${signal ?? `status ${code ?? "?"}`})`;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  while (!(await options.isReady().catch(() => false))) {
    if (failure !== undefined || Date.now() > deadline) {
      const reason = failure ?? "no answer";
      await stop();
      const lines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10).join("\n");
      throw new Error(`${options.name} did not start: ${reason}\n${lines}`);
    }
    await sleep(30);
  }
  return { stop };
}

function launch({ argv, namespace, environment }: ServiceOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  const program = [...killedWithParent, ...argv];
  const [command = "", ...rest] = namespace === undefined ? program : inNamespace(namespace, program);
  const child = spawn(command, rest, { stdio: ["ignore", log, log], env: { ...process.env, ...environment } });
  closeSync(log);
  return child;
}
