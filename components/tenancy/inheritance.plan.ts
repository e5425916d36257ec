/** What holds in one tenant's namespace, once everything above it has had its say. Pure. */

import { budgetOf, ownBudget } from "./quotas.plan";
import type { Amount } from "./quotas.plan";
import { parseQuantity } from "./quantity.plan";
import type {
  LimitsSpec,
  PeerSpec,
  PodSecurityLevel,
  PriorityClasses,
  ResourceAmounts,
  TenantNetworkSpec,
  Tenants,
  TenantServiceAccountSpec,
  TenantSpec,
} from "./spec";
import { lineage, tenantOf, topDown } from "./tree.plan";

/** A tenant with everything that it inherits. */
export interface ResolvedTenant {
  /** Also that of its namespace. */
  readonly name: string;
  /** From the top down to the one above. */
  readonly above: readonly string[];
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly podSecurity: PodSecurityLevel;
  /** What its own namespace may use. */
  readonly own: readonly Amount[];
  readonly limits: LimitsSpec;
  readonly network: {
    readonly internal: boolean;
    readonly api: boolean;
    readonly egress: readonly PeerSpec[];
    readonly ingress: readonly PeerSpec[];
  };
  readonly registries: readonly string[];
  /** Names of the classes that its pods may have. */
  readonly priorityClasses: readonly string[];
  readonly serviceAccounts: Readonly<Record<string, TenantServiceAccountSpec>>;
}

/**
 * Sizes of a container that says nothing, for those who write none: a small service. Without them a quota would refuse every pod
 * that leaves its size out.
 */
const builtIn = { cpuRequest: "100m", memoryRequest: "128Mi", cpuLimit: "500m", memoryLimit: "256Mi" } as const;

/** All tenants, each after the one above it. */
export function resolveTenants(tenants: Tenants, classes: PriorityClasses): readonly ResolvedTenant[] {
  return topDown(tenants).map((name) => resolveTenant(tenants, classes, name));
}

export function resolveTenant(tenants: Tenants, classes: PriorityClasses, name: string): ResolvedTenant {
  const line = lineage(tenants, name);
  const specs = line.map((each) => tenantOf(tenants, each)).filter((spec) => spec !== undefined);
  const self = specs.at(-1);
  return {
    name,
    above: line.slice(0, -1),
    description: self?.description ?? "",
    labels: Object.assign({}, ...specs.map(({ labels }) => labels)) as Record<string, string>,
    podSecurity: last(specs, ({ podSecurity }) => podSecurity) ?? "restricted",
    own: ownBudget(tenants, name),
    limits: resolveLimits(specs, budgetOf(tenants, name).has("limits.cpu")),
    network: resolveNetwork(specs.map(({ network }) => network)),
    registries: [...new Set(specs.flatMap(({ registries }) => registries))],
    priorityClasses: Object.keys(last(specs, ({ priorityClasses }) => priorityClasses) ?? classes).sort(),
    serviceAccounts: self?.serviceAccounts ?? {},
  };
}

/** What the lowest says that says anything. */
function last<T>(specs: readonly TenantSpec[], read: (spec: TenantSpec) => T | undefined): T | undefined {
  return specs.map(read).findLast((value) => value !== undefined);
}

export function resolveNetwork(specs: readonly TenantNetworkSpec[]): ResolvedTenant["network"] {
  const lowest = <K extends keyof TenantNetworkSpec>(key: K) =>
    specs.map((spec) => spec[key]).findLast((value) => value !== undefined);
  return {
    internal: lowest("internal") ?? true,
    api: lowest("api") ?? false,
    egress: lowest("egress") ?? [],
    ingress: lowest("ingress") ?? [],
  };
}

/** Limits as written, the lower over the higher; nothing built in. */
export function writtenLimits(specs: readonly TenantSpec[]): LimitsSpec {
  const merged = (read: (limits: LimitsSpec) => object): object =>
    Object.assign({}, ...specs.map(({ limits }) => read(limits))) as object;
  return {
    container: {
      defaultRequest: merged(({ container }) => container.defaultRequest),
      default: merged(({ container }) => container.default),
      min: merged(({ container }) => container.min),
      max: merged(({ container }) => container.max),
    },
    volume: merged(({ volume }) => volume),
  };
}

/** Inherited defaults shrink or grow to what the tenant's own least and most leave of them. */
function resolveLimits(specs: readonly TenantSpec[], cpuIsLimited: boolean): LimitsSpec {
  const { container, volume } = writtenLimits(specs);
  const { min, max } = container;
  const limit: ResourceAmounts = within(min, max, {
    ...(cpuIsLimited || max.cpu !== undefined ? { cpu: builtIn.cpuLimit } : {}),
    memory: builtIn.memoryLimit,
    ...container.default,
  });
  const request = within(min, max, {
    cpu: builtIn.cpuRequest,
    memory: builtIn.memoryRequest,
    ...container.defaultRequest,
  });
  return { container: { defaultRequest: within({}, limit, request), default: limit, min, max }, volume };
}

function within(min: ResourceAmounts, max: ResourceAmounts, amounts: ResourceAmounts): ResourceAmounts {
  const entries = Object.entries(amounts) as [keyof ResourceAmounts, string][];
  return Object.fromEntries(entries.map(([key, amount]) => [key, smaller(larger(amount, min[key]), max[key])]));
}

/** Compares quantities; one that is absent or none has no say. */
export function compare(one: string | undefined, other: string | undefined): -1 | 0 | 1 | undefined {
  const [left, right] = [one, other].map((text) => (text === undefined ? undefined : parseQuantity(text)));
  if (left === undefined || right === undefined) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

const smaller = (one: string, other: string | undefined): string =>
  other !== undefined && compare(one, other) === 1 ? other : one;
const larger = (one: string, other: string | undefined): string =>
  other !== undefined && compare(one, other) === -1 ? other : one;
