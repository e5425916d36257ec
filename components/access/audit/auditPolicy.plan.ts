import { clusterPath } from "../../aws/clusterPath.plan";
import { renderYaml } from "../../yaml.plan";
import { configDirectory } from "../apiServerConfig.plan";
import type { ApiServerConfig } from "../apiServerConfig.plan";
import type { AuditRule, AuditSpec } from "./settings";

/** CloudWatch log group that control-plane machines copy audit records to. */
export const auditGroup = (cluster: string): string => `${clusterPath(cluster)}/audit`;

const policyFile = "audit-policy.yaml";

/** Largest audit record in bytes; CloudWatch Logs accepts events of up to 256 KiB at every endpoint. */
const maxRecordBytes = 200_000;

/** Audit policy and log rotation of the API server, which reads the policy at start. */
export function renderAudit({ rules, log }: AuditSpec): ApiServerConfig {
  return {
    flags: [
      { name: "audit-policy-file", value: `${configDirectory}/${policyFile}` },
      // holdfast-ship-audit-logs.service ships this file to CloudWatch.
      { name: "audit-log-path", value: "/var/log/kubernetes/audit/audit.log" },
      // Requests must not wait for the disk.
      { name: "audit-log-mode", value: "batch" },
      { name: "audit-log-maxage", value: String(log.days) },
      { name: "audit-log-maxbackup", value: String(log.files) },
      { name: "audit-log-maxsize", value: String(log.sizeMiB) },
      { name: "audit-log-truncate-enabled", value: "true" },
      { name: "audit-log-truncate-max-event-size", value: String(maxRecordBytes) },
      { name: "audit-log-truncate-max-batch-size", value: String(10 * 1024 * 1024) },
    ],
    files: { [policyFile]: renderYaml(auditPolicy(rules)) },
  };
}

/** Audit policy: the rules of the settings, then Holdfast's own. */
export function auditPolicy(rules: readonly AuditRule[]): object {
  return {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [...rules.map(renderRule), ...defaultRules],
  };
}

/** Omits empty lists: an empty list in a policy matches nothing. */
function renderRule({ level, nonResourceUrls, ...lists }: AuditRule): object {
  const filled = Object.entries({ ...lists, nonResourceURLs: nonResourceUrls }).filter(([, list]) => list.length > 0);
  return { level, ...Object.fromEntries(filled) };
}

const leases = [{ group: "coordination.k8s.io", resources: ["leases"] }];

/**
 * A policy cannot distinguish allowed from refused requests. To record every refusal, these rules omit only requests that are
 * never refused, and the renewal of node leases: one per node every ten seconds.
 */
const defaultRules: readonly object[] = [
  // Health endpoints allow anonymous access.
  { level: "None", nonResourceURLs: ["/healthz", "/livez", "/readyz"] },
  // `system:discovery` allows these to every authenticated user, and every client requests them all the time.
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
  // Components renew their leader-election lease every two seconds.
  ...["kube-controller-manager", "kube-scheduler"].map((name) => ({
    level: "None",
    users: [`system:${name}`],
    namespaces: ["kube-system"],
    verbs: ["get", "update"],
    resources: [{ ...leases[0], resourceNames: [name] }],
  })),
  // Events of components that may always write them; the events themselves can be read.
  ...[{ userGroups: ["system:nodes"] }, { users: ["system:kube-controller-manager", "system:kube-scheduler"] }].map(
    (subjects) => ({
      level: "None",
      ...subjects,
      verbs: ["create", "update", "patch"],
      resources: ["", "events.k8s.io"].map((group) => ({ group, resources: ["events"] })),
    }),
  ),
  // The API server's loopback client has all permissions.
  { level: "None", users: ["system:apiserver"], verbs: ["get", "list", "watch", "update"], resources: leases },
  { level: "None", users: ["system:apiserver"], verbs: ["get", "list", "watch"] },
  // Access to secrets without their content.
  {
    level: "Metadata",
    resources: [
      { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
      { group: "authentication.k8s.io", resources: ["tokenreviews"] },
    ],
  },
  // Changes of permissions, and sessions in containers, with their bodies.
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
  { level: "Metadata" },
];
