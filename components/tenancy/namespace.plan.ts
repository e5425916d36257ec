import type { ResolvedTenant } from "./inheritance.plan";

/** Label of objects that the settings create; an admission policy protects them from changes by users. */
export const managedLabel = "holdfast.dev/managed";
export const managed: Readonly<Record<string, string>> = { [managedLabel]: "true" };

/** Label of a tenant's namespace. */
export const tenantLabel = "holdfast.dev/tenant";

/** Label of a tenant's namespace for the tenant itself and each tenant above; network policies select by it. */
export const branchLabel = (tenant: string): string => `tenant.holdfast.dev/${tenant}`;

/** Annotation with the priority classes that pods of a namespace may use, separated by commas. */
export const priorityClassesAnnotation = "holdfast.dev/priority-classes";

/** Name, labels and annotations of a tenant's namespace. `version` is the Kubernetes version, such as `1.36.3`. */
export function namespaceMetadata(tenant: ResolvedTenant, version: string) {
  const minor = `v${version.split(".").slice(0, 2).join(".")}`;
  const modes = ["enforce", "audit", "warn"].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, tenant.podSecurity],
    // Standards change between versions: an upgrade must not reject running workloads.
    [`pod-security.kubernetes.io/${mode}-version`, minor],
  ]);
  const branches = [...tenant.above, tenant.name].map((each) => [branchLabel(each), "true"]);
  const annotations: Record<string, string> = { [priorityClassesAnnotation]: tenant.priorityClasses.join(",") };
  const parent = tenant.above.at(-1);
  if (parent !== undefined) annotations["holdfast.dev/parent"] = parent;
  if (tenant.description !== "") annotations["holdfast.dev/description"] = tenant.description;
  return {
    name: tenant.name,
    labels: {
      ...tenant.labels,
      ...managed,
      [tenantLabel]: tenant.name,
      ...Object.fromEntries([...branches, ...modes]),
    } as Record<string, string>,
    annotations,
  };
}
