import { kubernetes } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Cases, Inputs } from "../fixtures";

const namespace = (labels: Inputs = {}, name = "shop") =>
  resource(kubernetes.namespace, { metadata: { name, labels } });
const within = (type: string, spec: Inputs, name = "shop") => resource(type, { metadata: { namespace: name }, spec });
const enforce = (level: string) => namespace({ "pod-security.kubernetes.io/enforce": level });
const denial = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
const bindings = [kubernetes.clusterRoleBinding, kubernetes.roleBinding];
const roles = [kubernetes.clusterRole, kubernetes.role];
const bound = (type: string, role: string, kind: string, name: string) =>
  resource(type, { roleRef: { kind: "ClusterRole", name: role }, subjects: [{ kind, name }] });
const allowing = (type: string, rule: Inputs) => resource(type, { rules: [rule] });

export const tenancyCases: Cases = {
  "namespaces-have-quota": [
    [
      [namespace(), within(kubernetes.resourceQuota, { hard: { pods: "50" } })],
      [namespace(), within(kubernetes.resourceQuota, { hard: { pods: "50" } }, "other")],
      /no quota/,
    ],
    [namespace({}, "kube-system"), namespace(), /no quota/],
  ],
  "namespaces-have-limits": [[[namespace(), within(kubernetes.limitRange, {})], namespace(), /no LimitRange/]],
  "namespaces-deny-by-default": [
    [
      [namespace(), within(kubernetes.networkPolicy, denial)],
      [namespace(), within(kubernetes.networkPolicy, { ...denial, ingress: [{}] })],
      /no default-deny NetworkPolicy/,
    ],
    [
      [namespace(), within(kubernetes.networkPolicy, denial)],
      [namespace(), within(kubernetes.networkPolicy, { ...denial, podSelector: { matchLabels: { app: "web" } } })],
      /no default-deny NetworkPolicy/,
    ],
  ],
  "namespaces-enforce-pod-security": [
    [enforce("restricted"), enforce("privileged"), /enforces privileged/],
    [enforce("baseline"), namespace(), /does not enforce a Pod Security level/],
  ],
  "cluster-admin-break-glass-only": forTypes(bindings, (type) => [
    bound(type, "cluster-admin", "Group", "break-glass"),
    bound(type, "cluster-admin", "User", "ada"),
    /User ada is cluster-admin/,
  ]),
  "no-public-role-bindings": forTypes(bindings, (type) => [
    bound(type, "view", "Group", "developers"),
    bound(type, "view", "Group", "system:authenticated"),
    /system:authenticated is bound to view/,
  ]),
  "no-wildcard-roles": forTypes(roles, (type) => [
    allowing(type, { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] }),
    allowing(type, { apiGroups: ["*"], resources: ["*"], verbs: ["get"] }),
    /rules\[0\] has \* for resources, apiGroups/,
  ]),
  "no-escalating-roles": forTypes(roles, (type) => [
    allowing(type, { resources: ["roles"], verbs: ["create"] }),
    allowing(type, { resources: ["roles"], verbs: ["bind", "escalate"] }),
    /allows bind, escalate/,
  ]),
  "no-automounted-tokens": [
    [
      resource(kubernetes.serviceAccount, { automountServiceAccountToken: false }),
      resource(kubernetes.serviceAccount),
      /automountServiceAccountToken is not false/,
    ],
  ],
  "no-long-lived-tokens": [
    [
      resource(kubernetes.secret, { type: "Opaque" }),
      resource(kubernetes.secret, { type: "kubernetes.io/service-account-token" }),
      /long-lived token/,
    ],
  ],
};
