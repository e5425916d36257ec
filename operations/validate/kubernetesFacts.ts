/** Facts from the Kubernetes API about nodes and the pods of kube-system. */
import { messageOf } from "../../cli/program";
import { poolLabel } from "../../components/workers/pools.plan";
import type { Api } from "./api";
import type { NodeFact, PodFact, WorkloadFact } from "./facts";

interface Meta {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly creationTimestamp: string;
}
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}
export interface NodeObject {
  readonly metadata: Meta;
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: { readonly kubeletVersion: string };
  };
}
export interface PodObject {
  readonly metadata: Meta;
  readonly spec: { readonly nodeName?: string; readonly priorityClassName?: string };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}
interface Lease {
  readonly metadata: Meta;
  readonly spec: { readonly renewTime?: string };
}
interface Workload {
  readonly metadata: Meta;
  readonly spec: { readonly replicas?: number };
  readonly status: {
    readonly readyReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

const system = "kube-system";

/** Checks of `/readyz`. If one fails, the API answers with an error status and the same list as its message. */
export async function fetchReadiness(api: Api): Promise<readonly { name: string; ok: boolean }[]> {
  try {
    return parseReadiness(await api.raw("/readyz?verbose"));
  } catch (error) {
    const checks = parseReadiness(messageOf(error));
    if (checks.length === 0) throw error;
    return checks;
  }
}

/** Lines such as `[+]ping ok` and `[-]etcd failed: …`. */
export function parseReadiness(text: string): readonly { name: string; ok: boolean }[] {
  return [...text.matchAll(/\[([+-])\](\S+) /g)].map(([, sign, name = ""]) => ({ name, ok: sign === "+" }));
}

export async function fetchNodes(api: Api): Promise<readonly NodeFact[]> {
  const [nodes, leases] = await Promise.all([
    api.list<NodeObject>("/api/v1/nodes"),
    api.list<Lease>("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"),
  ]);
  const renewed = new Map(leases.map(({ metadata, spec }) => [metadata.name, spec.renewTime]));
  return nodes.map((node) => nodeFact(node, renewed.get(node.metadata.name)));
}

export function nodeFact({ metadata, spec, status }: NodeObject, renewTime: string | undefined): NodeFact {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return {
    name: metadata.name,
    ready: ready?.status === "True",
    reason: ready === undefined ? "no Ready condition" : (ready.message ?? ready.reason ?? ready.status),
    version: status.nodeInfo?.kubeletVersion ?? "",
    controlPlane: Object.hasOwn(metadata.labels ?? {}, "node-role.kubernetes.io/control-plane"),
    pool: metadata.labels?.[poolLabel],
    cordoned: spec.unschedulable === true,
    lastHeartbeat: renewTime === undefined ? undefined : new Date(renewTime),
  };
}

export async function fetchPods(api: Api): Promise<readonly PodFact[]> {
  return (await api.list<PodObject>(`/api/v1/namespaces/${system}/pods`)).map(podFact);
}

export function podFact({ metadata, spec, status }: PodObject): PodFact {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const waiting = status.containerStatuses?.find(({ state }) => state?.waiting !== undefined);
  const waitingReason = waiting && `${waiting.name} ${waiting.state?.waiting?.reason ?? "waiting"}`;
  const labels = metadata.labels ?? {};
  return {
    name: metadata.name,
    node: spec.nodeName ?? "",
    component: labels.component ?? labels["k8s-app"] ?? "",
    ready: ready?.status === "True",
    succeeded: status.phase === "Succeeded",
    priority: spec.priorityClassName ?? "",
    reason: waitingReason ?? ready?.message ?? status.phase ?? "",
    created: new Date(metadata.creationTimestamp),
  };
}

export async function fetchWorkloads(api: Api): Promise<readonly WorkloadFact[]> {
  const [deployments, daemonSets] = await Promise.all(
    ["deployments", "daemonsets"].map((plural) => api.list<Workload>(`/apis/apps/v1/namespaces/${system}/${plural}`)),
  );
  return [
    ...(deployments ?? []).map(({ metadata, spec, status }): WorkloadFact => {
      return { name: metadata.name, kind: "Deployment", wanted: spec.replicas ?? 1, ready: status.readyReplicas ?? 0 };
    }),
    ...(daemonSets ?? []).map(({ metadata, status }): WorkloadFact => {
      const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0 } = status;
      return { name: metadata.name, kind: "DaemonSet", wanted, ready };
    }),
  ];
}

/** Creation time of the cluster. */
export async function fetchCreationTime(api: Api): Promise<Date> {
  const { metadata } = await api.object<{ metadata: Meta }>(`/api/v1/namespaces/${system}`);
  return new Date(metadata.creationTimestamp);
}
