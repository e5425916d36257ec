/** Pods that drills of workers run: big ones, of which a machine has room for one. */
import { setTimeout as sleep } from "node:timers/promises";
import { echoImage } from "../assets";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

async function pods(cluster: RehearsedCluster, ...args: string[]): Promise<Pod[]> {
  return (JSON.parse(await cluster.kubectl("get", "pods", "-A", ...args, "-o", "json")) as { items: Pod[] }).items;
}

/** Names of a node's pods that would have to move: neither a DaemonSet's nor the node's own. */
export async function listEvictablePods(cluster: RehearsedCluster, node: string): Promise<string[]> {
  const found = await pods(
    cluster,
    `--field-selector=spec.nodeName=${node},status.phase!=Succeeded,status.phase!=Failed`,
  );
  return found
    .filter(({ metadata }) => !metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node"))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

/** Pods that fit on no node. */
export async function listUnschedulablePods(cluster: RehearsedCluster): Promise<string[]> {
  const found = await pods(cluster, "--field-selector=status.phase=Pending");
  return found
    .filter(({ status }) =>
      status.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable"),
    )
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

export class Workload {
  /** Fewest replicas that were ready since it was last looked at. */
  minReady = Infinity;
  #watching = true;
  #loop: Promise<void> = Promise.resolve();

  private constructor(
    private readonly cluster: RehearsedCluster,
    readonly namespace: string,
  ) {}

  /** Runs `replicas` pods, each of which takes more than half of a worker, and waits until all are ready. */
  static async start(cluster: RehearsedCluster, replicas: number): Promise<Workload> {
    const workload = new Workload(cluster, `crowd-${Date.now().toString(36)}`);
    const node = await cluster.kubectl("get", "node", cluster.worker.id, "-o", "jsonpath={.status.allocatable.cpu}");
    const milli = node.endsWith("m") ? Number(node.slice(0, -1)) : Number(node) * 1000;
    const { namespace } = workload;
    await cluster.kubectl("create", "namespace", namespace);
    const deployment = ["-n", namespace, "create", "deployment", "crowd", `--image=${echoImage}`, "--replicas=0"];
    await cluster.kubectl(...deployment);
    const requests = `--requests=cpu=${Math.ceil(milli * 0.55)}m`;
    await cluster.kubectl("-n", namespace, "set", "resources", "deployment", "crowd", requests);
    const budget = ["-n", namespace, "create", "poddisruptionbudget", "crowd", "--selector=app=crowd"];
    await cluster.kubectl(...budget, "--max-unavailable=1");
    await workload.scale(replicas);
    await workload.waitForReadyPods(replicas, 60_000);
    workload.#loop = workload.watch();
    return workload;
  }

  async scale(replicas: number): Promise<void> {
    await this.cluster.kubectl("-n", this.namespace, "scale", "deployment", "crowd", `--replicas=${replicas}`);
  }

  async waitForReadyPods(replicas: number, timeoutMs: number): Promise<void> {
    await waitUntil(`${replicas} pods ready`, timeoutMs, async () => (await this.ready()) === replicas);
  }

  /** Takes it away; its namespace goes with it. */
  async stop(): Promise<void> {
    this.#watching = false;
    await this.#loop;
    await this.cluster.kubectl("delete", "namespace", this.namespace, "--wait=false");
  }

  private async ready(): Promise<number> {
    const query = "jsonpath={.status.readyReplicas}";
    return Number(await this.cluster.kubectl("-n", this.namespace, "get", "deployment", "crowd", "-o", query));
  }

  private async watch(): Promise<void> {
    while (this.#watching) {
      this.minReady = Math.min(this.minReady, await this.ready().catch(() => Infinity));
      await sleep(500);
    }
  }
}
