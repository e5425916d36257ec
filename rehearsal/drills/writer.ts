/** Clients that write through the load balancer during a fault. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";
import { compareWithStored, failedAttempts, failedUntil, failureReasons, longestOutage, type Write } from "./writes";

export class Writer {
  readonly writes: Write[] = [];
  private readonly process: ChildProcess;

  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly namespace: string,
  ) {
    const { client, status } = cluster;
    const script = [process.execPath, join(__dirname, "writerProcess.mjs"), client.paths.kubeconfig, namespace];
    const child = spawn("nsenter", [`--net=/run/netns/${status.namespace}`, ...script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.writes.push(JSON.parse(line) as Write));
    this.process = child;
  }

  /** Creates the namespace and starts the clients; resolves after the first acknowledged write. */
  static async start(cluster: RehearsedCluster, namespace: string): Promise<Writer> {
    await cluster.kubectl("create", "namespace", namespace);
    const writer = new Writer(cluster, namespace);
    await waitUntil("the first write", 30_000, () => Promise.resolve(writer.writes.some(({ ok }) => ok)));
    return writer;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.stdin?.end();
    await exited;
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

  /** Names of the writes that the cluster stores. */
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
