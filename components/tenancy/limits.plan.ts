import { compareQuantities } from "./quantity.plan";
import type { LimitsSpec, ResourceAmounts, TenantSpec } from "./settings";

/** Defaults of a small service. Without them, a quota would reject every pod without requests and limits. */
const builtIn = { cpuRequest: "100m", memoryRequest: "128Mi", cpuLimit: "500m", memoryLimit: "256Mi" } as const;

/** Limits of the settings, those of children over those of parents, without built-in defaults. */
export function writtenLimits(lineage: readonly TenantSpec[]): LimitsSpec {
  const merge = (read: (limits: LimitsSpec) => object): object =>
    Object.assign({}, ...lineage.map(({ limits }) => read(limits))) as object;
  return {
    container: {
      defaultRequest: merge(({ container }) => container.defaultRequest),
      default: merge(({ container }) => container.default),
      min: merge(({ container }) => container.min),
      max: merge(({ container }) => container.max),
    },
    volume: merge(({ volume }) => volume),
  };
}

/** Limits with built-in defaults; inherited defaults are clamped to the tenant's minimum and maximum. */
export function resolveLimits(lineage: readonly TenantSpec[], hasCpuQuota: boolean): LimitsSpec {
  const { container, volume } = writtenLimits(lineage);
  const { min, max } = container;
  const cpuLimit = hasCpuQuota || max.cpu !== undefined ? builtIn.cpuLimit : undefined;
  const limit = clamp({ cpu: cpuLimit, memory: builtIn.memoryLimit, ...container.default }, min, max);
  const requests = { cpu: builtIn.cpuRequest, memory: builtIn.memoryRequest, ...container.defaultRequest };
  const defaultRequest = clamp(clamp(requests, min, max), {}, limit);
  return { container: { defaultRequest, default: limit, min, max }, volume };
}

const clamp = (amounts: ResourceAmounts, min: ResourceAmounts, max: ResourceAmounts): ResourceAmounts => ({
  cpu: clampOne(amounts.cpu, min.cpu, max.cpu),
  memory: clampOne(amounts.memory, min.memory, max.memory),
});

function clampOne(amount: string | undefined, min: string | undefined, max: string | undefined): string | undefined {
  const raised = compareQuantities(amount, min) === -1 ? min : amount;
  return compareQuantities(raised, max) === 1 ? max : raised;
}

/** LimitRange of a tenant's namespace: sizes of containers and volumes. */
export function limitRange({ container, volume }: LimitsSpec) {
  const volumes = nonEmpty({ min: storageSize(volume.min), max: storageSize(volume.max) });
  return {
    limits: [
      {
        type: "Container",
        defaultRequest: nonEmpty(container.defaultRequest),
        default: nonEmpty(container.default),
        min: nonEmpty(container.min),
        max: nonEmpty(container.max),
      },
      ...(volumes ? [{ type: "PersistentVolumeClaim", ...volumes }] : []),
    ],
  };
}

const storageSize = (size: string | undefined) => (size === undefined ? undefined : { storage: size });

const nonEmpty = <T extends object>(part: T): T | undefined =>
  Object.values(part).some((value) => value !== undefined) ? part : undefined;
