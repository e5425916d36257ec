/** Tree of tenants. All functions accept invalid settings: unknown parents and cycles end a lineage. */

import type { Tenants, TenantSpec } from "./settings";

/** Tenant of that name, or undefined. */
export function tenantOf(tenants: Tenants, name: string | undefined): TenantSpec | undefined {
  return name !== undefined && Object.hasOwn(tenants, name) ? tenants[name] : undefined;
}

/** Names from the root down to the tenant itself. An unknown parent, or one that closes a cycle, is omitted. */
export function lineage(tenants: Tenants, name: string): readonly string[] {
  const names: string[] = [];
  for (let next: string | undefined = name; next !== undefined && tenantOf(tenants, next) && !names.includes(next);) {
    names.unshift(next);
    next = tenantOf(tenants, next)?.parent;
  }
  return names;
}

/** Tenants of the cycle that this one is part of; empty: no cycle. */
export function cycleOf(tenants: Tenants, name: string): readonly string[] {
  const [top = name] = lineage(tenants, name);
  return tenantOf(tenants, top)?.parent === name ? lineage(tenants, name) : [];
}

export const parentOf = (tenants: Tenants, name: string): string | undefined => lineage(tenants, name).at(-2);

/** Tenants directly below. */
export function childrenOf(tenants: Tenants, name: string): readonly string[] {
  return Object.keys(tenants).filter((other) => other !== name && parentOf(tenants, other) === name);
}

/** The tenant and all tenants below. */
export function subtreeOf(tenants: Tenants, name: string): readonly string[] {
  return Object.keys(tenants).filter((other) => lineage(tenants, other).includes(name));
}

/** All tenants, parents before children. */
export function topDown(tenants: Tenants): readonly string[] {
  const depth = (name: string): number => lineage(tenants, name).length;
  return Object.keys(tenants).sort((one, other) => depth(one) - depth(other) || (one < other ? -1 : 1));
}
