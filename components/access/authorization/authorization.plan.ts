/** Who may do what: nodes by what runs on them, everybody by RBAC, and what the settings add. */

import { askedService } from "../webhookKubeconfig.plan";
import { configDirectory, yamlDocument } from "../configFile.plan";
import type { ServerConfig } from "../configFile.plan";
import type { AbacRuleSpec, AuthorizationSpec, AuthorizationWebhookSpec } from "../spec";

const policyFile = "abac.jsonl";

/** Names of the authorizers that are no webhooks; audit annotations tell them. */
export const authorizerNames = ["node", "rbac", "abac"] as const;

export function authorization(spec: AuthorizationSpec): ServerConfig {
  const services = spec.webhooks.map((webhook) => askedService(kubeconfigName(webhook), webhook));
  return {
    flags: [
      { name: "authorization-config", value: `${configDirectory}/authorization.yaml` },
      ...(spec.abac.length > 0
        ? [{ name: "authorization-policy-file", value: `${configDirectory}/${policyFile}` }]
        : []),
    ],
    files: Object.assign(
      { "authorization.yaml": yamlDocument(authorizationConfiguration(spec)) },
      spec.abac.length > 0 ? { [policyFile]: abacPolicy(spec.abac) } : {},
      ...services.map(({ files }) => files),
    ) as Record<string, string>,
  };
}

/** The API server reads it anew when it changes; the ABAC policy only when it starts. */
export function authorizationConfiguration({ webhooks, abac }: AuthorizationSpec): object {
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
 * Whoever is asked before RBAC can refuse everybody. The cluster's own components and its administrators are not laid in
 * their hands: a service that does not answer would take the whole cluster with it, and nobody could repair it.
 */
const beforeRbac: readonly string[] = [
  "!request.user.startsWith('system:') || (request.user.startsWith('system:serviceaccount:') && !request.user.startsWith('system:serviceaccount:kube-system:'))",
  "!has(request.groups) || !request.groups.exists(group, group in ['system:masters', 'kubeadm:cluster-admins'])",
];

function kubeconfigName({ name }: AuthorizationWebhookSpec): string {
  return `authorization-${name}`;
}

function webhookAuthorizer(webhook: AuthorizationWebhookSpec): object {
  const { name, timeoutSeconds, authorizedSeconds, unauthorizedSeconds, failurePolicy, matchConditions } = webhook;
  return {
    type: "Webhook",
    name,
    webhook: {
      timeout: `${timeoutSeconds}s`,
      ...kept("authorizedTTL", "cacheAuthorizedRequests", authorizedSeconds),
      ...kept("unauthorizedTTL", "cacheUnauthorizedRequests", unauthorizedSeconds),
      subjectAccessReviewVersion: "v1",
      matchConditionSubjectAccessReviewVersion: "v1",
      failurePolicy,
      connectionInfo: {
        type: "KubeConfigFile",
        kubeConfigFile: `${configDirectory}/${kubeconfigName(webhook)}.kubeconfig`,
      },
      matchConditions: [...(webhook.position === "first" ? beforeRbac : []), ...matchConditions].map((expression) => ({
        expression,
      })),
    },
  };
}

/** A life of zero means the default; not to keep answers has a switch of its own. */
function kept(life: string, cache: string, seconds: number): object {
  return seconds === 0 ? { [life]: "1s", [cache]: false } : { [life]: `${seconds}s`, [cache]: true };
}

/** One policy a line, as ABAC's file has it. */
export function abacPolicy(rules: readonly AbacRuleSpec[]): string {
  return rules
    .map(({ user, group, readonly, apiGroup, namespace, resource, nonResourcePath }) => ({
      apiVersion: "abac.authorization.kubernetes.io/v1beta1",
      kind: "Policy",
      spec: {
        ...(user !== undefined && { user }),
        ...(group !== undefined && { group }),
        ...(readonly && { readonly }),
        ...(nonResourcePath === undefined
          ? { apiGroup: apiGroup ?? "", namespace: namespace ?? "", resource: resource ?? "" }
          : { nonResourcePath }),
      },
    }))
    .map((policy) => `${JSON.stringify(policy)}\n`)
    .join("");
}
