/**
 * Quotas in the tree of tenants. The quota of a tenant is the budget of its whole branch: the budgets of its children are
 * subtracted, and its own namespace gets the rest. A branch cannot exceed its quota, without a controller in the cluster.
 */

import { valueAt } from "../settings/problems";
import { gpuKey } from "../workers/pools.plan";
import { formatQuantity, parseQuantity, wholeUnits } from "./quantity.plan";
import type { Unit } from "./quantity.plan";
import type { Tenants, TenantSpec } from "./settings";
import { childrenOf, lineage, tenantOf } from "./tree.plan";

/** Limit of one resource in a ResourceQuota. */
export interface Amount {
  /** Unique among all limits of a tenant. */
  readonly key: string;
  /** Name of the ResourceQuota. */
  readonly quota: string;
  /** Key in `hard` of the ResourceQuota. */
  readonly resource: string;
  /** Priority class that the limit applies to; absent: pods of all classes. */
  readonly priorityClass?: string | undefined;
  readonly unit: Unit;
  readonly nanos: bigint;
  /** Path of the setting below the tenant. */
  readonly path: readonly string[];
}

/** Limits by key. */
export type Budget = ReadonlyMap<string, Amount>;

/** Paths of the numbers and quantities in a type. */
type LeafPath<T, Prefix extends string = ""> = {
  [Key in keyof T & string]-?: NonNullable<T[Key]> extends object
    ? LeafPath<NonNullable<T[Key]>, `${Prefix}${Key}.`>
    : `${Prefix}${Key}`;
}[keyof T & string];

type QuotaPath = Exclude<LeafPath<TenantSpec["quota"]>, `storage.classes.${string}`>;
type Limit = readonly [resource: string, unit: Unit];

/** Limits by setting. Each group becomes one ResourceQuota, so that the API's error names the exceeded group. */
const quotaLimits: Readonly<Record<QuotaPath, Limit>> = {
  "compute.requests.cpu": ["requests.cpu", "cores"],
  "compute.requests.memory": ["requests.memory", "bytes"],
  "compute.requests.ephemeralStorage": ["requests.ephemeral-storage", "bytes"],
  "compute.requests.gpus": [`requests.${gpuKey}`, "count"],
  "compute.limits.cpu": ["limits.cpu", "cores"],
  "compute.limits.memory": ["limits.memory", "bytes"],
  "storage.capacity": ["requests.storage", "bytes"],
  "storage.volumes": ["persistentvolumeclaims", "count"],
  "objects.pods": ["pods", "count"],
  "objects.services": ["services", "count"],
  "objects.loadBalancers": ["services.loadbalancers", "count"],
  "objects.nodePorts": ["services.nodeports", "count"],
  "objects.secrets": ["secrets", "count"],
  "objects.configMaps": ["configmaps", "count"],
  "objects.deployments": ["count/deployments.apps", "count"],
  "objects.statefulSets": ["count/statefulsets.apps", "count"],
  "objects.jobs": ["count/jobs.batch", "count"],
  "objects.cronJobs": ["count/cronjobs.batch", "count"],
  "objects.ingresses": ["count/ingresses.networking.k8s.io", "count"],
};
const storageClassLimits = { capacity: quotaLimits["storage.capacity"], volumes: quotaLimits["storage.volumes"] };
const priorityClassLimits = {
  pods: quotaLimits["objects.pods"],
  cpu: quotaLimits["compute.requests.cpu"],
  memory: quotaLimits["compute.requests.memory"],
};

/** Limits in a tenant's own settings. */
export function writtenBudget(tenant: TenantSpec): Budget {
  const budget = new Map<string, Amount>();
  const add = (quota: string, path: readonly string[], [resource, unit]: Limit, priorityClass?: string): void => {
    const value = valueAt(tenant, path);
    const nanos = typeof value === "string" || typeof value === "number" ? parseQuantity(String(value)) : undefined;
    if (nanos === undefined) return;
    const key = priorityClass === undefined ? resource : `${priorityClass}/${resource}`;
    budget.set(key, { key, quota, resource, priorityClass, unit, nanos, path });
  };
  for (const [field, limit] of Object.entries(quotaLimits)) {
    const [group = "", ...rest] = field.split(".");
    add(group, ["quota", group, ...rest], limit);
  }
  for (const name of Object.keys(tenant.quota.storage.classes)) {
    for (const [field, [resource, unit]] of Object.entries(storageClassLimits)) {
      const limit: Limit = [`${name}.storageclass.storage.k8s.io/${resource}`, unit];
      add("storage", ["quota", "storage", "classes", name, field], limit);
    }
  }
  for (const name of Object.keys(tenant.priorityClasses ?? {})) {
    for (const [field, limit] of Object.entries(priorityClassLimits)) {
      add(`priority-${name}`, ["priorityClasses", name, field], limit, name);
    }
  }
  return budget;
}

/** Budget of a branch: the limits that the tenant inherits, overridden by its own. */
export function budgetOf(tenants: Tenants, name: string): Budget {
  const budget = new Map<string, Amount>();
  for (const each of lineage(tenants, name)) {
    const tenant = tenantOf(tenants, each);
    if (tenant === undefined) continue;
    const allowedClasses = tenant.priorityClasses;
    if (allowedClasses !== undefined) {
      for (const [key, { priorityClass }] of budget) {
        if (priorityClass !== undefined && !Object.hasOwn(allowedClasses, priorityClass)) budget.delete(key);
      }
    }
    for (const [key, amount] of writtenBudget(tenant)) budget.set(key, amount);
  }
  return budget;
}

/** Limits of the tenant's own namespace: its budget minus the budgets of its children. */
export function ownBudget(tenants: Tenants, name: string): readonly Amount[] {
  const children = childrenOf(tenants, name).map((child) => budgetOf(tenants, child));
  return [...budgetOf(tenants, name).values()].map((amount) => {
    const used = children.reduce((sum, child) => sum + (child.get(amount.key)?.nanos ?? 0n), 0n);
    return { ...amount, nanos: amount.nanos > used ? amount.nanos - used : 0n };
  });
}

export const formatAmount = ({ nanos, unit }: Pick<Amount, "nanos" | "unit">): string => formatQuantity(nanos, unit);

/** Limits of one namespace, and the registries whose credentials it has. */
interface NamespaceQuota {
  readonly quota: readonly Amount[];
  readonly registries: readonly string[];
}

/** Number of objects that Holdfast and Kubernetes create in each namespace: the CA's ConfigMap, Secrets of registries. */
function managedObjects({ registries }: NamespaceQuota, resource: string): bigint {
  if (resource === "configmaps") return wholeUnits(1);
  return resource === "secrets" ? wholeUnits(registries.length) : 0n;
}

/** ResourceQuotas of a tenant's namespace. */
export function resourceQuotas(tenant: NamespaceQuota) {
  const names = [...new Set(tenant.quota.map(({ quota }) => quota))];
  return names.map((name) => {
    const amounts = tenant.quota.filter(({ quota }) => quota === name);
    const hard = amounts.map((amount): [string, string] => [
      amount.resource,
      formatAmount({ ...amount, nanos: amount.nanos + managedObjects(tenant, amount.resource) }),
    ]);
    const priorityClass = amounts[0]?.priorityClass;
    const scopeSelector = priorityClass && {
      matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: [priorityClass] }],
    };
    return { name, spec: { hard: Object.fromEntries(hard), scopeSelector: scopeSelector || undefined } };
  });
}
