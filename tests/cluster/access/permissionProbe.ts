/** May somebody do something? Asked of the API server by doing it, dry. */
import type { ApiServer, Reply, Subject } from "./apiServer";

/** API group of resources that are not in the core. */
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
 * Tries it: `resource` is a plural, with a subresource after a slash, or a path; `namespace` `-` is none. Nothing is changed.
 * What comes after the permission (no such object, an invalid one) counts as allowed.
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
  // Admission forbids, too, but says so in other words.
  const denied = status === 401 || (status === 403 && / cannot |the service said so/.test(message));
  return { allowed: !denied, reply };
}

function pathOf(verb: string, resource: string, namespace: string): string {
  const [plural = "", subresource] = resource.split("/");
  const group = groups[plural];
  const base = group === undefined ? "/api/v1" : `/apis/${group}`;
  const collection = `${base}${namespace === "-" ? "" : `/namespaces/${namespace}`}/${plural}`;
  const named = ["get", "update", "patch", "delete"].includes(verb) || subresource !== undefined;
  const path = named ? `${collection}/nobody${subresource === undefined ? "" : `/${subresource}`}` : collection;
  if (verb === "watch") return `${path}?watch=true&timeoutSeconds=1`;
  return methods[verb] === undefined ? path : `${path}?dryRun=All`;
}

function bodyOf(verb: string, resource: string): object | undefined {
  const [plural = ""] = resource.split("/");
  if (verb === "patch") return { metadata: { labels: { tried: "yes" } } };
  if (verb !== "create" && verb !== "update") return undefined;
  const kind = { configmaps: "ConfigMap", pods: "Pod", secrets: "Secret", namespaces: "Namespace" }[plural] ?? "Object";
  return { apiVersion: groups[plural] ?? "v1", kind, metadata: { name: "nobody" } };
}
