import type { ClusterSpec } from "../clusterSpec";
import { builtInRoles } from "../access/rbac/rbac.plan";
import type { TenantServiceAccountSpec, TenantSpec } from "./spec";
import { podSecurityLevels } from "./spec";
import { resolveTenant } from "./inheritance.plan";
import { circleOf, lineage, parentOf, tenantOf } from "./tree.plan";
import { checkDuplicates } from "../network/checks";
import { checkTenantNetwork } from "./networkChecks";
import { checkTenantSizes } from "./quotaChecks";
import { nearest } from "../settings/suggestions";
import type { Finding, SettingPath } from "../settings/problems";

/** The tree of tenants: that it is one, and that what is below only tightens what is above. */

/** Namespaces that are there before any tenant's. */
export const systemNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"] as const;

const tenantsPath: SettingPath = ["tenants"];

export function* checkTenants(spec: ClusterSpec): Iterable<Finding> {
  yield* checkPriorityClasses(spec);
  for (const [name, tenant] of Object.entries(spec.tenants)) {
    const path = [...tenantsPath, name];
    yield* checkName(path, name);
    yield* checkParent(spec, path, name, tenant);
    yield* checkLabels(path, tenant);
    yield* checkRegistries(spec, path, tenant);
    yield* checkServiceAccounts(spec, path, tenant);
    // Nothing can be said of what is inherited round in a circle.
    if (circleOf(spec.tenants, name).length > 0) continue;
    yield* inherited(spec, name, checkPodSecurity(spec, path, name, tenant));
    yield* inherited(spec, name, checkAllowedClasses(spec, path, name, tenant));
    yield* inherited(spec, name, checkTenantSizes(spec.tenants, path, name, tenant));
    yield* inherited(spec, name, checkTenantNetwork(spec, path, name, tenant));
  }
}

/** What is found between a tenant and those above means nothing where one of them is broken. */
function* inherited(spec: ClusterSpec, name: string, findings: Iterable<Finding>): Iterable<Finding> {
  const line = lineage(spec.tenants, name).map((each): SettingPath => [...tenantsPath, each]);
  for (const finding of findings) yield { ...finding, involves: [...line, ...(finding.involves ?? [])] };
}

function* checkName(path: SettingPath, name: string): Iterable<Finding> {
  if (/^(kube|holdfast)-/.test(name) || (systemNamespaces as readonly string[]).includes(name)) {
    yield { path, found: name, message: "is a namespace of Kubernetes or Holdfast; write another name" };
  }
}

function* checkParent(
  { tenants }: ClusterSpec,
  path: SettingPath,
  name: string,
  { parent }: TenantSpec,
): Iterable<Finding> {
  if (parent === undefined) return;
  const parentPath = [...path, "parent"];
  if (tenantOf(tenants, parent) === undefined) {
    yield { path: parentPath, found: parent, message: `is no tenant; ${suggest(parent, Object.keys(tenants))}` };
    return;
  }
  const circle = circleOf(tenants, name);
  if (circle.length === 0) return;
  const message =
    parent === name
      ? "is the tenant itself; write the one above, or leave it out"
      : `closes a circle: ${[...circle, circle[0]].join(" is above ")}; one of them has none above`;
  yield { path: parentPath, found: parent, message };
}

/** `did you mean …?` or `known: …`. */
export function suggest(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return known.length === 0 ? "there is none" : `write one of ${known.slice(0, 12).join(", ")}`;
}

function* checkLabels(path: SettingPath, { labels }: TenantSpec): Iterable<Finding> {
  for (const [key, value] of Object.entries(labels)) {
    const domain = key.includes("/") ? (key.split("/")[0] ?? "") : "";
    if (!/(^|\.)(kubernetes\.io|k8s\.io|holdfast\.dev)$/.test(domain)) continue;
    const message = "belongs to Kubernetes or Holdfast, which decide by it; write a key under a domain of yours";
    yield { path: [...path, "labels", key], found: value, message };
  }
}

function* checkPodSecurity(
  { tenants }: ClusterSpec,
  path: SettingPath,
  name: string,
  tenant: TenantSpec,
): Iterable<Finding> {
  const parent = parentOf(tenants, name);
  if (tenant.podSecurity === undefined || parent === undefined) return;
  const above = resolveTenant(tenants, {}, parent).podSecurity;
  if (podSecurityLevels.indexOf(tenant.podSecurity) >= podSecurityLevels.indexOf(above)) return;
  yield {
    path: [...path, "podSecurity"],
    found: tenant.podSecurity,
    message: `is laxer than ${above} of tenant ${parent} above; write ${above}, or leave it out`,
  };
}

