import { partitionOf } from "../aws/partition.plan";
import type { ClusterSpec } from "../clusterSpec";
import { podSecurityLevels } from "../settings/podSecurity";
import { checkDuplicates, finding, regionPath } from "../settings/problems";
import type { Finding, SettingPath } from "../settings/problems";
import { suggest } from "../settings/suggestions";
import { resolveTenant } from "./inheritance.plan";
import { checkTenantLimits } from "./limitChecks";
import { checkTenantNetwork } from "./networkChecks";
import { checkTenantQuota } from "./quotaChecks";
import type { TenantServiceAccountSpec, TenantSpec } from "./settings";
import { cycleOf, lineage, parentOf, tenantOf } from "./tree.plan";

/** Namespaces that Kubernetes creates. */
export const systemNamespaces: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Tenants form a tree, and each is at least as restrictive as its parent. */
export function* checkTenants(spec: ClusterSpec): Iterable<Finding> {
  const { tenants } = spec;
  yield* checkPriorityClasses(spec);
  for (const [name, tenant] of Object.entries(tenants)) {
    const path = ["tenants", name];
    yield* checkName(path, name);
    yield* checkParent(spec, path, name, tenant);
    yield* checkLabels(path, tenant);
    yield* checkRegistries(spec, path, tenant);
    yield* checkServiceAccounts(spec, path, name, tenant);
    // Inheritance within a cycle is undefined.
    if (cycleOf(tenants, name).length > 0) continue;
    const inherited = [
      ...checkPodSecurity(spec, path, name, tenant),
      ...checkAllowedClasses(spec, path, name, tenant),
      ...checkTenantQuota(tenants, path, name, tenant),
      ...checkTenantLimits(tenants, path, name, tenant),
      ...checkTenantNetwork(tenants, path, name, tenant),
    ];
    // These findings depend on all tenants above.
    const involved = lineage(tenants, name).map((each): SettingPath => ["tenants", each]);
    for (const each of inherited) yield { ...each, involves: [...involved, ...(each.involves ?? [])] };
  }
}

function* checkName(path: SettingPath, name: string): Iterable<Finding> {
  if (/^(kube|holdfast)-/.test(name) || systemNamespaces.includes(name)) {
    yield { ...finding(path, "is reserved for Kubernetes or Holdfast; write another name"), found: name };
  }
}

function* checkParent(
  { tenants }: ClusterSpec,
  path: SettingPath,
  name: string,
  { parent }: TenantSpec,
): Iterable<Finding> {
  if (parent === undefined) return;
  const cycle = cycleOf(tenants, name);
  if (tenantOf(tenants, parent) === undefined) {
    yield finding([...path, "parent"], `unknown tenant; ${suggest(parent, Object.keys(tenants))}`);
  } else if (parent === name) {
    yield finding([...path, "parent"], "is the tenant itself; write another tenant, or remove it");
  } else if (cycle.length > 0) {
    const message = `is part of a cycle: ${[...cycle, cycle[0]].join(" → ")}; remove the parent of one of them`;
    yield finding([...path, "parent"], message);
  }
}

function* checkLabels(path: SettingPath, { labels }: TenantSpec): Iterable<Finding> {
  for (const key of Object.keys(labels)) {
    const [domain = ""] = key.split("/");
    if (!key.includes("/") || !/(^|\.)(kubernetes\.io|k8s\.io|holdfast\.dev)$/.test(domain)) continue;
    yield finding([...path, "labels", key], "is reserved for Kubernetes or Holdfast; use a domain of yours");
  }
}

function* checkPodSecurity(
  { tenants }: ClusterSpec,
  path: SettingPath,
  name: string,
  { podSecurity }: TenantSpec,
): Iterable<Finding> {
  const parent = parentOf(tenants, name);
  if (podSecurity === undefined || parent === undefined) return;
  const above = resolveTenant(tenants, {}, parent).podSecurity;
  if (podSecurityLevels.indexOf(podSecurity) >= podSecurityLevels.indexOf(above)) return;
  const message = `is less restrictive than ${above} of parent ${parent}; write ${above}, or remove it`;
  yield finding([...path, "podSecurity"], message);
}

