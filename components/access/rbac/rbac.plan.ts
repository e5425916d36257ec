/** People, groups and roles: who may do what, and where. Pure. */

import { lineage, subtreeOf } from "../../tenancy/tree.plan";
import type { Tenants } from "../../tenancy/spec";

/** Roles that come with Kubernetes and may be granted. `cluster-admin` is the break-glass group's alone. */
export const builtInRoles: Readonly<Record<string, string>> = {
  view: "reads everything but Secrets and who has which role",
  edit: "changes workloads, Services, ConfigMaps, Secrets and volumes, enters containers; changes no roles and quotas",
  admin: "as edit, and gives others roles that it has itself",
};

/** What one rule of a role allows. */
export interface RoleRule {
  /** `""` is the core group. */
  readonly apiGroups: readonly string[];
  /** Plural names, with subresources as `pods/log`. */
  readonly resources: readonly string[];
  /** Empty: all names. */
  readonly resourceNames: readonly string[];
  /** Paths such as `/metrics`, in place of resources; in the whole cluster only. */
  readonly paths: readonly string[];
  readonly verbs: readonly string[];
}

export interface RoleSpec {
  readonly description: string;
  readonly rules: readonly RoleRule[];
}

/** A role, and where it holds. */
export interface GrantSpec {
  /** `view`, `edit`, `admin` or a role of the settings. */
  readonly role: string;
  /** In these tenants' namespaces, and in those of all tenants below them. */
  readonly tenants: readonly string[];
  /** In these namespaces that belong to no tenant. */
  readonly namespaces: readonly string[];
  /** In all namespaces, and for what is in none. */
  readonly cluster: boolean;
}

export interface GroupSpec {
  /** As Kubernetes sees it: in certificates, or with an issuer's prefix. */
  readonly name: string;
  readonly description: string;
  readonly grants: readonly GrantSpec[];
}

export interface PersonSpec {
  /** As Kubernetes sees it: in certificates, or with an issuer's prefix. */
  readonly username: string;
  /** Keys of `groups`. */
  readonly groups: readonly string[];
  readonly grants: readonly GrantSpec[];
}

export interface BreakGlassSpec {
  /** The only group that is cluster-admin. */
  readonly group: string;
  /** Who may be given a certificate in it, by keys of `people`. */
  readonly people: readonly string[];
  /** Life of such a certificate at most, in hours. */
  readonly hours: number;
}

export interface PeopleSpec {
  readonly people: Readonly<Record<string, PersonSpec>>;
  readonly groups: Readonly<Record<string, GroupSpec>>;
  readonly roles: Readonly<Record<string, RoleSpec>>;
  readonly breakGlass: BreakGlassSpec;
  /** Life of people's certificates at most, in hours. */
  readonly certificateHours: number;
}

/** Who is bound, in RBAC's words. */
export interface Subject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly name: string;
  readonly namespace?: string;
}

/** A role in one place. */
export interface Binding {
  readonly subject: Subject;
  /** Key of the subject in the settings. */
  readonly of: string;
  /** Key of the role. */
  readonly role: string;
  /** Absent: in the whole cluster. */
  readonly namespace?: string;
  /** Tenant that the grant names, where the namespace is that of one below it. */
  readonly inheritedFrom?: string;
}

/** Name of the ClusterRole that holds a role's rules: no name of the settings meets one of Kubernetes. */
export const clusterRoleName = (role: string): string =>
  Object.hasOwn(builtInRoles, role) ? role : `holdfast:${role}`;

const inTenants = (
  tenants: Tenants,
  names: readonly string[],
): readonly Pick<Binding, "namespace" | "inheritedFrom">[] =>
  names.flatMap((name) =>
    subtreeOf(tenants, name).map((namespace) => ({
      namespace,
      ...(namespace === name ? {} : { inheritedFrom: name }),
    })),
  );

