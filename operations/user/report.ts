/** Permissions of a user as text. Pure. */
import { alignColumns } from "../../cli/columns";
import { type Permission, builtInRoles, groupNames, permissionsOf } from "../../components/access/rbac/rbac.plan";
import type { RbacSpec, RoleRule } from "../../components/access/rbac/settings";
import type { Tenants } from "../../components/tenancy/settings";

/** Permissions from the settings: every role in every namespace, and the rules of each role. */
export function describePermissions(access: RbacSpec, tenants: Tenants, user: string): readonly string[] {
  const spec = access.users[user];
  if (spec === undefined) return [`access.users has no ${user}.`];
  const permissions = permissionsOf(access, tenants, user);
  const roles = [...new Set(permissions.map(({ role }) => role))];
  const groups = groupNames(access, user);
  return [
    spec.username === user ? user : `${user}, Kubernetes username ${spec.username}`,
    `Groups: ${groups.length === 0 ? "none in certificates" : groups.join(", ")}`,
    "",
    ...(permissions.length === 0
      ? ["No roles: can only discover the API and review own permissions."]
      : alignColumns([["Namespace", "Role", "Granted by"], ...permissions.map(formatPermission)])),
    ...(roles.length === 0 ? [] : ["", ...roles.flatMap((role) => describeRole(access, role))]),
    ...describeBreakGlass(access, user),
  ];
}

function formatPermission({ namespace, role, viaGroup, inheritedFrom }: Permission): readonly string[] {
  const source = viaGroup === undefined ? "own grant" : `group ${viaGroup}`;
  return [
    namespace ?? "(cluster)",
    role,
    inheritedFrom === undefined ? source : `${source}, inherited from tenant ${inheritedFrom}`,
  ];
}

function describeRole(access: RbacSpec, role: string): readonly string[] {
  const own = access.roles[role];
  if (own === undefined || Object.hasOwn(builtInRoles, role)) return [`${role}: ${builtInRoles[role] ?? ""}`];
  return [
    `${role}:${own.description === "" ? "" : ` ${own.description}`}`,
    ...own.rules.map((rule) => `  ${describeRule(rule)}`),
  ];
}

function describeRule({ apiGroups, resources, resourceNames, paths, verbs }: RoleRule): string {
  if (paths.length > 0) return `${verbs.join(", ")}: ${paths.join(", ")}`;
  const groups = apiGroups.filter((group) => group !== "");
  const suffix = groups.length === 0 ? "" : ` (${groups.join(", ")})`;
  const named = resourceNames.length === 0 ? "" : ` named ${resourceNames.join(", ")}`;
  return `${verbs.join(", ")}: ${resources.join(", ")}${suffix}${named}`;
}

function describeBreakGlass({ breakGlass }: RbacSpec, user: string): readonly string[] {
  if (!breakGlass.users.includes(user)) return [];
  return ["", `Break-glass: full access for ${breakGlass.hours} h with a certificate in group ${breakGlass.group}.`];
}

/** Rule in the status of a SelfSubjectRulesReview. */
export interface ApiRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | null | undefined;
  readonly resources?: readonly string[] | null | undefined;
  readonly resourceNames?: readonly string[] | null | undefined;
}

/** Permissions in one namespace, from the API. */
export interface NamespacePermissions {
  readonly namespace: string;
  readonly resourceRules: readonly ApiRule[];
  /** An authorizer cannot list its rules, so that there may be more. */
  readonly incomplete: boolean;
}

/** Omitted resources: every authenticated user may review their own permissions. */
const selfReviews = /^selfsubject(access|rules)?reviews$/;

/** Permissions from the API; groups namespaces with the same permissions. */
export function describeApiPermissions(permissions: readonly NamespacePermissions[]): readonly string[] {
  const namespaces = new Map<string, string[]>();
  for (const each of permissions) {
    const text = describeRules(each).join("\n");
    namespaces.set(text, [...(namespaces.get(text) ?? []), each.namespace]);
  }
  return [...namespaces].flatMap(([text, names]) => [`${names.join(", ")}:`, ...text.split("\n"), ""]);
}

function describeRules({ resourceRules, incomplete }: NamespacePermissions): readonly string[] {
  const verbsOf = new Map<string, Set<string>>();
  for (const { verbs, apiGroups, resources, resourceNames } of resourceRules) {
    for (const resource of resources ?? []) {
      if (selfReviews.test(resource)) continue;
      const groups = (apiGroups ?? []).filter((group) => group !== "");
      const suffix = resourceNames?.length ? ` named ${resourceNames.join(" ")}` : "";
      const names = groups.length === 0 ? [resource] : groups.map((group) => `${resource}.${group}`);
      for (const name of names) {
        const key = `${name}${suffix}`;
        verbsOf.set(key, new Set([...(verbsOf.get(key) ?? []), ...verbs]));
      }
    }
  }
  const byVerbs = new Map<string, string[]>();
  for (const [name, verbs] of verbsOf) {
    const key = [...verbs].sort().join(", ");
    byVerbs.set(key, [...(byVerbs.get(key) ?? []), name]);
  }
  const lines = [...byVerbs].map(([verbs, names]) => `  ${verbs}: ${names.sort().join(", ")}`).sort();
  return [
    ...(lines.length === 0 ? ["  no permissions"] : lines),
    ...(incomplete ? ["  incomplete: an authorizer cannot list its rules"] : []),
  ];
}
