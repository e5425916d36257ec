import { kubernetes } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Cases, Inputs } from "../scene";

const namespace = (labels: Inputs = {}, name = "shop") => on(kubernetes.namespace, { metadata: { name, labels } });
const within = (type: string, spec: Inputs, name = "shop") => on(type, { metadata: { namespace: name }, spec });
const enforce = (level: string) => namespace({ "pod-security.kubernetes.io/enforce": level });
const denial = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
const bindings = [kubernetes.clusterRoleBinding, kubernetes.roleBinding];
const roles = [kubernetes.clusterRole, kubernetes.role];
const bound = (type: string, role: string, kind: string, name: string) =>
  on(type, { roleRef: { kind: "ClusterRole", name: role }, subjects: [{ kind, name }] });
const allowing = (type: string, rule: Inputs) => on(type, { rules: [rule] });

export const tenancyCases: Cases = {
  "namespaces-have-quota": [
    {
      passes: [namespace(), within(kubernetes.resourceQuota, { hard: { pods: "50" } })],
      fails: [namespace(), within(kubernetes.resourceQuota, { hard: { pods: "50" } }, "other")],
      says: /no quota/,
    },
    { passes: [namespace({}, "kube-system")], fails: [namespace()], says: /no quota/ },
  ],
  "namespaces-have-limits": [
    { passes: [namespace(), within(kubernetes.limitRange, {})], fails: [namespace()], says: /no LimitRange/ },
  ],
  "namespaces-deny-by-default": [
    {
      passes: [namespace(), within(kubernetes.networkPolicy, denial)],
      fails: [namespace(), within(kubernetes.networkPolicy, { ...denial, ingress: [{}] })],
      says: /denies nothing/,
    },
    {
      passes: [namespace(), within(kubernetes.networkPolicy, denial)],
      fails: [
        namespace(),
        within(kubernetes.networkPolicy, { ...denial, podSelector: { matchLabels: { app: "web" } } }),
      ],
      says: /denies nothing/,
    },
  ],
  "namespaces-enforce-pod-security": [
    { passes: [enforce("restricted")], fails: [enforce("privileged")], says: /enforces privileged/ },
    { passes: [enforce("baseline")], fails: [namespace()], says: /enforces no level/ },
  ],
  "cluster-admin-for-emergencies": each(bindings, (type) => ({
    passes: [bound(type, "cluster-admin", "Group", "break-glass")],
    fails: [bound(type, "cluster-admin", "User", "ada")],
    says: /User ada is cluster-admin/,
  })),
  "no-roles-for-strangers": each(bindings, (type) => ({
    passes: [bound(type, "view", "Group", "developers")],
    fails: [bound(type, "view", "Group", "system:authenticated")],
    says: /system:authenticated is given view/,
  })),
  "roles-without-wildcards": each(roles, (type) => ({
    passes: [allowing(type, { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] })],
    fails: [allowing(type, { apiGroups: ["*"], resources: ["*"], verbs: ["get"] })],
    says: /rules\[0\] has \* for resources, apiGroups/,
  })),
  "roles-without-escalation": each(roles, (type) => ({
    passes: [allowing(type, { resources: ["roles"], verbs: ["create"] })],
    fails: [allowing(type, { resources: ["roles"], verbs: ["bind", "escalate"] })],
    says: /allows bind, escalate/,
  })),
  "service-accounts-without-tokens": [
    {
      passes: [on(kubernetes.serviceAccount, { automountServiceAccountToken: false })],
      fails: [on(kubernetes.serviceAccount, {})],
      says: /mounted everywhere/,
    },
  ],
  "no-lasting-tokens": [
    {
      passes: [on(kubernetes.secret, { type: "Opaque" })],
      fails: [on(kubernetes.secret, { type: "kubernetes.io/service-account-token" })],
      says: /lasting token/,
    },
  ],
};