/** A grant, place by place. */
function bindingsOfGrant(tenants: Tenants, subject: Subject, of: string, grant: GrantSpec): readonly Binding[] {
  const places: readonly Pick<Binding, "namespace" | "inheritedFrom">[] = [
    ...(grant.cluster ? [{}] : []),
    ...inTenants(tenants, grant.tenants),
    ...grant.namespaces.map((namespace) => ({ namespace })),
  ];
  return places.map((place) => ({ subject, of, role: grant.role, ...place }));
}

/** Each role of a subject in a place once, wherever it comes from. */
function unique(bindings: readonly Binding[]): readonly Binding[] {
  const byId = new Map<string, Binding>();
  for (const binding of bindings) {
    const { kind, name, namespace = "" } = binding.subject;
    const id = JSON.stringify([kind, namespace, name, binding.role, binding.namespace]);
    const other = byId.get(id);
    // What is granted in the place itself says more than what comes from above.
    if (other === undefined || (other.inheritedFrom !== undefined && binding.inheritedFrom === undefined))
      byId.set(id, binding);
  }
  return [...byId.values()];
}

export function groupBindings({ groups }: Pick<PeopleSpec, "groups">, tenants: Tenants): readonly Binding[] {
  return unique(
    Object.entries(groups).flatMap(([of, { name, grants }]) =>
      grants.flatMap((grant) => bindingsOfGrant(tenants, { kind: "Group", name }, of, grant)),
    ),
  );
}

export function personBindings({ people }: Pick<PeopleSpec, "people">, tenants: Tenants): readonly Binding[] {
  return unique(
    Object.entries(people).flatMap(([of, { username, grants }]) =>
      grants.flatMap((grant) => bindingsOfGrant(tenants, { kind: "User", name: username }, of, grant)),
    ),
  );
}

/** Roles of tenants' service accounts: in their own namespace and in those below. */
export function serviceAccountBindings(tenants: Tenants): readonly Binding[] {
  return unique(
    Object.entries(tenants).flatMap(([tenant, { serviceAccounts }]) =>
      Object.entries(serviceAccounts).flatMap(([name, { roles }]) =>
        roles.flatMap((role) =>
          bindingsOfGrant(tenants, { kind: "ServiceAccount", name, namespace: tenant }, `${tenant}.${name}`, {
            role,
            tenants: [tenant],
            namespaces: [],
            cluster: false,
          }),
        ),
      ),
    ),
  );
}

/** All bindings of the settings, the break-glass group's apart. */
export function allBindings(access: PeopleSpec, tenants: Tenants): readonly Binding[] {
  return [...groupBindings(access, tenants), ...personBindings(access, tenants), ...serviceAccountBindings(tenants)];
}

/** Name of the RoleBinding or ClusterRoleBinding: it says whose it is. */
export function bindingName({ subject, of, role }: Binding): string {
  const kind = { User: "person", Group: "group", ServiceAccount: "account" }[subject.kind];
  return `holdfast:${kind}:${of}:${role}`;
}

/** One line of what a person may do. */
export interface Permission extends Binding {
  /** Where it comes from: the person's own grant, or a group's key. */
  readonly through: { readonly group?: string };
}

/** What a person may do by the settings, places in the order of the tree. */
export function permissionsOf(access: PeopleSpec, tenants: Tenants, person: string): readonly Permission[] {
  const groups = access.people[person]?.groups ?? [];
  const own = personBindings(access, tenants).filter(({ of }) => of === person);
  const through = groupBindings(access, tenants).filter(({ of }) => groups.includes(of));
  const place = ({ namespace }: Binding): string =>
    namespace === undefined ? "" : [...lineage(tenants, namespace), namespace].join("/");
  return [
    ...own.map((binding) => ({ ...binding, through: {} })),
    ...through.map((binding) => ({ ...binding, through: { group: binding.of } })),
  ].sort((one, other) => place(one).localeCompare(place(other)) || one.role.localeCompare(other.role));
}

/** Groups of a person, as a certificate carries them. */
export const groupNames = (access: PeopleSpec, person: string): readonly string[] =>
  (access.people[person]?.groups ?? []).map((group) => access.groups[group]?.name ?? group);
