/** What is recorded of requests, and where. */

import { configDirectory, yamlDocument } from "../configFile.plan";
import type { ServerConfig } from "../configFile.plan";
import type { AuditRuleSpec, AuditSpec } from "../spec";

/** Where the API server writes; the machine ships what is there to CloudWatch. */
export const auditLog = "/var/log/kubernetes/audit/audit.log";

/** Name of the log group that members ship their records to. */
export const auditGroup = (cluster: string): string => `/holdfast/${cluster}/audit`;

const policyFile = "audit-policy.yaml";

/** Largest record in bytes; CloudWatch Logs takes events of up to 256 KiB at any endpoint. */
const largestRecord = 200_000;

/** The API server reads the policy when it starts. */
export function audit({ rules, log }: AuditSpec): ServerConfig {
  return {
    flags: [
      { name: "audit-policy-file", value: `${configDirectory}/${policyFile}` },
      { name: "audit-log-path", value: auditLog },
      // Requests do not wait for the disk.
      { name: "audit-log-mode", value: "batch" },
      { name: "audit-log-maxage", value: String(log.days) },
      { name: "audit-log-maxbackup", value: String(log.files) },
      { name: "audit-log-maxsize", value: String(log.sizeMiB) },
      { name: "audit-log-truncate-enabled", value: "true" },
      { name: "audit-log-truncate-max-event-size", value: String(largestRecord) },
      { name: "audit-log-truncate-max-batch-size", value: String(10 * 1024 * 1024) },
    ],
    files: { [policyFile]: yamlDocument(auditPolicy(rules)) },
  };
}

export function auditPolicy(rules: readonly AuditRuleSpec[]): object {
  return {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [...rules.map(ownRule), ...defaultRules],
  };
}

/** Lists that say nothing are left out: empty, they would match nothing. */
function ownRule({ level, nonResourceUrls, ...lists }: AuditRuleSpec): object {
  const said = Object.entries({ ...lists, nonResourceURLs: nonResourceUrls }).filter(([, list]) => list.length > 0);
  return { level, ...Object.fromEntries(said) };
}

const leases = [{ group: "coordination.k8s.io", resources: ["leases"] }];

/**
 * A policy cannot tell what was allowed from what was refused. So that every refusal leaves a record, nothing is left out but
 * what is never refused, and a node's renewal of leases: one every ten seconds, from each.
 */
const defaultRules: readonly object[] = [
  // Open to everybody.
  { level: "None", nonResourceURLs: ["/healthz", "/livez", "/readyz"] },
  // What `system:discovery` opens to whoever has a name, and every client asks for all the time.
  {
    level: "None",
    userGroups: ["system:authenticated"],
    nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", "/version", "/version/"],
    verbs: ["get"],
  },
  {
    level: "None",
    userGroups: ["system:nodes"],
    namespaces: ["kube-node-lease"],
    verbs: ["get", "update"],
    resources: leases,
  },
  // Components hold on to their own leadership every two seconds.
  ...["kube-controller-manager", "kube-scheduler"].map((name) => ({
    level: "None",
    users: [`system:${name}`],
    namespaces: ["kube-system"],
    verbs: ["get", "update"],
    resources: [{ ...leases[0], resourceNames: [name] }],
  })),
  // What happened in the cluster, told by those whom nobody keeps from telling; the events themselves can be read.
  ...[{ userGroups: ["system:nodes"] }, { users: ["system:kube-controller-manager", "system:kube-scheduler"] }].map(
    (who) => ({
      level: "None",
      ...who,
      verbs: ["create", "update", "patch"],
      resources: ["", "events.k8s.io"].map((group) => ({ group, resources: ["events"] })),
    }),
  ),
  // The API server's own loopback client, which may do everything.
  { level: "None", users: ["system:apiserver"], verbs: ["get", "list", "watch", "update"], resources: leases },
  { level: "None", users: ["system:apiserver"], verbs: ["get", "list", "watch"] },
  // Who touched a secret, never what is in it.
  {
    level: "Metadata",
    resources: [
      { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
      { group: "authentication.k8s.io", resources: ["tokenreviews"] },
    ],
  },
  // Who may do what, and who enters containers: with the whole request.
  {
    level: "RequestResponse",
    verbs: ["create", "update", "patch", "delete", "deletecollection"],
    resources: ["rbac.authorization.k8s.io", "certificates.k8s.io", "admissionregistration.k8s.io"].map((group) => ({
      group,
    })),
  },
  {
    level: "Request",
    resources: [{ group: "", resources: ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"] }],
  },
  // Reads: that they happened. Changes: by whom and of what.
  { level: "Metadata" },
];
