import { amountText, budgetOf, writtenBudget } from "./quotas.plan";
import { compare, writtenLimits } from "./inheritance.plan";
import type { LimitsSpec, Tenants, TenantSpec } from "./spec";
import { childrenOf, lineage, parentOf, tenantOf } from "./tree.plan";
import type { Finding, SettingPath } from "../settings/problems";

/** Quotas and limits of a tenant: they fit into those above, and the tenants below fit into them together. */

export function* checkTenantSizes(
  tenants: Tenants,
  path: SettingPath,
  name: string,
  tenant: TenantSpec,
): Iterable<Finding> {
  yield* checkQuota(tenants, path, name, tenant);
  yield* checkSums(tenants, path, name);
  yield* checkLimits(tenants, path, name, tenant);
}

function* checkQuota(tenants: Tenants, path: SettingPath, name: string, tenant: TenantSpec): Iterable<Finding> {
  const parent = parentOf(tenants, name);
  if (parent === undefined) return;
  const above = budgetOf(tenants, parent);
  for (const amount of writtenBudget(tenant).values()) {
    const most = above.get(amount.key);
    if (most === undefined || amount.nanos <= most.nanos) continue;
    yield {
      path: [...path, ...amount.path],
      found: amountText(amount),
      message: `is more than the ${amountText(most)} of tenant ${parent} above; write at most that, or give ${parent} more`,
    };
  }
}

/** Reported where the quota is that does not suffice, once, and not if one child alone is too large. */
function* checkSums(tenants: Tenants, path: SettingPath, name: string): Iterable<Finding> {
  const children = childrenOf(tenants, name);
  if (children.length === 0) return;
  const budgets = children.map((child) => [child, budgetOf(tenants, child)] as const);
  for (const amount of budgetOf(tenants, name).values()) {
    const each = budgets.map(([, budget]) => budget.get(amount.key)?.nanos ?? 0n);
    const taken = each.reduce((sum, nanos) => sum + nanos, 0n);
    const oneIsTooLarge = each.some((nanos) => nanos > amount.nanos);
    if (taken <= amount.nanos || oneIsTooLarge) continue;
    const shares = budgets.flatMap(([child, budget]) => {
      const share = budget.get(amount.key);
      if (share === undefined) return [];
      const own = tenantOf(tenants, child);
      const written = own !== undefined && writtenBudget(own).has(amount.key);
      return [`${child} ${amountText(share)}${written ? "" : " (inherited)"}`];
    });
    yield {
      path: [...path, ...amount.path],
      found: amountText(amount),
      message: `the tenants below take ${amountText({ ...amount, nanos: taken })} together: ${shares.join(", ")}; write less for them, or more here`,
      involves: children.map((child): SettingPath => ["tenants", child]),
    };
  }
}

type Bound = readonly [path: readonly string[], min: string | undefined, max: string | undefined];

/** Least and most of everything that has them. */
const bounds = ({ container, volume }: LimitsSpec): readonly Bound[] => [
  [["container", "cpu"], container.min.cpu, container.max.cpu],
  [["container", "memory"], container.min.memory, container.max.memory],
  [["volume"], volume.min, volume.max],
];

const boundPath = (path: SettingPath, [what, ...rest]: readonly string[], bound: "min" | "max"): SettingPath => [
  ...path,
  "limits",
  what ?? "",
  bound,
  ...rest,
];

function* checkLimits(tenants: Tenants, path: SettingPath, name: string, tenant: TenantSpec): Iterable<Finding> {
  const line = lineage(tenants, name).map((each) => tenantOf(tenants, each));
  const specs = line.filter((spec) => spec !== undefined);
  const above = bounds(writtenLimits(specs.slice(0, -1)));
  const all = bounds(writtenLimits(specs));
  for (const [index, [what, min, max]] of bounds(tenant.limits).entries()) {
    const [, leastAbove, mostAbove] = above[index] ?? [];
    const [, least, most] = all[index] ?? [];
    if (compare(max, mostAbove) === 1) {
      yield {
        path: boundPath(path, what, "max"),
        found: max,
        message: `is more than the ${mostAbove ?? ""} above; write at most that`,
      };
    }
    if (compare(min, leastAbove) === -1) {
      yield {
        path: boundPath(path, what, "min"),
        found: min,
        message: `is less than the ${leastAbove ?? ""} above; write at least that`,
      };
    }
    if (compare(least, most) === 1 && (min !== undefined || max !== undefined)) {
      const bound = max === undefined ? "min" : "max";
      const message =
        bound === "max" ? `is less than the least (${least ?? ""})` : `is more than the most (${most ?? ""})`;
      yield {
        path: boundPath(path, what, bound),
        found: max ?? min,
        message: `${message}; no container or volume could be`,
      };
    }
  }
  yield* checkDefaults(path, tenant.limits.container, writtenLimits(specs).container);
}

function* checkDefaults(
  path: SettingPath,
  written: LimitsSpec["container"],
  all: LimitsSpec["container"],
): Iterable<Finding> {
  for (const resource of ["cpu", "memory"] as const) {
    for (const kind of ["defaultRequest", "default"] as const) {
      const value = written[kind][resource];
      const here: SettingPath = [...path, "limits", "container", kind, resource];
      const [least, most] = [all.min[resource], all.max[resource]];
      if (compare(value, least) === -1)
        yield { path: here, found: value, message: `is less than the least (${least ?? ""})` };
      else if (compare(value, most) === 1)
        yield { path: here, found: value, message: `is more than the most (${most ?? ""})` };
      else if (kind === "defaultRequest" && compare(value, written.default[resource]) === 1) {
        const limit = written.default[resource] ?? "";
        yield { path: here, found: value, message: `is more than the default limit (${limit}); write at most that` };
      }
    }
  }
}
