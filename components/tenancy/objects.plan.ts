/** What stands in a tenant's namespace, as plain objects. Pure. */

import { amountText } from "./quotas.plan";
import type { Amount } from "./quotas.plan";
import { wholeUnits } from "./quantity.plan";
import type { ResolvedTenant } from "./inheritance.plan";
import { branchLabel } from "./networkPolicies.plan";

/** Marks what comes from the settings: people with roles in the namespace cannot change it. */
export const managedLabel = "holdfast.dev/managed";
export const managed: Readonly<Record<string, string>> = { [managedLabel]: "true" };

/** Marks a tenant's namespace. */
export const tenantLabel = "holdfast.dev/tenant";

/** Names of the priority classes that pods of a namespace may have, with commas between. */
export const priorityClassesAnnotation = "holdfast.dev/priority-classes";

/** Labels and annotations of a tenant's namespace. `version` is Kubernetes' own, `1.36.3`. */
export function namespaceMetadata(tenant: ResolvedTenant, version: string) {
  const pinned = `v${version.split(".").slice(0, 2).join(".")}`;
  const modes = ["enforce", "audit", "warn"].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, tenant.podSecurity],
    // Standards grow with versions: a pod that is refused after an upgrade is to be no surprise.
    [`pod-security.kubernetes.io/${mode}-version`, pinned],
  ]);
  const branches = [...tenant.above, tenant.name].map((each) => [branchLabel(each), "true"]);
  return {
    name: tenant.name,
    labels: {
      ...tenant.labels,
      ...managed,
      [tenantLabel]: tenant.name,
      ...Object.fromEntries([...branches, ...modes]),
    } as Record<string, string>,
    annotations: {
      [priorityClassesAnnotation]: tenant.priorityClasses.join(","),
      ...(tenant.above.length > 0 ? { "holdfast.dev/parent": tenant.above.at(-1) ?? "" } : {}),
      ...(tenant.description !== "" ? { "holdfast.dev/description": tenant.description } : {}),
    } as Record<string, string>,
  };
}

export interface ResourceQuota {
  readonly name: string;
  readonly spec: {
    readonly hard: Record<string, string>;
    readonly scopeSelector?: {
      readonly matchExpressions: { readonly scopeName: string; readonly operator: string; readonly values: string[] }[];
    };
  };
}

/** What every namespace holds without anybody's doing: the certificate of the authority, and credentials of registries. */
function unasked(tenant: ResolvedTenant, resource: string): bigint {
  if (resource === "configmaps") return wholeUnits(1);
  return resource === "secrets" ? wholeUnits(tenant.registries.length) : 0n;
}

/** One ResourceQuota for each group of limits, so that a message of the API says which one is used up. */
export function resourceQuotas(tenant: ResolvedTenant): readonly ResourceQuota[] {
  const groups = new Map<string, Amount[]>();
  for (const amount of tenant.own) {
    const name = typeof amount.group === "string" ? amount.group : `priority-${amount.group.priorityClass}`;
    groups.set(name, [...(groups.get(name) ?? []), amount]);
  }
  return [...groups].map(([name, amounts]) => {
    const hard = amounts.map((amount): [string, string] => [
      amount.resource,
      amountText({ ...amount, nanos: amount.nanos + unasked(tenant, amount.resource) }),
    ]);
    const [{ group } = { group: "compute" as const }] = amounts;
    return {
      name,
      spec: {
        hard: Object.fromEntries(hard),
        ...(typeof group === "string"
          ? {}
          : {
              scopeSelector: {
                matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: [group.priorityClass] }],
              },
            }),
      },
    };
  });
}

/** The LimitRange: sizes of containers and volumes. */
export function limitRange({ limits }: ResolvedTenant) {
  const { container, volume } = limits;
  const present = (part: object): Record<string, string> =>
    Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
  const section = (name: string, part: object): object =>
    Object.keys(present(part)).length > 0 ? { [name]: present(part) } : {};
  const volumeSize = (name: "min" | "max"): object =>
    volume[name] === undefined ? {} : { [name]: { storage: volume[name] } };
  const volumes = { ...volumeSize("min"), ...volumeSize("max") };
  return {
    limits: [
      {
        type: "Container",
        ...section("defaultRequest", container.defaultRequest),
        ...section("default", container.default),
        ...section("min", container.min),
        ...section("max", container.max),
      },
      ...(Object.keys(volumes).length > 0 ? [{ type: "PersistentVolumeClaim", ...volumes }] : []),
    ],
  };
}

/** Name of the Secret with a registry's credentials. */
export const registrySecret = (registry: string): string => `registry-${registry}`;
