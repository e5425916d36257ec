/** Facts from the Kubernetes API for the CIS checks: roles, bindings, labels of namespaces. */
import type { Api } from "../validate/api";
import type { BindingFact, ClusterFacts, RoleFact } from "./facts";

interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
interface Role {
  readonly metadata: Meta;
  readonly rules?: RoleFact["rules"] | null;
}
interface Binding {
  readonly metadata: Meta;
  readonly roleRef: BindingFact["role"];
  readonly subjects?: BindingFact["subjects"] | null;
}

export async function fetchClusterFacts(api: Api): Promise<ClusterFacts> {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const [roles, clusterRoles, bindings, clusterBindings, namespaces] = await Promise.all([
    api.list<Role>(`${rbac}/roles`),
    api.list<Role>(`${rbac}/clusterroles`),
    api.list<Binding>(`${rbac}/rolebindings`),
    api.list<Binding>(`${rbac}/clusterrolebindings`),
    api.list<{ readonly metadata: Meta }>("/api/v1/namespaces"),
  ]);
  return {
    roles: [...roles, ...clusterRoles].map(({ metadata: { name, namespace }, rules }) => ({
      ...{ name, namespace },
      rules: rules ?? [],
    })),
    bindings: [...bindings, ...clusterBindings].map(({ metadata: { name, namespace }, roleRef, subjects }) => ({
      ...{ name, namespace, role: roleRef },
      subjects: subjects ?? [],
    })),
    namespaces: Object.fromEntries(namespaces.map(({ metadata: { name, labels = {} } }) => [name, labels])),
  };
}
