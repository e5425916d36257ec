import { builtInRoles } from "./rbac.plan";
import type { GrantSpec, RoleRule } from "./rbac.plan";
import type { ClusterSpec } from "../../clusterSpec";
import { tenantOf } from "../../tenancy/tree.plan";
import { checkDuplicates } from "../../network/checks";
import { suggest, systemNamespaces } from "../../tenancy/checks";
import type { Finding, SettingPath } from "../../settings/problems";

/** People, groups and roles: that what is named exists, and that nobody is two people or more than the settings say. */

const accessPath: SettingPath = ["access"];

export function* checkPeople(spec: ClusterSpec): Iterable<Finding> {
  const { roles, groups, people } = spec.access;
  for (const [name, role] of Object.entries(roles)) {
    const path = [...accessPath, "roles", name];
    if (name === "cluster-admin" || Object.hasOwn(builtInRoles, name)) {
      yield { path, found: name, message: "is a role of Kubernetes' own; write another name" };
    }
    for (const [index, rule] of role.rules.entries()) yield* checkRule([...path, "rules", index], rule);
  }
  for (const kind of ["groups", "people"] as const) {
    const subjects: Readonly<Record<string, { readonly grants: readonly GrantSpec[] }>> = { groups, people }[kind];
    for (const [name, { grants }] of Object.entries(subjects)) {
      for (const [index, grant] of grants.entries()) {
        yield* checkGrant(spec, [...accessPath, kind, name, "grants", index], grant);
      }
    }
  }
  yield* checkMembership(spec);
  yield* checkIdentities(spec);
}

function* checkRule(
  path: SettingPath,
  { resources, paths, resourceNames, apiGroups, verbs }: RoleRule,
): Iterable<Finding> {
  if ((resources.length === 0) === (paths.length === 0)) {
    yield { path, found: { resources, paths }, message: "write either resources or paths" };
  }
  for (const [key, values] of Object.entries({ apiGroups, resources, resourceNames, paths, verbs })) {
    yield* checkDuplicates([...path, key], values);
  }
}

function* checkGrant(spec: ClusterSpec, path: SettingPath, grant: GrantSpec): Iterable<Finding> {
  yield* checkRole(spec, path, grant);
  yield* checkPlaces(spec, path, grant);
  const everywhere = grant.cluster ? "the whole cluster" : grant.namespaces.find((name) => name === "kube-system");
  if (everywhere !== undefined && ["edit", "admin"].includes(grant.role)) {
    yield {
      path: [...path, "role"],
      found: grant.role,
      message: `in ${everywhere} it takes in what the cluster itself runs by, and is as good as cluster-admin; write tenants, a role of your own, or leave it to the break-glass group`,
      involves: [
        [...path, "cluster"],
        [...path, "namespaces"],
      ],
    };
  }
}

function* checkRole(spec: ClusterSpec, path: SettingPath, grant: GrantSpec): Iterable<Finding> {
  const { roles } = spec.access;
  const { role } = grant;
  const here = [...path, "role"];
  const involves: SettingPath[] = [[...accessPath, "roles"]];
  const known = [...Object.keys(builtInRoles), ...Object.keys(roles)];
  if (role === "cluster-admin") {
    yield { path: here, found: role, message: "is the break-glass group's alone; see access.breakGlass" };
  } else if (!known.includes(role)) {
    yield { path: here, found: role, message: `is no role; ${suggest(role, known)}`, involves };
  } else if (!grant.cluster && Object.hasOwn(roles, role) && roles[role]?.rules.some(({ paths }) => paths.length > 0)) {
    yield {
      path: here,
      found: role,
      message: "has rules for paths, which are in no namespace; write cluster: true, or a second role",
      involves,
    };
  }
}

