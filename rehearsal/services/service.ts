/** A program that the supervisor runs beside itself and that ends with it, even if it is killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface ServiceOptions {
  readonly name: string;
  readonly argv: readonly string[];
  /** Its log is `<directory>/log`. */
  readonly directory: string;
  /** Network namespace to run in; default the supervisor's own. */
  readonly namespace?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Asked until it answers true; rejections count as false. */
  readonly isReady: () => Promise<boolean>;
  /** How long it may take to become ready. Default 30 s. */
  readonly timeoutMs?: number;
}

export interface Service {
  readonly name: string;
  /** Why it ended by itself; undefined while it runs, or after `stop`. */
  readonly failure: string | undefined;
  stop(): Promise<void>;
}

/** Starts a program and waits until it is ready. Rejects with the end of its log if it does not come to that. */
export async function startService(options: ServiceOptions): Promise<Service> {
  mkdirSync(options.directory, { recursive: true });
  const logFile = join(options.directory, "log");
  const service = new RunningService(options.name, launch(options, logFile));
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  while (!(await options.isReady().catch(() => false))) {
    if (service.failure !== undefined || Date.now() > deadline) {
      await service.stop();
      const lines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10).join("\n");
      throw new Error(`${options.name} did not start: ${service.failure ?? "no answer"}\n${lines}`);
    }
    await sleep(30);
  }
  return service;
}

function launch({ argv, namespace, environment }: ServiceOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  const inNamespace = namespace === undefined ? [] : ["nsenter", `--net=/run/netns/${namespace}`];
  // the kernel ends the program when the supervisor is gone, however it went
  const [command = "", ...rest] = [...inNamespace, "setpriv", "--pdeathsig", "SIGKILL", "--", ...argv];
  const child = spawn(command, rest, { stdio: ["ignore", log, log], env: { ...process.env, ...environment } });
  closeSync(log);
  return child;
}

class RunningService implements Service {
  #failure: string | undefined;
  #stopping = false;
  readonly #ended: Promise<void>;

  constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#failure = error.message;
        resolve();
      });
      child.once("exit", (code, signal) => {
        if (!this.#stopping) this.#failure ??= `${name} ended (${signal ?? `status ${code ?? "?"}`})`;
        resolve();
      });
    });
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.child.kill("SIGKILL");
    await this.#ended;
  }
}
