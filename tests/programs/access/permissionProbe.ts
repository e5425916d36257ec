/** Permission check by a dry-run request. */
import type { ApiServer, Reply, Subject } from "./apiServer";

/** API groups of resources outside of the core group. */
const groups: Readonly<Record<string, string>> = {
  deployments: "apps/v1",
  roles: "rbac.authorization.k8s.io/v1",
  rolebindings: "rbac.authorization.k8s.io/v1",
  clusterroles: "rbac.authorization.k8s.io/v1",
  networkpolicies: "networking.k8s.io/v1",
  leases: "coordination.k8s.io/v1",
};

const methods: Readonly<Record<string, string>> = {
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
};

/**
 * Attempts a request as a dry run. Errors after authorization, such as a missing or an invalid object, count as allowed.
 * `resource` is a plural, optionally with a subresource (`pods/exec`), or a path; `namespace` is `-` for none.
 */
export async function attemptRequest(
  server: ApiServer,
  subject: Subject,
  [verb, resource, namespace]: readonly [verb: string, resource: string, namespace: string],
): Promise<{ readonly allowed: boolean; readonly reply: Reply }> {
  const reply = resource.startsWith("/")
    ? await server.request(subject, "GET", resource)
    : await server.request(subject, methods[verb] ?? "GET", pathOf(verb, resource, namespace), bodyOf(verb, resource));
  const { status, body } = reply;
  const message = typeof body === "object" && body !== null ? String((body as { message?: string }).message) : "";
  // Admission also answers 403, but with another message.
  const denied = status === 401 || (status === 403 && / cannot |the service said so/.test(message));
  return { allowed: !denied, reply };
}

function pathOf(verb: string, resource: string, namespace: string): string {
  const [plural = "", subresource] = resource.split("/");
  const group = groups[plural];
  const base = group === undefined ? "/api/v1" : `/apis/${group}`;
  const collection = `${base}${namespace === "-" ? "" : `/namespaces/${namespace}`}/${plural}`;
  const named = ["get", "update", "patch", "delete"].includes(verb) || subresource !== undefined;
  const path = named ? `${collection}/none${subresource === undefined ? "" : `/${subresource}`}` : collection;
  if (verb === "watch") return `${path}?watch=true&timeoutSeconds=1`;
  return methods[verb] === undefined ? path : `${path}?dryRun=All`;
}

function bodyOf(verb: string, resource: string): object | undefined {
  const [plural = ""] = resource.split("/");
  if (verb === "patch") return { metadata: { labels: { tried: "yes" } } };
  if (verb !== "create" && verb !== "update") return undefined;
  const kind = { configmaps: "ConfigMap", pods: "Pod", secrets: "Secret", namespaces: "Namespace" }[plural] ?? "Object";
  return { apiVersion: groups[plural] ?? "v1", kind, metadata: { name: "none" } };
}
