import { finding } from "../settings/problems";
import type { Finding, SettingPath } from "../settings/problems";
import { writtenLimits } from "./limits.plan";
import { compareQuantities } from "./quantity.plan";
import { budgetOf, formatAmount, writtenBudget } from "./quotas.plan";
import type { LimitsSpec, Tenants, TenantSpec } from "./settings";
import { childrenOf, lineage, parentOf, tenantOf } from "./tree.plan";

/** Quotas and limits of a tenant: they fit into those of the parent, and the children fit into them together. */
export function* checkTenantSizes(
  tenants: Tenants,
  path: SettingPath,
  name: string,
  tenant: TenantSpec,
): Iterable<Finding> {
  yield* checkQuota(tenants, path, name, tenant);
  yield* checkChildren(tenants, path, name);
  yield* checkLimits(tenants, path, name, tenant);
}

function* checkQuota(tenants: Tenants, path: SettingPath, name: string, tenant: TenantSpec): Iterable<Finding> {
  const parent = parentOf(tenants, name);
  if (parent === undefined) return;
  const above = budgetOf(tenants, parent);
  for (const amount of writtenBudget(tenant).values()) {
    const max = above.get(amount.key);
    if (max === undefined || amount.nanos <= max.nanos) continue;
    const message = `must be at most ${formatAmount(max)}, the quota of parent ${parent}; reduce it, or raise that of ${parent}`;
    yield finding([...path, ...amount.path], message);
  }
}

/** Reports the quota that the children exceed together, unless one child exceeds it alone. */
function* checkChildren(tenants: Tenants, path: SettingPath, name: string): Iterable<Finding> {
  const children = childrenOf(tenants, name).map((child) => ({
    child,
    budget: budgetOf(tenants, child),
    written: writtenBudget(tenants[child] as TenantSpec),
  }));
  for (const amount of budgetOf(tenants, name).values()) {
    const shares = children.flatMap(({ child, budget, written }) => {
      const share = budget.get(amount.key);
      return share ? [{ child, share, inherited: !written.has(amount.key) }] : [];
    });
    const used = shares.reduce((sum, { share }) => sum + share.nanos, 0n);
    if (used <= amount.nanos || shares.some(({ share }) => share.nanos > amount.nanos)) continue;
    const list = shares.map(
      ({ child, share, inherited }) => `${child} ${formatAmount(share)}${inherited ? " (inherited)" : ""}`,
    );
    yield {
      path: [...path, ...amount.path],
      found: formatAmount(amount),
      message: `is less than the ${formatAmount({ ...amount, nanos: used })} of its children (${list.join(", ")}); raise it, or reduce theirs`,
      involves: children.map(({ child }): SettingPath => ["tenants", child]),
    };
  }
}

type Range = readonly [path: readonly [string, ...string[]], min: string | undefined, max: string | undefined];

const ranges = ({ container, volume }: LimitsSpec): readonly Range[] => [
  [["container", "cpu"], container.min.cpu, container.max.cpu],
  [["container", "memory"], container.min.memory, container.max.memory],
  [["volume"], volume.min, volume.max],
];

function* checkLimits(tenants: Tenants, path: SettingPath, name: string, tenant: TenantSpec): Iterable<Finding> {
  const specs = lineage(tenants, name)
    .map((each) => tenantOf(tenants, each))
    .filter((spec) => spec !== undefined);
  const above = ranges(writtenLimits(specs.slice(0, -1)));
  const merged = ranges(writtenLimits(specs));
  for (const [index, [[section, ...resource], min, max]] of ranges(tenant.limits).entries()) {
    const pathOf = (bound: "min" | "max"): SettingPath => [...path, "limits", section, bound, ...resource];
    const [, minAbove, maxAbove] = above[index] ?? [];
    const [, mergedMin, mergedMax] = merged[index] ?? [];
    if (compareQuantities(max, maxAbove) === 1) {
      yield finding(pathOf("max"), `must be at most ${maxAbove}, the maximum of a tenant above`);
    }
    if (compareQuantities(min, minAbove) === -1) {
      yield finding(pathOf("min"), `must be at least ${minAbove}, the minimum of a tenant above`);
    }
    if (compareQuantities(mergedMin, mergedMax) !== 1) continue;
    if (max !== undefined) yield finding(pathOf("max"), `must be at least ${mergedMin}, the minimum`);
    else if (min !== undefined) yield finding(pathOf("min"), `must be at most ${mergedMax}, the maximum`);
  }
  yield* checkDefaults([...path, "limits", "container"], tenant.limits.container, writtenLimits(specs).container);
}

function* checkDefaults(
  path: SettingPath,
  written: LimitsSpec["container"],
  { min, max }: LimitsSpec["container"],
): Iterable<Finding> {
  for (const resource of ["cpu", "memory"] as const) {
    for (const kind of ["defaultRequest", "default"] as const) {
      const value = written[kind][resource];
      const limit = written.default[resource];
      const here = [...path, kind, resource];
      if (compareQuantities(value, min[resource]) === -1) {
        yield finding(here, `must be at least ${min[resource]}, the minimum`);
      } else if (compareQuantities(value, max[resource]) === 1) {
        yield finding(here, `must be at most ${max[resource]}, the maximum`);
      } else if (kind === "defaultRequest" && compareQuantities(value, limit) === 1) {
        yield finding(here, `must be at most ${limit}, the default limit`);
      }
    }
  }
}
