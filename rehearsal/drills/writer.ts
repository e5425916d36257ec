/** Clients that write through the load balancer while things go wrong, and what became of their writes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";
import { failedUntil, failedWrites, failureReasons, longestOutage, type Write } from "./writes";

export class Writer {
  readonly writes: Write[] = [];
  private readonly process: ChildProcess;

  private constructor(
    private readonly rehearsed: RehearsedCluster,
    private readonly namespace: string,
  ) {
    const { client, status } = rehearsed;
    const script = [process.execPath, join(__dirname, "writerProcess.mjs"), client.paths.kubeconfig, namespace];
    const child = spawn("nsenter", [`--net=/run/netns/${status.namespace}`, ...script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.writes.push(JSON.parse(line) as Write));
    this.process = child;
  }

  /** Starts to write into a namespace of its own; resolves after the first acknowledged write. */
  static async start(rehearsed: RehearsedCluster, namespace: string): Promise<Writer> {
    await rehearsed.kubectl("create", "namespace", namespace);
    const writer = new Writer(rehearsed, namespace);
    await waitUntil("the first write", 30_000, () => Promise.resolve(writer.writes.some(({ ok }) => ok)));
    return writer;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.stdin?.end();
    await exited;
  }

  get failed(): Write[] {
    return failedWrites(this.writes);
  }

  /** Longest time in ms in which no client had a write acknowledged. */
  get longestOutage(): number {
    return longestOutage(this.writes);
  }

  /** Time in ms from `since` to the end of the last write that failed; 0 if none did. */
  failedUntil(since: number): number {
    return failedUntil(this.writes, since);
  }

  /** What was measured, for people. */
  describe(since: number): string {
    return [
      `${this.writes.length} writes`,
      `longest time without one ${this.longestOutage} ms`,
      this.failed.length === 0
        ? "none failed"
        : `${this.failed.length} failed, the last ${this.failedUntil(since)} ms after the fault ` +
          `(${failureReasons(this.writes).join(", ")})`,
    ].join(", ");
  }

  /** Names of the writes that the cluster has. */
  async stored(): Promise<Set<string>> {
    const listed = await this.rehearsed.kubectl("-n", this.namespace, "get", "configmaps", "-o", "name");
    return new Set(
      listed
        .trim()
        .split("\n")
        .map((line) => line.replace("configmap/", "")),
    );
  }

  /** Names of acknowledged writes that the cluster does not have. */
  async lost(): Promise<string[]> {
    const there = await this.stored();
    return this.writes.filter(({ ok, name }) => ok && !there.has(name)).map(({ name }) => name);
  }
}
