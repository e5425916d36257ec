/** What a person may do, for people to read. Pure. */

import { alignColumns } from "../../cli/columns";
import { builtInRoles, groupNames, permissionsOf } from "../../components/access/rbac/rbac.plan";
import type { PeopleSpec, Permission, RoleRule } from "../../components/access/rbac/rbac.plan";
import type { Tenants } from "../../components/tenancy/spec";

/** The settings' own account: every role in every place, and what the roles allow. */
export function describePermissions(access: PeopleSpec, tenants: Tenants, person: string): readonly string[] {
  const spec = access.people[person];
  if (spec === undefined) return [`There is no ${person} in access.people.`];
  const permissions = permissionsOf(access, tenants, person);
  const roles = [...new Set(permissions.map(({ role }) => role))];
  const groups = groupNames(access, person);
  return [
    spec.username === person ? person : `${person}, to Kubernetes ${spec.username}`,
    `Groups: ${groups.length === 0 ? "none in certificates" : groups.join(", ")}`,
    "",
    ...(permissions.length === 0
      ? ["Has no role anywhere: may ask what the API offers, and what itself may do."]
      : alignColumns([["Where", "Role", "Through"], ...permissions.map(row)])),
    ...(roles.length === 0 ? [] : ["", ...roles.flatMap((role) => describeRole(access, role))]),
    ...describeEmergency(access, person),
  ];
}

function row({ namespace, role, through, inheritedFrom }: Permission): readonly string[] {
  const source = through.group === undefined ? "own grant" : `group ${through.group}`;
  return [
    namespace ?? "the whole cluster",
    role,
    inheritedFrom === undefined ? source : `${source}, by tenant ${inheritedFrom} above`,
  ];
}

function describeRole(access: PeopleSpec, role: string): readonly string[] {
  const own = access.roles[role];
  if (own === undefined || Object.hasOwn(builtInRoles, role)) return [`${role}: ${builtInRoles[role] ?? ""}`];
  return [
    `${role}:${own.description === "" ? "" : ` ${own.description}`}`,
    ...own.rules.map((rule) => `  ${describeRule(rule)}`),
  ];
}

export function describeRule({ apiGroups, resources, resourceNames, paths, verbs }: RoleRule): string {
  if (paths.length > 0) return `${verbs.join(", ")}: ${paths.join(", ")}`;
  const groups = apiGroups.filter((group) => group !== "");
  const suffix = groups.length === 0 ? "" : ` (${groups.join(", ")})`;
  const named = resourceNames.length === 0 ? "" : ` named ${resourceNames.join(", ")}`;
  return `${verbs.join(", ")}: ${resources.join(", ")}${suffix}${named}`;
}

function describeEmergency({ breakGlass }: PeopleSpec, person: string): readonly string[] {
  if (!breakGlass.people.includes(person)) return [];
  return ["", `In an emergency, everything: for ${breakGlass.hours} h, by a certificate in group ${breakGlass.group}.`];
}

/** A rule as the API answers with it. */
export interface ApiRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | null | undefined;
  readonly resources?: readonly string[] | null | undefined;
  readonly resourceNames?: readonly string[] | null | undefined;
  readonly nonResourceURLs?: readonly string[] | null | undefined;
}

/** What the API says of one namespace. */
export interface NamespacePermissions {
  readonly namespace: string;
  readonly resourceRules: readonly ApiRule[];
  readonly nonResourceRules: readonly ApiRule[];
  /** An authorizer that cannot list what it allows: there may be more. */
  readonly incomplete: boolean;
}

/** What everybody may ask: about themselves. */
const aboutOneself = /^selfsubject(access|rules)?reviews$/;

/** Answers of the API; namespaces in which the same is allowed are shown together. */
export function describeApiPermissions(answers: readonly NamespacePermissions[]): readonly string[] {
  const places = new Map<string, string[]>();
  for (const answer of answers) {
    const text = describeAnswer(answer).join("\n");
    places.set(text, [...(places.get(text) ?? []), answer.namespace]);
  }
  return [...places].flatMap(([text, namespaces]) => [`${namespaces.join(", ")}:`, ...text.split("\n"), ""]);
}

function describeAnswer({ resourceRules, incomplete }: NamespacePermissions): readonly string[] {
  // One line for each set of verbs, however many rules it comes from.
  const verbsOf = new Map<string, Set<string>>();
  for (const { verbs, apiGroups, resources, resourceNames } of resourceRules) {
    for (const resource of resources ?? []) {
      if (aboutOneself.test(resource)) continue;
      const groups = (apiGroups ?? []).filter((group) => group !== "");
      const named = resourceNames?.length ? ` named ${resourceNames.join(" ")}` : "";
      const names = groups.length === 0 ? [resource] : groups.map((group) => `${resource}.${group}`);
      for (const name of names) {
        const key = `${name}${named}`;
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
    ...(lines.length === 0 ? ["  nothing"] : lines),
    ...(incomplete ? ["  and perhaps more: an authorizer does not tell what it allows"] : []),
  ];
}
