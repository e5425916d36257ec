import type { Tenants } from "../../tenancy/settings";
import { lineage, subtreeOf } from "../../tenancy/tree.plan";
import type { Grant, RbacSpec } from "./settings";

/** Kubernetes' own roles that can be granted. `cluster-admin` is reserved for the break-glass group. */
export const builtInRoles: Readonly<Record<string, string>> = {
  view: "reads everything except Secrets, roles and role bindings",
  edit: "changes workloads, Services, ConfigMaps, Secrets and volumes, and enters containers; cannot change roles and quotas",
  admin: "as edit, and grants roles whose permissions it has itself",
};

/** Subject of a role binding. */
export interface Subject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly name: string;
  readonly namespace?: string;
}

/** A role granted to a subject, in one namespace or in the whole cluster. */
export interface Binding {
  readonly subject: Subject;
  /** Key of the subject in the settings. */
  readonly subjectKey: string;
  readonly role: string;
  /** Absent: in the whole cluster. */
  readonly namespace?: string;
  /** Tenant in the grant, if the namespace belongs to a tenant below it. */
  readonly inheritedFrom?: string | undefined;
}

/** Name of the ClusterRole; the prefix keeps roles of the settings apart from those of Kubernetes. */
export const clusterRoleName = (role: string): string =>
  Object.hasOwn(builtInRoles, role) ? role : `holdfast:${role}`;

/** Removes duplicates; a direct grant takes precedence over an inherited one. */
function unique(bindings: readonly Binding[]): readonly Binding[] {
  const byId = new Map<string, Binding>();
  for (const binding of bindings) {
    const { kind, name, namespace = "" } = binding.subject;
    const id = JSON.stringify([kind, namespace, name, binding.role, binding.namespace]);
    const other = byId.get(id);
    if (other === undefined || (other.inheritedFrom !== undefined && binding.inheritedFrom === undefined)) {
      byId.set(id, binding);
    }
  }
  return [...byId.values()];
}

/** All role bindings of the settings, except that of the break-glass group. */
export function allBindings({ groups, users }: RbacSpec, tenants: Tenants): readonly Binding[] {
  const bind = (subject: Subject, subjectKey: string, grants: readonly Grant[]) =>
    grants.flatMap(({ role, cluster, namespaces, tenants: granted }): readonly Binding[] => [
      ...(cluster ? [{ subject, subjectKey, role }] : []),
      ...granted.flatMap((tenant) =>
        subtreeOf(tenants, tenant).map((namespace) => {
          const inheritedFrom = namespace === tenant ? undefined : tenant;
          return { subject, subjectKey, role, namespace, inheritedFrom };
        }),
      ),
      ...namespaces.map((namespace) => ({ subject, subjectKey, role, namespace })),
    ]);
  return unique([
    ...Object.entries(users).flatMap(([key, { username, grants }]) =>
      bind({ kind: "User", name: username }, key, grants),
    ),
    ...Object.entries(groups).flatMap(([key, { name, grants }]) => bind({ kind: "Group", name }, key, grants)),
    ...Object.entries(tenants).flatMap(([tenant, { serviceAccounts }]) =>
      Object.entries(serviceAccounts).flatMap(([name, { roles }]) => {
        const grants = roles.map((role) => ({ role, tenants: [tenant], namespaces: [], cluster: false }));
        return bind({ kind: "ServiceAccount", name, namespace: tenant }, `${tenant}.${name}`, grants);
      }),
    ),
  ]);
}

/** Name of the RoleBinding or ClusterRoleBinding. */
export function bindingName({ subject, subjectKey, role }: Binding): string {
  return `holdfast:${subject.kind.toLowerCase()}:${subjectKey}:${role}`;
}

/** One permission of a user. */
export interface Permission extends Binding {
  /** Key of the group that grants the role; absent: a grant of the user. */
  readonly viaGroup?: string;
}

/** Permissions of a user by the settings, in the order of the tenant tree. */
export function permissionsOf(access: RbacSpec, tenants: Tenants, user: string): readonly Permission[] {
  const memberOf = access.users[user]?.groups ?? [];
  const place = ({ namespace }: Binding): string =>
    namespace === undefined ? "" : [...lineage(tenants, namespace), namespace].join("/");
  const permissions = allBindings(access, tenants).flatMap((binding): Permission[] => {
    const { subject, subjectKey } = binding;
    if (subject.kind === "User" && subjectKey === user) return [binding];
    if (subject.kind === "Group" && memberOf.includes(subjectKey)) return [{ ...binding, viaGroup: subjectKey }];
    return [];
  });
  return permissions.sort((one, other) => place(one).localeCompare(place(other)) || one.role.localeCompare(other.role));
}

/** Names of a user's groups, as a client certificate carries them. */
export const groupNames = (access: RbacSpec, user: string): readonly string[] =>
  (access.users[user]?.groups ?? []).map((group) => access.groups[group]?.name ?? group);