function* checkRegistries({ registries }: ClusterSpec, path: SettingPath, tenant: TenantSpec): Iterable<Finding> {
  yield* checkDuplicates([...path, "registries"], tenant.registries);
  for (const [index, registry] of tenant.registries.entries()) {
    if (Object.hasOwn(registries, registry)) continue;
    const command = `pulumi config set --path --secret 'registries.${registry}.password'`;
    yield finding([...path, "registries", index], `has no credentials in registries; add them (${command})`);
  }
}

function* checkServiceAccounts(
  { name: cluster, region }: ClusterSpec,
  path: SettingPath,
  tenant: string,
  { serviceAccounts }: TenantSpec,
): Iterable<Finding> {
  for (const [name, { aws }] of Object.entries(serviceAccounts)) {
    const here = [...path, "serviceAccounts", name];
    if (name === "default") {
      yield finding(here, "exists in every namespace and gets no permissions; write another name");
    }
    yield* checkRoleName(here, `${cluster}-tenancy-${tenant}.${name}`, aws);
    yield* checkPartitions(region, [...here, "aws"], aws);
  }
}

/** IAM refuses a policy that names resources of another partition. */
function* checkPartitions(region: string, path: SettingPath, aws: TenantServiceAccountSpec["aws"]): Iterable<Finding> {
  const own = partitionOf(region);
  for (const [index, { resources }] of aws.entries()) {
    for (const [position, arn] of resources.entries()) {
      const partition = arn.split(":")[1] ?? own;
      if (partition === own) continue;
      const message = `in AWS partition ${partition}, but ${region} is in ${own}; write ${arn.replace(partition, own)}`;
      yield finding([...path, index, "resources", position], message, [regionPath]);
    }
  }
}

/** IAM allows 64 characters; Pulumi appends a hyphen and seven digits. */
const maxRoleNameLength = 56;

function* checkRoleName(path: SettingPath, roleName: string, aws: TenantServiceAccountSpec["aws"]): Iterable<Finding> {
  const excess = roleName.length - maxRoleNameLength;
  if (aws.length === 0 || excess <= 0) return;
  const message = `its IAM role ${roleName} would be longer than ${maxRoleNameLength} characters; shorten the name by ${excess}`;
  yield finding(path, message, [["name"]]);
}

function* checkPriorityClasses({ priorityClasses }: ClusterSpec): Iterable<Finding> {
  const [first, ...others] = Object.keys(priorityClasses).filter((name) => priorityClasses[name]?.default);
  for (const name of others) {
    yield finding(
      ["priorityClasses", name, "default"],
      `only one class can be the default, which is ${first}; remove one`,
      [["priorityClasses", first ?? ""]],
    );
  }
  for (const name of Object.keys(priorityClasses)) {
    if (!/^(system|holdfast)-/.test(name)) continue;
    yield finding(
      ["priorityClasses", name],
      "has a prefix that is reserved for Kubernetes or Holdfast; write another name",
    );
  }
}

function* checkAllowedClasses(
  { tenants, priorityClasses }: ClusterSpec,
  path: SettingPath,
  name: string,
  tenant: TenantSpec,
): Iterable<Finding> {
  const known = [...Object.keys(priorityClasses), "system-cluster-critical", "system-node-critical"];
  const parent = parentOf(tenants, name);
  const above = parent === undefined ? known : resolveTenant(tenants, priorityClasses, parent).priorityClasses;
  for (const each of Object.keys(tenant.priorityClasses ?? {})) {
    const here = [...path, "priorityClasses", each];
    if (!known.includes(each)) {
      yield finding(here, `unknown priority class; ${suggest(each, known)}`, [["priorityClasses"]]);
    } else if (!above.includes(each)) {
      const message = `parent ${parent} allows only ${above.join(", ") || "no class"}; remove it, or allow it there`;
      yield finding(here, message, [["priorityClasses"]]);
    }
  }
}