function* checkPlaces({ tenants }: ClusterSpec, path: SettingPath, grant: GrantSpec): Iterable<Finding> {
  const named = grant.tenants.length + grant.namespaces.length;
  if (named === 0 && !grant.cluster) {
    yield { path, found: grant, message: "holds nowhere; write tenants, namespaces, or cluster: true" };
  }
  if (named > 0 && grant.cluster) {
    yield {
      path: [...path, "cluster"],
      found: true,
      message: "takes in all tenants and namespaces; leave those out, or this",
      involves: [
        [...path, "tenants"],
        [...path, "namespaces"],
      ],
    };
  }
  yield* checkDuplicates([...path, "tenants"], grant.tenants);
  yield* checkDuplicates([...path, "namespaces"], grant.namespaces);
  const involves: SettingPath[] = [["tenants"]];
  for (const [index, name] of grant.tenants.entries()) {
    if (tenantOf(tenants, name) !== undefined) continue;
    const message = `is no tenant; ${suggest(name, Object.keys(tenants))}`;
    yield { path: [...path, "tenants", index], found: name, message, involves };
  }
  for (const [index, name] of grant.namespaces.entries()) {
    const here = [...path, "namespaces", index];
    if (tenantOf(tenants, name) !== undefined) {
      yield {
        path: here,
        found: name,
        message: "is a tenant's; write it to tenants, which takes in those below",
        involves,
      };
    } else if (!(systemNamespaces as readonly string[]).includes(name)) {
      const message = `is no namespace of the cluster; ${suggest(name, [...systemNamespaces])}, or a tenant`;
      yield { path: here, found: name, message, involves };
    }
  }
}

function* checkMembership({ access }: ClusterSpec): Iterable<Finding> {
  const { people, groups, breakGlass } = access;
  for (const [person, { groups: member }] of Object.entries(people)) {
    const path = [...accessPath, "people", person, "groups"];
    yield* checkDuplicates(path, member);
    for (const [index, group] of member.entries()) {
      if (Object.hasOwn(groups, group)) continue;
      const message =
        group === breakGlass.group
          ? "is for emergencies, and nobody's for good; write the person to access.breakGlass.people"
          : `is no group; ${suggest(group, Object.keys(groups))}`;
      yield { path: [...path, index], found: group, message, involves: [[...accessPath, "groups"]] };
    }
  }
  const path = [...accessPath, "breakGlass", "people"];
  yield* checkDuplicates(path, breakGlass.people);
  for (const [index, person] of breakGlass.people.entries()) {
    if (Object.hasOwn(people, person)) continue;
    const message = `is nobody of access.people; ${suggest(person, Object.keys(people))}`;
    yield { path: [...path, index], found: person, message, involves: [[...accessPath, "people"]] };
  }
}

/** Two that Kubernetes cannot tell apart have each other's rights; two that differ in case, people mix up. */
function* checkIdentities({ access }: ClusterSpec): Iterable<Finding> {
  const { people, groups, breakGlass } = access;
  const usernames = Object.entries(people).map(([key, { username }]): Identity => [
    ["people", key, "username"],
    username,
  ]);
  const names = Object.entries(groups).map(([key, { name }]): Identity => [["groups", key, "name"], name]);
  yield* overlaps(usernames);
  yield* overlaps([[["breakGlass", "group"], breakGlass.group], ...names]);
}

type Identity = readonly [path: SettingPath, name: string];

function* overlaps(identities: readonly Identity[]): Iterable<Finding> {
  const first = new Map<string, Identity>();
  for (const identity of identities) {
    const [path, name] = identity;
    const [otherPath, otherName] = first.get(name.toLowerCase()) ?? [];
    if (otherPath === undefined) {
      first.set(name.toLowerCase(), identity);
      continue;
    }
    const same = otherName === name ? "is also" : "differs in case alone from";
    yield {
      path: [...accessPath, ...path],
      found: name,
      message: `${same} access.${otherPath.join(".")}; each needs a name of its own`,
      involves: [[...accessPath, ...otherPath]],
    };
  }
}
