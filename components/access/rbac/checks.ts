import type { ClusterSpec } from "../../clusterSpec";
import { checkDuplicates, finding } from "../../settings/problems";
import type { Finding, SettingPath } from "../../settings/problems";
import { suggest } from "../../settings/suggestions";
import { systemNamespaces } from "../../tenancy/checks";
import { tenantOf } from "../../tenancy/tree.plan";
import { builtInRoles } from "./rbac.plan";
import type { Grant, RoleRule } from "./settings";

const accessPath: SettingPath = ["access"];
const rolesPath: SettingPath = [...accessPath, "roles"];

export function* checkRbac(spec: ClusterSpec): Iterable<Finding> {
  const { roles, groups, users } = spec.access;
  for (const [name, role] of Object.entries(roles)) {
    const path = [...rolesPath, name];
    if (name === "cluster-admin" || Object.hasOwn(builtInRoles, name)) {
      yield finding(path, "is the name of a Kubernetes role; write another name");
    }
    for (const [index, rule] of role.rules.entries()) yield* checkRule([...path, "rules", index], rule);
  }
  const subjectsByKind: Readonly<Record<string, Readonly<Record<string, { grants: readonly Grant[] }>>>> = {
    groups,
    users,
  };
  for (const [kind, subjects] of Object.entries(subjectsByKind)) {
    for (const [name, { grants }] of Object.entries(subjects)) {
      for (const [index, grant] of grants.entries()) {
        yield* checkGrant(spec, [...accessPath, kind, name, "grants", index], grant);
      }
    }
  }
  yield* checkServiceAccountRoles(spec);
  yield* checkMembership(spec);
  yield* checkBreakGlassUsers(spec);
  yield* checkNames(spec);
}

function* checkRule(path: SettingPath, rule: RoleRule): Iterable<Finding> {
  if ((rule.resources.length === 0) === (rule.paths.length === 0)) {
    yield finding(path, "needs either resources or paths");
  }
  for (const [key, values] of Object.entries(rule)) yield* checkDuplicates([...path, key], values);
}

const knownRoles = ({ access }: ClusterSpec): string[] => [...Object.keys(builtInRoles), ...Object.keys(access.roles)];

function* checkGrant(spec: ClusterSpec, path: SettingPath, grant: Grant): Iterable<Finding> {
  const { role, cluster, namespaces } = grant;
  const rolePath = [...path, "role"];
  if (role === "cluster-admin") {
    yield finding(rolePath, "is reserved for the break-glass group; see access.breakGlass");
  } else if (!knownRoles(spec).includes(role)) {
    yield finding(rolePath, `unknown role; ${suggest(role, knownRoles(spec))}`, [rolesPath]);
  } else if (!cluster && spec.access.roles[role]?.rules.some(({ paths }) => paths.length > 0)) {
    const message = "has rules for non-resource paths, which need cluster: true; add it, or split the role";
    yield finding(rolePath, message, [rolesPath]);
  }
  yield* checkPlaces(spec, path, grant);
  const place = cluster ? "the whole cluster" : namespaces.find((name) => name === "kube-system");
  if (place !== undefined && ["edit", "admin"].includes(role)) {
    yield finding(
      rolePath,
      `allows changes to the cluster's own components in ${place}, which equals cluster-admin; grant it in tenants, write a role of your own, or use the break-glass group`,
      [
        [...path, "cluster"],
        [...path, "namespaces"],
      ],
    );
  }
}

