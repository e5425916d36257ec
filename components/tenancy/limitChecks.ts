import { finding } from "../settings/problems";
import type { Finding, SettingPath } from "../settings/problems";
import { writtenLimits } from "./limits.plan";
import { compareQuantities } from "./quantity.plan";
import type { LimitsSpec, Tenants, TenantSpec } from "./settings";
import { lineage, tenantOf } from "./tree.plan";

type Range = readonly [path: readonly [string, ...string[]], min: string | undefined, max: string | undefined];

const ranges = ({ container, volume }: LimitsSpec): readonly Range[] => [
  [["container", "cpu"], container.min.cpu, container.max.cpu],
  [["container", "memory"], container.min.memory, container.max.memory],
  [["volume"], volume.min, volume.max],
];

/** Limits of a tenant are within those of tenants above, and consistent with each other. */
export function* checkTenantLimits(
  tenants: Tenants,
  path: SettingPath,
  name: string,
  tenant: TenantSpec,
): Iterable<Finding> {
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
