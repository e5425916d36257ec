/** Clients that write through the load balancer while things go wrong, and what became of their writes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Rehearsed, until } from "./rehearsed";

interface Write {
  readonly name: string;
  readonly ok: boolean;
  /** When it was begun, in ms since the epoch, and how long it took. */
  readonly at: number;
  readonly ms: number;
  readonly why?: string;
}

export class Writer {
  readonly writes: Write[] = [];
  private readonly process: ChildProcess;

  private constructor(
    private readonly rehearsed: Rehearsed,
    private readonly namespace: string,
  ) {
    const { client, status } = rehearsed;
    const script = [process.execPath, join(__dirname, "writer.mjs"), client.paths.kubeconfig, namespace];
    const child = spawn("nsenter", [`--net=/run/netns/${status.namespace}`, ...script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.writes.push(JSON.parse(line) as Write));
    this.process = child;
  }

  /** Starts to write into a namespace of its own; resolves after the first acknowledged write. */
  static async start(rehearsed: Rehearsed, namespace: string): Promise<Writer> {
    await rehearsed.kubectl("create", "namespace", namespace);
    const writer = new Writer(rehearsed, namespace);
    await until("the first write", 30_000, () => Promise.resolve(writer.writes.some(({ ok }) => ok)));
    return writer;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.stdin?.end();
    await exited;
  }

  get failed(): Write[] {
    return this.writes.filter(({ ok }) => !ok);
  }

  /** Longest time in ms in which no client had a write acknowledged. */
  get longestOutage(): number {
    const acknowledged = this.writes
      .filter(({ ok }) => ok)
      .map(({ at, ms }) => at + ms)
      .sort((one, other) => one - other);
    return Math.max(0, ...acknowledged.slice(1).map((time, index) => time - (acknowledged[index] ?? time)));
  }

  /** Time in ms from `since` to the end of the last write that failed; 0 if none did. */
  failedUntil(since: number): number {
    return Math.max(0, ...this.failed.map(({ at, ms }) => at + ms - since));
  }

  /** What was measured, for people. */
  describe(since: number): string {
    const reasons = new Map<string, number>();
    for (const { why = "" } of this.failed) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    return [
      `${this.writes.length} writes`,
      `longest time without one ${this.longestOutage} ms`,
      this.failed.length === 0
        ? "none failed"
        : `${this.failed.length} failed, the last ${this.failedUntil(since)} ms after the fault ` +
          `(${[...reasons].map(([why, count]) => `${count}× ${why}`).join(", ")})`,
    ].join(", ");
  }

  /** Names of acknowledged writes that the cluster does not have. */
  async lost(): Promise<string[]> {
    const listed = await this.rehearsed.kubectl("-n", this.namespace, "get", "configmaps", "-o", "name");
    const there = new Set(listed.trim().split("\n"));
    return this.writes.filter(({ ok, name }) => ok && !there.has(`configmap/${name}`)).map(({ name }) => name);
  }
}
