/** What the Kubernetes API tells about nodes and the system's own pods. */

import type { NodeFact, PodFact, WorkloadFact } from "./facts";
import type { Api } from "./api";

interface Meta {
  readonly name: string;
  readonly namespace?: string;
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

/** Checks of `/readyz`: each line is `[+]ping ok` or `[-]etcd failed: …`. Its text comes with an error where one fails. */
export async function fetchReadiness(api: Api): Promise<readonly { name: string; ok: boolean }[]> {
  let text: string;
  try {
    text = await api.raw("/readyz?verbose");
  } catch (error) {
    text = error instanceof Error ? error.message : "";
    if (!/\[[+-]\]\S+ /.test(text)) throw error;
  }
  return parseReadiness(text);
}

export function parseReadiness(text: string): readonly { name: string; ok: boolean }[] {
  return [...text.matchAll(/\[([+-])\](\S+) /g)].map(([, sign, name = ""]) => ({ name, ok: sign === "+" }));
}

export async function fetchNodes(api: Api): Promise<readonly NodeFact[]> {
  const [nodes, leases] = await Promise.all([
    api.list<NodeObject>("/api/v1/nodes"),
    api.list<Lease>("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"),
  ]);
  const seen = new Map(leases.map(({ metadata, spec }) => [metadata.name, spec.renewTime]));
  return nodes.map((node) => nodeFact(node, seen.get(node.metadata.name)));
}

export function nodeFact({ metadata, spec, status }: NodeObject, seen: string | undefined): NodeFact {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return {
    name: metadata.name,
    ready: ready?.status === "True",
    reason: ready === undefined ? "it has not said how it is" : (ready.message ?? ready.reason ?? ready.status),
    version: status.nodeInfo?.kubeletVersion ?? "",
    controlPlane: Object.hasOwn(metadata.labels ?? {}, "node-role.kubernetes.io/control-plane"),
    cordoned: spec.unschedulable === true,
    seen: seen === undefined ? undefined : new Date(seen),
  };
}

export async function fetchPods(api: Api): Promise<readonly PodFact[]> {
  return (await api.list<PodObject>(`/api/v1/namespaces/${system}/pods`)).map(podFact);
}

export function podFact({ metadata, spec, status }: PodObject): PodFact {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const waiting = status.containerStatuses?.find(({ state }) => state?.waiting !== undefined);
  const waits = waiting && `${waiting.name} ${waiting.state?.waiting?.reason ?? "waits"}`;
  const labels = metadata.labels ?? {};
  return {
    name: metadata.name,
    node: spec.nodeName ?? "",
    component: labels["component"] ?? labels["k8s-app"] ?? "",
    ready: ready?.status === "True",
    succeeded: status.phase === "Succeeded",
    priority: spec.priorityClassName ?? "",
    reason: waits ?? ready?.message ?? status.phase ?? "",
    created: new Date(metadata.creationTimestamp),
  };
}

export async function fetchWorkloads(api: Api): Promise<readonly WorkloadFact[]> {
  const of = (plural: string): string => `/apis/apps/v1/namespaces/${system}/${plural}`;
  const [deployments, daemonSets] = await Promise.all([
    api.list<Workload>(of("deployments")),
    api.list<Workload>(of("daemonsets")),
  ]);
  return [
    ...deployments.map(({ metadata, spec, status }): WorkloadFact => {
      return { name: metadata.name, kind: "Deployment", wanted: spec.replicas ?? 1, ready: status.readyReplicas ?? 0 };
    }),
    ...daemonSets.map(({ metadata, status }): WorkloadFact => {
      const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0 } = status;
      return { name: metadata.name, kind: "DaemonSet", wanted, ready };
    }),
  ];
}

/** When the cluster was founded. */
export async function fetchCreationTime(api: Api): Promise<Date> {
  const { metadata } = await api.object<{ metadata: Meta }>(`/api/v1/namespaces/${system}`);
  return new Date(metadata.creationTimestamp);
}
