/** Whether API servers notice that what they talked to is another process now, before a client's write does. */
import type { RehearsedCluster } from "./rehearsedCluster";

/** Kinds that nothing else writes: the connections to etcd that an API server has for them are idle. */
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
/** Each API server asks the members in turn. */
const rounds = 3;

/** Has each API server write something of each kind to each member. Rejects where a write fails. */
export async function checkEtcdConnections(cluster: RehearsedCluster): Promise<void> {
  const namespace = `first-use-${Date.now().toString(36)}`;
  const items = kinds.map(([apiVersion, kind, body]) => ({
    apiVersion,
    kind,
    metadata: { generateName: "first-use-", namespace },
    ...body,
  }));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const create = `kubectl --kubeconfig /etc/kubernetes/admin.conf create -f - <<<'${list}' 2>&1 >/dev/null`;
  const script = `for round in {1..${rounds}}; do said=$(${create}) || { tail -n 1 <<<"$said"; exit; }; done`;
  await cluster.kubectl("create", "namespace", namespace);
  for (const machine of cluster.status.machines.filter(({ role }) => role === "control-plane")) {
    const said = (await cluster.runOn(machine, script)).trim();
    if (said !== "") throw new Error(`${machine.name}: a connection to etcd's former process was used: ${said}`);
  }
  await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
}
