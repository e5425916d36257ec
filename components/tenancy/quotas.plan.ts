/**
 * Quotas down the tree. A tenant's quota is the budget of its whole branch: what its children have is taken from it, and its
 * own namespace gets the rest. So no branch can use more than its quota, with nothing in the cluster that would count. Pure.
 */

import { gpuKey } from "../workers/pools.plan";
import { formatQuantity, parseQuantity, wholeUnits } from "./quantity.plan";
import type { Unit } from "./quantity.plan";
import type { ObjectCounts, Tenants, TenantSpec } from "./spec";
import { childrenOf, lineage, tenantOf } from "./tree.plan";

/** Which ResourceQuota object holds it; the rest is by priority class. */
export type QuotaGroup = "compute" | "storage" | "objects" | { readonly priorityClass: string };

/** One thing that is limited, and how much of it there is. */
export interface Amount {
  /** Tells it from all others. */
  readonly key: string;
  /** Name in `hard` of a ResourceQuota. */
  readonly resource: string;
  readonly group: QuotaGroup;
  readonly unit: Unit;
  readonly nanos: bigint;
  /** The setting, below the tenant. */
  readonly path: readonly string[];
}

/** Limits by key. */
export type Budget = ReadonlyMap<string, Amount>;

const objectResources: Readonly<Record<keyof ObjectCounts, string>> = {
  pods: "pods",
  services: "services",
  loadBalancers: "services.loadbalancers",
  nodePorts: "services.nodeports",
  secrets: "secrets",
  configMaps: "configmaps",
  deployments: "count/deployments.apps",
  statefulSets: "count/statefulsets.apps",
  jobs: "count/jobs.batch",
  cronJobs: "count/cronjobs.batch",
  ingresses: "count/ingresses.networking.k8s.io",
};

type Entry = readonly [value: string | number | undefined, resource: string, unit: Unit, ...path: string[]];

function amounts(group: QuotaGroup, entries: readonly Entry[]): readonly Amount[] {
  const prefix = typeof group === "string" ? "" : `${group.priorityClass}/`;
  return entries.flatMap(([value, resource, unit, ...path]) => {
    if (value === undefined) return [];
    const nanos = typeof value === "number" ? wholeUnits(value) : parseQuantity(value);
    return nanos === undefined ? [] : [{ key: prefix + resource, resource, group, unit, nanos, path }];
  });
}

/** What a tenant's own settings limit. */
export function writtenBudget({ quota, priorityClasses = {} }: TenantSpec): Budget {
  const { requests, limits } = quota.compute;
  const { classes, capacity, volumes } = quota.storage;
  const all = [
    ...amounts("compute", [
      [requests.cpu, "requests.cpu", "cores", "quota", "compute", "requests", "cpu"],
      [requests.memory, "requests.memory", "bytes", "quota", "compute", "requests", "memory"],
      [
        requests.ephemeralStorage,
        "requests.ephemeral-storage",
        "bytes",
        "quota",
        "compute",
        "requests",
        "ephemeralStorage",
      ],
      [requests.gpus, `requests.${gpuKey}`, "count", "quota", "compute", "requests", "gpus"],
      [limits.cpu, "limits.cpu", "cores", "quota", "compute", "limits", "cpu"],
      [limits.memory, "limits.memory", "bytes", "quota", "compute", "limits", "memory"],
    ]),
    ...amounts("storage", [
      [capacity, "requests.storage", "bytes", "quota", "storage", "capacity"],
      [volumes, "persistentvolumeclaims", "count", "quota", "storage", "volumes"],
      ...Object.entries(classes).flatMap(([name, each]): Entry[] => {
        const domain = `${name}.storageclass.storage.k8s.io`;
        const path = ["quota", "storage", "classes", name];
        return [
          [each.capacity, `${domain}/requests.storage`, "bytes", ...path, "capacity"],
          [each.volumes, `${domain}/persistentvolumeclaims`, "count", ...path, "volumes"],
        ];
      }),
    ]),
    ...amounts(
      "objects",
      Object.entries(objectResources).map(([name, resource]): Entry => [
        quota.objects[name as keyof ObjectCounts],
        resource,
        "count",
        "quota",
        "objects",
        name,
      ]),
    ),
    ...Object.entries(priorityClasses).flatMap(([priorityClass, each]) =>
      amounts({ priorityClass }, [
        [each.pods, "pods", "count", "priorityClasses", priorityClass, "pods"],
        [each.cpu, "requests.cpu", "cores", "priorityClasses", priorityClass, "cpu"],
        [each.memory, "requests.memory", "bytes", "priorityClasses", priorityClass, "memory"],
      ]),
    ),
  ];
  return new Map(all.map((amount) => [amount.key, amount]));
}

/** Budget of a branch: what the tenant writes, over what it inherits. */
export function budgetOf(tenants: Tenants, name: string): Budget {
  const budget = new Map<string, Amount>();
  for (const each of lineage(tenants, name)) {
    const tenant = tenantOf(tenants, each);
    if (tenant === undefined) continue;
    // A class that is no longer allowed needs no limit.
    for (const [key, { group }] of budget) {
      const allowed = typeof group === "string" || tenant.priorityClasses === undefined;
      if (!allowed && !Object.hasOwn(tenant.priorityClasses, group.priorityClass)) budget.delete(key);
    }
    for (const [key, amount] of writtenBudget(tenant)) budget.set(key, amount);
  }
  return budget;
}

/** What the tenant's own namespace may use: its budget without its children's. */
export function ownBudget(tenants: Tenants, name: string): readonly Amount[] {
  const children = childrenOf(tenants, name).map((child) => budgetOf(tenants, child));
  return [...budgetOf(tenants, name).values()].map((amount) => {
    const taken = children.reduce((sum, child) => sum + (child.get(amount.key)?.nanos ?? 0n), 0n);
    return { ...amount, nanos: amount.nanos > taken ? amount.nanos - taken : 0n };
  });
}

/** An amount as Kubernetes writes it. */
export const amountText = ({ nanos, unit }: Pick<Amount, "nanos" | "unit">): string => formatQuantity(nanos, unit);
