/** Clients that read, write and watch through the load balancer during a fault. Their history is checked afterwards. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { messageOf } from "../../cli/program";
import { preparePrograms } from "../assets";
import { inNamespace } from "../machines/namespaces";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";
import {
  compareWithStored,
  failedAttempts,
  failedUntil,
  failureReasons,
  longestOutage,
  type RestorePoint,
  type Write,
} from "./writes";

const run = promisify(execFile);

/** Verdict on the history of all clients: modules/recorder/check.go. */
export interface HistoryVerdict {
  /** Operations with a known result. */
  readonly operations: number;
  readonly events: number;
  /** Broken guarantees of the API, in words. */
  readonly violations: readonly string[];
  /** Page that shows the violations; absent without any. */
  readonly page?: string;
}

/** Names of the writes that the cluster stores; none, and a problem, if it does not list them. */
export function listStoredWrites(
  recorder: { readonly listStored: () => Promise<ReadonlySet<string>> },
  problems: string[],
): Promise<ReadonlySet<string>> {
  return recorder.listStored().catch((error: unknown) => {
    problems.push(`cannot list the stored writes: ${messageOf(error)}`);
    return new Set<string>();
  });
}

export class Recorder {
  readonly writes: Write[] = [];
  private readonly process: ChildProcess;
  private readonly files: { readonly records: string; readonly page: string };

  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly program: string,
    private readonly namespace: string,
    name: string,
  ) {
    const { client, status } = cluster;
    this.files = client.paths.history(name);
    rmSync(this.files.page, { force: true });
    const options = { kubeconfig: client.paths.kubeconfig, namespace, history: this.files.records };
    const flags = Object.entries(options).map(([flag, value]) => `-${flag}=${value}`);
    const [command = "", ...args] = inNamespace(status.namespace, [program, "run", ...flags]);
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => this.writes.push(JSON.parse(line) as Write));
    // A program that has ended is an error of `check`.
    child.stdin.on("error", () => undefined);
    this.process = child;
  }

  /**
   * Creates the namespace and starts the clients; resolves after the first acknowledged write.
   * @param name name of the history's files; default: the namespace
   */
  static async start(cluster: RehearsedCluster, namespace: string, name = namespace): Promise<Recorder> {
    const { recorder: directory } = await preparePrograms(["recorder"], () => undefined);
    await cluster.kubectl("create", "namespace", namespace);
    const recorder = new Recorder(cluster, join(directory, "recorder"), namespace, name);
    await waitUntil("the first write", 30_000, () => Promise.resolve(recorder.writes.some(({ ok }) => ok)));
    return recorder;
  }

  /** Announces a restore before it starts: the history is checked up to the revision of the backup, and from there on. */
  announceRestore(to: RestorePoint): void {
    this.process.stdin?.write(`${JSON.stringify(to)}\n`);
  }

  /** Stops the clients; resolves when every watcher has seen the last write. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    // After its last output, unlike the event exit.
    const ended = once(this.process, "close");
    this.process.stdin?.end();
    await ended;
  }

  /**
   * Checks the history after `stop`. Keeps it only with violations.
   * @throws if it is incomplete, because the program failed
   */
  async check(): Promise<HistoryVerdict> {
    const { exitCode, signalCode } = this.process;
    const { records, page } = this.files;
    if (exitCode !== 0)
      throw new Error(`the recorder failed (${signalCode ?? String(exitCode)}); its history: ${records}`);
    const checked = await run(this.program, ["check", `-history=${records}`, `-html=${page}`], { maxBuffer: 64 << 20 });
    const verdict = JSON.parse(checked.stdout) as HistoryVerdict;
    if (verdict.violations.length > 0) return { ...verdict, page };
    rmSync(records);
    return verdict;
  }

  /** Longest time in ms without an acknowledged write. */
  get longestOutage(): number {
    return longestOutage(this.writes);
  }

  /** Time in ms from `since` to the end of the last failed write; 0 without failures. */
  failedUntil(since: number): number {
    return failedUntil(this.writes, since);
  }

  /** Measurements as text. @param since start of the fault. */
  describe(since: number): string {
    const failed = failedAttempts(this.writes).length;
    const failures =
      failed === 0
        ? "none failed"
        : `${failed} failed, the last ${this.failedUntil(since)} ms after the fault (${failureReasons(this.writes).join(", ")})`;
    return `${this.writes.length} writes, longest outage ${this.longestOutage} ms, ${failures}`;
  }

  /** Names of the ConfigMaps that the cluster stores. */
  async listStored(): Promise<Set<string>> {
    const listed = await this.cluster.kubectl("-n", this.namespace, "get", "configmaps", "-o", "name");
    return new Set(
      listed
        .trim()
        .split("\n")
        .map((line) => line.replace("configmap/", "")),
    );
  }

  /** Names of acknowledged writes that the cluster does not store. */
  async listLost(): Promise<readonly string[]> {
    return compareWithStored(this.writes, await this.listStored()).lost;
  }
}
