/** Check that API servers have replaced their connections to a restarted etcd member before a client's write needs them. */
import type { RehearsedCluster } from "./rehearsedCluster";

/** Kinds that nothing else writes, so that an API server's etcd connections for them are idle. */
const kinds: readonly (readonly [apiVersion: string, kind: string, body: object])[] = [
  ["v1", "LimitRange", { spec: { limits: [] } }],
  ["v1", "PodTemplate", { template: { spec: { containers: [{ name: "none", image: "none" }] } } }],
  ["apps/v1", "ControllerRevision", { revision: 1, data: {} }],
  ["networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {} } }],
  [
    "networking.k8s.io/v1",
    "Ingress",
    { spec: { defaultBackend: { service: { name: "none", port: { number: 80 } } } } },
  ],
  ["rbac.authorization.k8s.io/v1", "Role", { rules: [] }],
];
/** Number of writes per kind: each API server uses the etcd members in turn. */
const rounds = 3;

/** Writes an object of each kind through each API server to each etcd member. Rejects if a write fails. */
export async function checkEtcdConnections(cluster: RehearsedCluster): Promise<void> {
  const namespace = `etcd-connections-${Date.now().toString(36)}`;
  const items = kinds.map(([apiVersion, kind, body]) => ({
    apiVersion,
    kind,
    metadata: { generateName: "probe-", namespace },
    ...body,
  }));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const create = `kubectl --kubeconfig /etc/kubernetes/admin.conf create -f - <<<'${list}' 2>&1 >/dev/null`;
  const script = `for round in {1..${rounds}}; do output=$(${create}) || { tail -n 1 <<<"$output"; exit; }; done`;
  await cluster.kubectl("create", "namespace", namespace);
  for (const machine of cluster.controlPlaneMachines) {
    const error = (await cluster.runOn(machine, script)).trim();
    if (error !== "") throw new Error(`${machine.name} used a stale connection to etcd: ${error}`);
  }
  await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
}
