/** Who is above whom. Total: whatever the settings say (an unknown parent, a circle), there is an answer. Pure. */

import type { Tenants, TenantSpec } from "./spec";

/** The tenant, if there is one of that name. */
export function tenantOf(tenants: Tenants, name: string | undefined): TenantSpec | undefined {
  return name !== undefined && Object.hasOwn(tenants, name) ? tenants[name] : undefined;
}

/** Names from the top down to the tenant itself. A parent that does not exist, or closes a circle, is left out. */
export function lineage(tenants: Tenants, name: string): readonly string[] {
  const seen: string[] = [];
  for (let next: string | undefined = name; next !== undefined && tenantOf(tenants, next) && !seen.includes(next);) {
    seen.unshift(next);
    next = tenantOf(tenants, next)?.parent;
  }
  return seen;
}

/** The tenants of a circle that this one is part of; none: it is in no circle. */
export function circleOf(tenants: Tenants, name: string): readonly string[] {
  const [top = name] = lineage(tenants, name);
  return tenantOf(tenants, top)?.parent === name ? lineage(tenants, name) : [];
}

export const parentOf = (tenants: Tenants, name: string): string | undefined => lineage(tenants, name).at(-2);

/** The tenants directly below. */
export function childrenOf(tenants: Tenants, name: string): readonly string[] {
  return Object.keys(tenants).filter((other) => other !== name && parentOf(tenants, other) === name);
}

/** The tenant and all below it. */
export function subtreeOf(tenants: Tenants, name: string): readonly string[] {
  return Object.keys(tenants).filter((other) => lineage(tenants, other).includes(name));
}

/** All tenants, each after the one above it. */
export function topDown(tenants: Tenants): readonly string[] {
  const depth = (name: string): number => lineage(tenants, name).length;
  return Object.keys(tenants).sort((one, other) => depth(one) - depth(other) || (one < other ? -1 : 1));
}
