import { finding } from "../settings/problems";
import type { Finding, SettingPath } from "../settings/problems";
import { suggest } from "../settings/suggestions";
import { resolveTenant } from "./inheritance.plan";
import { covers } from "./networkPolicies.plan";
import type { PeerSpec, Tenants, TenantSpec } from "./settings";
import { parentOf, tenantOf } from "./tree.plan";

/** Network rules of a tenant: they are complete, and allow no more than those of the parent. */
export function* checkTenantNetwork(
  tenants: Tenants,
  path: SettingPath,
  name: string,
  { network }: TenantSpec,
): Iterable<Finding> {
  const parent = parentOf(tenants, name);
  const above = parent === undefined ? undefined : resolveTenant(tenants, {}, parent).network;
  for (const key of ["internal", "api"] as const) {
    if (network[key] !== true || above === undefined || above[key]) continue;
    yield finding([...path, "network", key], `is denied by parent ${parent}; remove it, or allow it there`);
  }
  for (const key of ["egress", "ingress"] as const) {
    for (const [index, rule] of (network[key] ?? []).entries()) {
      const rulePath = [...path, "network", key, index];
      const isComplete = peerCount(rule) === 1;
      yield* checkPeer(tenants, rulePath, rule);
      if (above === undefined || !isComplete || above[key].some((each) => covers(tenants, each, rule))) continue;
      yield finding(rulePath, `allows more than the rules of parent ${parent}; remove it, or allow it there`);
    }
  }
}

const peerCount = ({ cidr, tenant, namespace }: PeerSpec): number =>
  [cidr, tenant, namespace].filter((peer) => peer !== undefined).length;

function* checkPeer(tenants: Tenants, path: SettingPath, rule: PeerSpec): Iterable<Finding> {
  if (peerCount(rule) !== 1) yield finding(path, "needs exactly one of cidr, tenant and namespace");
  if (rule.tenant !== undefined && tenantOf(tenants, rule.tenant) === undefined) {
    const message = `unknown tenant; ${suggest(rule.tenant, Object.keys(tenants))}`;
    yield finding([...path, "tenant"], message, [["tenants"]]);
  }
  if (rule.cidr === undefined && rule.protocol === "UDP" && rule.ports.length === 0) {
    yield finding([...path, "protocol"], "has no effect without ports; write ports, or remove it");
  }
}