function* checkPlaces({ tenants }: ClusterSpec, path: SettingPath, grant: Grant): Iterable<Finding> {
  const hasPlaces = grant.tenants.length + grant.namespaces.length > 0;
  if (!hasPlaces && !grant.cluster) {
    yield finding(path, "applies nowhere; write tenants, namespaces, or cluster: true");
  }
  if (hasPlaces && grant.cluster) {
    yield finding([...path, "cluster"], "includes all tenants and namespaces; remove those, or this", [
      [...path, "tenants"],
      [...path, "namespaces"],
    ]);
  }
  yield* checkDuplicates([...path, "tenants"], grant.tenants);
  yield* checkDuplicates([...path, "namespaces"], grant.namespaces);
  const involves: SettingPath[] = [["tenants"]];
  for (const [index, name] of grant.tenants.entries()) {
    if (tenantOf(tenants, name) !== undefined) continue;
    yield finding([...path, "tenants", index], `unknown tenant; ${suggest(name, Object.keys(tenants))}`, involves);
  }
  for (const [index, name] of grant.namespaces.entries()) {
    const here = [...path, "namespaces", index];
    if (tenantOf(tenants, name) !== undefined) {
      yield finding(here, "is a tenant; move it to tenants, which includes the tenants below", involves);
    } else if (!systemNamespaces.includes(name)) {
      yield finding(here, `unknown namespace; ${suggest(name, systemNamespaces)}`, involves);
    }
  }
}

function* checkServiceAccountRoles(spec: ClusterSpec): Iterable<Finding> {
  for (const [tenant, { serviceAccounts }] of Object.entries(spec.tenants)) {
    for (const [name, { roles }] of Object.entries(serviceAccounts)) {
      const path = ["tenants", tenant, "serviceAccounts", name, "roles"];
      yield* checkDuplicates(path, roles);
      for (const [index, role] of roles.entries()) {
        if (knownRoles(spec).includes(role)) continue;
        yield finding([...path, index], `unknown role; ${suggest(role, knownRoles(spec))}`, [rolesPath]);
      }
    }
  }
}

function* checkMembership({ access: { users, groups, breakGlass } }: ClusterSpec): Iterable<Finding> {
  for (const [user, { groups: memberOf }] of Object.entries(users)) {
    const path = [...accessPath, "users", user, "groups"];
    yield* checkDuplicates(path, memberOf);
    for (const [index, group] of memberOf.entries()) {
      if (Object.hasOwn(groups, group)) continue;
      const message =
        group === breakGlass.group
          ? "is the break-glass group, which has no permanent members; add the user to access.breakGlass.users"
          : `unknown group; ${suggest(group, Object.keys(groups))}`;
      yield finding([...path, index], message, [[...accessPath, "groups"]]);
    }
  }
}

function* checkBreakGlassUsers({ access: { users, breakGlass } }: ClusterSpec): Iterable<Finding> {
  const path = [...accessPath, "breakGlass", "users"];
  yield* checkDuplicates(path, breakGlass.users);
  for (const [index, user] of breakGlass.users.entries()) {
    if (Object.hasOwn(users, user)) continue;
    const message = `is not in access.users; ${suggest(user, Object.keys(users))}`;
    yield finding([...path, index], message, [[...accessPath, "users"]]);
  }
}

type NamedPath = readonly [path: SettingPath, name: string];

/** Kubernetes gives subjects of the same name the same permissions; names that differ only in case confuse people. */
function* checkNames({ access: { users, groups, breakGlass } }: ClusterSpec): Iterable<Finding> {
  yield* checkUnique(Object.entries(users).map(([key, { username }]) => [["users", key, "username"], username]));
  yield* checkUnique([
    [["breakGlass", "group"], breakGlass.group],
    ...Object.entries(groups).map(([key, { name }]): NamedPath => [["groups", key, "name"], name]),
  ]);
}

function* checkUnique(names: readonly NamedPath[]): Iterable<Finding> {
  const seen = new Map<string, NamedPath>();
  for (const [path, name] of names) {
    const [otherPath, otherName] = seen.get(name.toLowerCase()) ?? [];
    if (otherPath === undefined) {
      seen.set(name.toLowerCase(), [path, name]);
      continue;
    }
    const problem = otherName === name ? "duplicate of" : "differs only in case from";
    const message = `${problem} access.${otherPath.join(".")}; write a unique name`;
    yield finding([...accessPath, ...path], message, [[...accessPath, ...otherPath]]);
  }
}
