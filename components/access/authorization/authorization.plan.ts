import { renderYaml } from "../../yaml.plan";
import { configDirectory } from "../apiServerConfig.plan";
import type { ApiServerConfig } from "../apiServerConfig.plan";
import { webhookKubeconfig } from "../webhookKubeconfig.plan";
import type { AuthorizationSpec, AuthorizationWebhookSpec } from "./settings";

const policyFile = "abac.jsonl";

/** Authorization of the API server: Node authorizer, RBAC, and the webhooks and ABAC rules of the settings. */
export function renderAuthorization(spec: AuthorizationSpec): ApiServerConfig {
  const hasAbac = spec.abac.length > 0;
  return {
    flags: [
      { name: "authorization-config", value: `${configDirectory}/authorization.yaml` },
      ...(hasAbac ? [{ name: "authorization-policy-file", value: `${configDirectory}/${policyFile}` }] : []),
    ],
    files: Object.assign(
      { "authorization.yaml": renderYaml(authorizationConfiguration(spec)) },
      hasAbac && { [policyFile]: renderAbacPolicy(spec.abac) },
      ...spec.webhooks.map((webhook) => kubeconfig(webhook).files),
    ) as Record<string, string>,
  };
}

const kubeconfig = (webhook: AuthorizationWebhookSpec) => webhookKubeconfig(`authorization-${webhook.name}`, webhook);

/** AuthorizationConfiguration; the API server reloads it when it changes, but reads the ABAC policy only at start. */
function authorizationConfiguration({ webhooks, abac }: AuthorizationSpec): object {
  const at = (position: AuthorizationWebhookSpec["position"]) =>
    webhooks.filter((webhook) => webhook.position === position).map(webhookAuthorizer);
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthorizationConfiguration",
    authorizers: [
      { type: "Node", name: "node" },
      ...at("first"),
      { type: "RBAC", name: "rbac" },
      ...(abac.length > 0 ? [{ type: "ABAC", name: "abac" }] : []),
      ...at("last"),
    ],
  };
}

/**
 * Match conditions of every webhook before RBAC. They exempt the cluster's components and administrators: an unavailable
 * webhook would otherwise stop the whole cluster and lock out everyone who could repair it.
 */
export const exemptions: readonly string[] = [
  "!request.user.startsWith('system:') || (request.user.startsWith('system:serviceaccount:') && !request.user.startsWith('system:serviceaccount:kube-system:'))",
  "!has(request.groups) || !request.groups.exists(group, group in ['system:masters', 'kubeadm:cluster-admins'])",
];

function webhookAuthorizer(webhook: AuthorizationWebhookSpec): object {
  const { name, position, timeoutSeconds, failurePolicy, matchConditions } = webhook;
  const conditions = [...(position === "first" ? exemptions : []), ...matchConditions];
  return {
    type: "Webhook",
    name,
    webhook: {
      timeout: `${timeoutSeconds}s`,
      ...cacheFields("authorizedTTL", "cacheAuthorizedRequests", webhook.authorizedSeconds),
      ...cacheFields("unauthorizedTTL", "cacheUnauthorizedRequests", webhook.unauthorizedSeconds),
      subjectAccessReviewVersion: "v1",
      matchConditionSubjectAccessReviewVersion: "v1",
      failurePolicy,
      connectionInfo: { type: "KubeConfigFile", kubeConfigFile: kubeconfig(webhook).path },
      matchConditions: conditions.map((expression) => ({ expression })),
    },
  };
}

/** Cache settings of a webhook. The API server treats a TTL of 0 as its default; a separate field disables the cache. */
function cacheFields(ttlField: string, cacheField: string, seconds: number): object {
  return seconds === 0 ? { [ttlField]: "1s", [cacheField]: false } : { [ttlField]: `${seconds}s`, [cacheField]: true };
}

/** ABAC policy file: one JSON object per line. */
function renderAbacPolicy(rules: AuthorizationSpec["abac"]): string {
  return rules
    .map(({ user, group, readonly, apiGroup = "", namespace = "", resource = "", nonResourcePath }) => ({
      apiVersion: "abac.authorization.kubernetes.io/v1beta1",
      kind: "Policy",
      spec: {
        user,
        group,
        readonly: readonly || undefined,
        ...(nonResourcePath === undefined ? { apiGroup, namespace, resource } : { nonResourcePath }),
      },
    }))
    .map((policy) => `${JSON.stringify(policy)}\n`)
    .join("");
}