function* checkRegistries({ registries }: ClusterSpec, path: SettingPath, tenant: TenantSpec): Iterable<Finding> {
  yield* checkDuplicates([...path, "registries"], tenant.registries);
  for (const [index, registry] of tenant.registries.entries()) {
    if (Object.hasOwn(registries, registry)) continue;
    const message = `has no credentials; ${suggest(registry, Object.keys(registries))}, or run pulumi config set --path --secret 'registries.${registry}.password'`;
    yield { path: [...path, "registries", index], found: registry, message };
  }
}

function* checkServiceAccounts(spec: ClusterSpec, path: SettingPath, tenant: TenantSpec): Iterable<Finding> {
  const known = [...Object.keys(builtInRoles), ...Object.keys(spec.access.roles)];
  for (const [name, account] of Object.entries(tenant.serviceAccounts)) {
    const here = [...path, "serviceAccounts", name];
    if (name === "default") {
      yield { path: here, found: name, message: "is in every namespace and has no rights; write another name" };
    }
    yield* checkRoleName(spec, here, name, account);
    yield* checkDuplicates([...here, "roles"], account.roles);
    for (const [index, role] of account.roles.entries()) {
      if (known.includes(role)) continue;
      yield {
        path: [...here, "roles", index],
        found: role,
        message: `is no role; ${suggest(role, known)}`,
        involves: [["access", "roles"]],
      };
    }
  }
}

/** IAM takes 64 characters, of which a hyphen and seven digits tell one role from its successor. */
const longestRoleName = 56;

function* checkRoleName(
  { name: cluster }: ClusterSpec,
  path: SettingPath,
  account: string,
  { aws }: TenantServiceAccountSpec,
): Iterable<Finding> {
  const roleName = `${cluster}-tenancy-${String(path[1])}.${account}`;
  if (aws.length === 0 || roleName.length <= longestRoleName) return;
  yield {
    path,
    found: account,
    message: `its IAM role would be ${roleName}, and AWS has room for ${longestRoleName} characters of it; write a name shorter by ${roleName.length - longestRoleName}`,
    involves: [["name"]],
  };
}

const kubernetesClasses = ["system-cluster-critical", "system-node-critical"];

function* checkPriorityClasses({ priorityClasses }: ClusterSpec): Iterable<Finding> {
  const defaults = Object.entries(priorityClasses).filter(([, each]) => each.default);
  for (const [name] of defaults.slice(1)) {
    yield {
      path: ["priorityClasses", name, "default"],
      found: true,
      message: `${defaults[0]?.[0] ?? ""} is the default already, and there is one; leave it out here or there`,
      involves: defaults.map(([each]) => ["priorityClasses", each]),
    };
  }
  for (const name of Object.keys(priorityClasses)) {
    if (!/^(system|holdfast)-/.test(name)) continue;
    yield {
      path: ["priorityClasses", name],
      found: name,
      message: "names that begin so belong to Kubernetes or Holdfast; write another",
    };
  }
}

function* checkAllowedClasses(
  spec: ClusterSpec,
  path: SettingPath,
  name: string,
  tenant: TenantSpec,
): Iterable<Finding> {
  if (tenant.priorityClasses === undefined) return;
  const known = [...Object.keys(spec.priorityClasses), ...kubernetesClasses];
  const parent = parentOf(spec.tenants, name);
  const above =
    parent === undefined ? known : resolveTenant(spec.tenants, spec.priorityClasses, parent).priorityClasses;
  for (const [each, found] of Object.entries(tenant.priorityClasses)) {
    const here = [...path, "priorityClasses", each];
    const involves: SettingPath[] = [["priorityClasses"]];
    if (!known.includes(each)) {
      yield { path: here, found, message: `is no priority class; ${suggest(each, known)}`, involves };
    } else if (!above.includes(each)) {
      const message = `is not allowed in tenant ${parent ?? ""} above, which has ${above.join(", ") || "none"}; allow it there, or leave it out`;
      yield { path: here, found, message, involves };
    }
  }
}
