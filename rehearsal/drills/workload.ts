/** Deployment of a drill: large pods, of which one fits on a worker. */
import { echoImage } from "../assets";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";
import { Repetition } from "./repetition";

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly reason?: string }[] };
}

const listPods = (cluster: RehearsedCluster, fieldSelector: string): Promise<Pod[]> =>
  cluster.list<Pod>(`pods?fieldSelector=${encodeURIComponent(fieldSelector)}`);

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;

/** Pods of a node that a drain evicts: all except those of DaemonSets and static pods. */
export async function listEvictablePods(cluster: RehearsedCluster, node: string): Promise<string[]> {
  const pods = await listPods(cluster, `spec.nodeName=${node},status.phase!=Succeeded,status.phase!=Failed`);
  return pods
    .filter(({ metadata }) => !metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node"))
    .map(nameOf);
}

export async function listUnschedulablePods(cluster: RehearsedCluster): Promise<string[]> {
  const pods = await listPods(cluster, "status.phase=Pending");
  return pods
    .filter(({ status }) =>
      status.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable"),
    )
    .map(nameOf);
}

export class Workload {
  /** Smallest number of ready replicas since the start. */
  minReady = Infinity;
  #observations: Repetition | undefined;

  private constructor(
    private readonly cluster: RehearsedCluster,
    readonly namespace: string,
  ) {}

  /** Creates a Deployment whose pods request more than half of a worker's CPU, and waits until all are ready. */
  static async start(cluster: RehearsedCluster, replicas: number): Promise<Workload> {
    const workload = new Workload(cluster, `workload-${Date.now().toString(36)}`);
    const cpu = await cluster.kubectl("get", "node", cluster.worker.id, "-o", "jsonpath={.status.allocatable.cpu}");
    const milli = cpu.endsWith("m") ? Number(cpu.slice(0, -1)) : Number(cpu) * 1000;
    const { namespace } = workload;
    await cluster.kubectl("create", "namespace", namespace);
    await workload.kubectl("create", "deployment", "workload", `--image=${echoImage}`, "--replicas=0");
    await workload.kubectl("set", "resources", "deployment", "workload", `--requests=cpu=${Math.ceil(milli * 0.55)}m`);
    const budget = ["create", "poddisruptionbudget", "workload", "--selector=app=workload", "--max-unavailable=1"];
    await workload.kubectl(...budget);
    await workload.scale(replicas);
    await workload.waitForReadyPods(replicas, 60_000);
    workload.#observations = new Repetition(500, () => workload.observe());
    return workload;
  }

  async scale(replicas: number): Promise<void> {
    await this.kubectl("scale", "deployment", "workload", `--replicas=${replicas}`);
  }

  async waitForReadyPods(replicas: number, timeoutMs: number): Promise<void> {
    await waitUntil(`${replicas} ready pods`, timeoutMs, async () => (await this.countReady()) === replicas);
  }

  /** Waits until the Deployment reports that the API server has refused a pod. */
  async waitForFailedPods(timeoutMs: number): Promise<void> {
    const condition = 'jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].status}';
    await waitUntil("a refused pod of the Deployment", timeoutMs, async () => {
      return (await this.kubectl("get", "deployment", "workload", "-o", condition)) === "True";
    });
  }

  /** Pods of the workload on a node. */
  async listPodsOn(node: string): Promise<string[]> {
    return (await listEvictablePods(this.cluster, node)).filter((pod) => pod.startsWith(`${this.namespace}/`));
  }

  /** Deletes the namespace of the workload. */
  async stop(): Promise<void> {
    await this.#observations?.stop();
    await this.cluster.kubectl("delete", "namespace", this.namespace, "--wait=false");
  }

  private kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl("-n", this.namespace, ...args);
  }

  private async countReady(): Promise<number> {
    const path = `/apis/apps/v1/namespaces/${this.namespace}/deployments/workload`;
    const { status } = await this.cluster.get<{ status: { readyReplicas?: number } }>(path);
    return status.readyReplicas ?? 0;
  }

  private async observe(): Promise<void> {
    this.minReady = Math.min(this.minReady, await this.countReady().catch(() => Infinity));
  }
}
