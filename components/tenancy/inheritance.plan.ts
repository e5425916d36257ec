import type { PodSecurityLevel } from "../settings/podSecurity";
import { resolveLimits } from "./limits.plan";
import { budgetOf, ownBudget } from "./quotas.plan";
import type { Amount } from "./quotas.plan";
import type {
  LimitsSpec,
  PeerSpec,
  PriorityClasses,
  TenantNetworkSpec,
  Tenants,
  TenantServiceAccountSpec,
} from "./settings";
import { lineage, tenantOf, topDown } from "./tree.plan";

/** A tenant with everything that it inherits. */
export interface ResolvedTenant {
  /** Name of the tenant and of its namespace. */
  readonly name: string;
  /** Tenants above, from the root down to the parent. */
  readonly above: readonly string[];
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly podSecurity: PodSecurityLevel;
  /** Limits of its own namespace. */
  readonly quota: readonly Amount[];
  readonly limits: LimitsSpec;
  readonly network: {
    readonly internal: boolean;
    readonly api: boolean;
    readonly egress: readonly PeerSpec[];
    readonly ingress: readonly PeerSpec[];
  };
  readonly registries: readonly string[];
  /** Names of the classes that its pods may use. */
  readonly priorityClasses: readonly string[];
  readonly serviceAccounts: Readonly<Record<string, TenantServiceAccountSpec>>;
}

/** All tenants, parents before children. */
export function resolveTenants(tenants: Tenants, classes: PriorityClasses): readonly ResolvedTenant[] {
  return topDown(tenants).map((name) => resolveTenant(tenants, classes, name));
}

export function resolveTenant(tenants: Tenants, classes: PriorityClasses, name: string): ResolvedTenant {
  const names = lineage(tenants, name);
  const specs = names.map((each) => tenantOf(tenants, each)).filter((spec) => spec !== undefined);
  const self = specs.at(-1);
  const lowest = <T>(values: readonly (T | undefined)[]): T | undefined =>
    values.findLast((value) => value !== undefined);
  const network = <Key extends keyof TenantNetworkSpec>(key: Key) => lowest(specs.map((spec) => spec.network[key]));
  return {
    name,
    above: names.slice(0, -1),
    description: self?.description ?? "",
    labels: Object.assign({}, ...specs.map(({ labels }) => labels)) as Record<string, string>,
    podSecurity: lowest(specs.map(({ podSecurity }) => podSecurity)) ?? "restricted",
    quota: ownBudget(tenants, name),
    limits: resolveLimits(specs, budgetOf(tenants, name).has("limits.cpu")),
    network: {
      internal: network("internal") ?? true,
      api: network("api") ?? false,
      egress: network("egress") ?? [],
      ingress: network("ingress") ?? [],
    },
    registries: [...new Set(specs.flatMap(({ registries }) => registries))],
    priorityClasses: Object.keys(lowest(specs.map(({ priorityClasses }) => priorityClasses)) ?? classes).sort(),
    serviceAccounts: self?.serviceAccounts ?? {},
  };
}
