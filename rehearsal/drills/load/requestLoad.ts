/** Request load on three Services: clients in the cluster, whose reports a collector receives in the rehearsal's network. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inNamespace } from "../../machines/namespaces";
import { serviceAddresses } from "../../services/serviceAddresses";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import type { Attempt } from "../writes";
import { clientsName, loadedServices, loadObjects } from "./objects";

/** Request to a Service. */
export interface LoadRequest extends Attempt {
  readonly service: string;
}

/** Report of a client; may arrive twice. */
interface Report {
  readonly client: string;
  readonly number: number;
  readonly requests: readonly LoadRequest[];
}

/** Pods reach AWS at this address, and the collector beside it. */
const [collectorAddress, collectorPort] = [serviceAddresses.awsApi, 8090];

export class RequestLoad {
  readonly requests: LoadRequest[] = [];
  private readonly received = new Set<string>();
  private readonly collector: ChildProcess;

  private constructor(
    private readonly cluster: RehearsedCluster,
    readonly namespace: string,
  ) {
    const script = [process.execPath, join(__dirname, "collectorProcess.mjs"), collectorAddress, String(collectorPort)];
    const [command = "", ...args] = inNamespace(cluster.status.namespace, script);
    this.collector = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.collector.stdout === null) return;
    createInterface({ input: this.collector.stdout }).on("line", (line) => {
      this.add(JSON.parse(line) as Report);
    });
  }

  /** Creates the Services and clients in a new namespace; resolves when every client sends requests to every Service. */
  static async start(cluster: RehearsedCluster, namespace: string): Promise<RequestLoad> {
    const load = new RequestLoad(cluster, namespace);
    try {
      await cluster.kubectl("create", "namespace", namespace);
      for (const { path, object } of loadObjects(namespace, `http://${collectorAddress}:${collectorPort}/`)) {
        const request = { method: "POST", path, body: JSON.stringify(object) } as const;
        const { status, body } = await cluster.client.kubernetes(request);
        if (status !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${status}: ${body}`);
      }
      for (const name of [...loadedServices.map((service) => service.name), clientsName])
        await load.kubectl("rollout", "status", `deployment/${name}`, "--timeout=120s", "--request-timeout=0");
      await waitUntil("a request to every Service", 30_000, () =>
        Promise.resolve(loadedServices.every(({ name }) => load.requests.some(({ service }) => service === name))),
      );
      return load;
    } catch (error) {
      await load.end();
      throw error;
    }
  }

  /** Ends the clients after their last reports, and the collector; deletes the namespace. */
  async stop(): Promise<void> {
    if (this.collector.exitCode !== null) return;
    const last = ["--cascade=foreground", "--timeout=90s", "--request-timeout=0"];
    try {
      await this.kubectl("delete", "deployment", clientsName, ...last);
    } finally {
      await this.end();
    }
  }

  private async end(): Promise<void> {
    // After its last output, unlike the event exit.
    const ended = once(this.collector, "close");
    this.collector.stdin?.end();
    await ended;
    await this.cluster.kubectl("delete", "namespace", this.namespace, "--wait=false", "--ignore-not-found");
  }

  private add({ client, number, requests }: Report): void {
    const id = `${client} ${number}`;
    if (this.received.has(id)) return;
    this.received.add(id);
    this.requests.push(...requests);
  }

  private kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl("-n", this.namespace, ...args);
  }
}
