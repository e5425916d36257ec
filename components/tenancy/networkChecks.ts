import type { ClusterSpec } from "../clusterSpec";
import { covers } from "./networkPolicies.plan";
import { resolveTenant } from "./inheritance.plan";
import type { PeerSpec, TenantSpec } from "./spec";
import { parentOf, tenantOf } from "./tree.plan";
import { nearest } from "../settings/suggestions";
import type { Finding, SettingPath } from "../settings/problems";

/** What a tenant's pods may reach: rules that mean something, and no more than the tenant above has. */

export function* checkTenantNetwork(
  { tenants }: ClusterSpec,
  path: SettingPath,
  name: string,
  { network }: TenantSpec,
): Iterable<Finding> {
  const parent = parentOf(tenants, name);
  const above = parent === undefined ? undefined : resolveTenant(tenants, {}, parent).network;
  const here = [...path, "network"];
  for (const key of ["internal", "api"] as const) {
    if (network[key] !== true || above === undefined || above[key]) continue;
    yield {
      path: [...here, key],
      found: true,
      message: `is closed in tenant ${parent ?? ""} above; leave it out, or open it there`,
    };
  }
  for (const key of ["egress", "ingress"] as const) {
    for (const [index, rule] of (network[key] ?? []).entries()) {
      const rulePath = [...here, key, index];
      yield* checkPeer(tenants, rulePath, rule);
      if (above === undefined || peersOf(rule) !== 1 || above[key].some((each) => covers(tenants, each, rule)))
        continue;
      yield {
        path: rulePath,
        found: rule,
        message: `no rule of tenant ${parent ?? ""} above allows all of it; allow it there, or leave it out`,
      };
    }
  }
}

const peersOf = ({ cidr, tenant, namespace }: PeerSpec): number =>
  [cidr, tenant, namespace].filter((peer) => peer !== undefined).length;

function* checkPeer(tenants: ClusterSpec["tenants"], path: SettingPath, rule: PeerSpec): Iterable<Finding> {
  if (peersOf(rule) !== 1) {
    yield { path, found: rule, message: "write one of cidr, tenant and namespace" };
  }
  if (rule.tenant !== undefined && tenantOf(tenants, rule.tenant) === undefined) {
    const meant = nearest(rule.tenant, Object.keys(tenants));
    yield {
      path: [...path, "tenant"],
      found: rule.tenant,
      message: `is no tenant; ${meant === undefined ? "write namespace for one that belongs to none" : `did you mean ${meant}?`}`,
      involves: [["tenants"]],
    };
  }
  if (rule.cidr === undefined && rule.protocol === "UDP" && rule.ports.length === 0) {
    yield {
      path: [...path, "protocol"],
      found: "UDP",
      message: "means nothing without ports; write ports, or leave it out",
    };
  }
}
