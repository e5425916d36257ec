import { z } from "zod";

import { everywhere, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource, Stack } from "../model/stack";
import { kubernetes } from "../model/types";
import { namespaceOf } from "./pods";

/** Namespaces that Kubernetes creates. */
const builtInNamespaces = ["kube-system", "kube-public", "kube-node-lease", "default"];

const nameOf = (namespace: Resource): string => namespace.at("metadata", "name").string() ?? namespace.name;

const resourcesIn = (namespace: Resource, stack: Stack, type: string): readonly Resource[] =>
  stack.ofType(type).filter((resource) => namespaceOf(resource) === nameOf(namespace));

const isBuiltIn = (namespace: Resource): boolean => builtInNamespaces.includes(nameOf(namespace));

/** True for a NetworkPolicy that selects every pod and allows no ingress. */
const deniesIngress = (policy: Resource): boolean =>
  policy
    .at("spec", "podSelector")
    .entries()
    .every(([, value]) => value.entries().length === 0) &&
  policy.at("spec", "policyTypes").strings().includes("Ingress") &&
  policy.at("spec", "ingress").items().length === 0;

const bindings = [kubernetes.clusterRoleBinding, kubernetes.roleBinding] as const;
const roles = [kubernetes.clusterRole, kubernetes.role] as const;

const publicSubjects = ["system:anonymous", "system:unauthenticated", "system:authenticated"];

const escalationVerbs = ["escalate", "bind", "impersonate"];

export const tenancyRules: readonly Rule[] = [
  relationRule({
    name: "namespaces-have-quota",
    levels: standard,
    types: [kubernetes.namespace],
    requirement: "Every namespace has a ResourceQuota.",
    reason: "Without a quota, one team's faulty loop can consume the capacity of the whole cluster.",
    fix: "Add a ResourceQuota for requests.cpu, requests.memory, limits.memory and pods.",
    check(namespace, report, stack) {
      if (isBuiltIn(namespace)) return;
      const quotas = resourcesIn(namespace, stack, kubernetes.resourceQuota);
      if (!quotas.some((one) => one.at("spec", "hard").entries().length > 0)) report("The namespace has no quota.");
    },
  }),
  relationRule({
    name: "namespaces-have-limits",
    levels: standard,
    types: [kubernetes.namespace],
    requirement: "Every namespace has a LimitRange.",
    reason: "A namespace with a quota rejects pods without requests. A LimitRange supplies defaults.",
    fix: "Add a LimitRange with default and defaultRequest for containers.",
    check(namespace, report, stack) {
      if (!isBuiltIn(namespace) && resourcesIn(namespace, stack, kubernetes.limitRange).length === 0) {
        report("The namespace has no LimitRange.");
      }
    },
  }),
  relationRule({
    name: "namespaces-deny-by-default",
    levels: standard,
    types: [kubernetes.namespace],
    requirement: "Every namespace has a NetworkPolicy that denies ingress by default.",
    reason: "Without it, every pod can reach every other pod in the cluster.",
    fix: 'Add a NetworkPolicy with podSelector: {} and policyTypes: ["Ingress", "Egress"] and no rules; allow traffic in further policies.',
    check(namespace, report, stack) {
      if (!isBuiltIn(namespace) && !resourcesIn(namespace, stack, kubernetes.networkPolicy).some(deniesIngress)) {
        report("The namespace has no default-deny NetworkPolicy.");
      }
    },
  }),
  resourceRule({
    name: "namespaces-enforce-pod-security",
    levels: standard,
    types: [kubernetes.namespace],
    requirement: "Every namespace enforces the Pod Security level baseline or restricted.",
    reason: "Without a level, every user who can create pods can create a privileged pod and take over the node.",
    fix: 'Set the label pod-security.kubernetes.io/enforce: "restricted".',
    check(namespace, report) {
      if (isBuiltIn(namespace)) return;
      const level = namespace.at("metadata", "labels", "pod-security.kubernetes.io/enforce").string();
      if (level !== "restricted" && level !== "baseline") {
        report(
          level === undefined
            ? "The namespace does not enforce a Pod Security level."
            : `The namespace enforces ${level}.`,
        );
      }
    },
  }),
  resourceRule({
    name: "cluster-admin-break-glass-only",
    levels: standard,
    types: bindings,
    requirement: "The cluster-admin role is bound only to the break-glass group.",
    reason: "The role bypasses every other control, and a permanent binding hides an intruder.",
    fix: "Bind a role with the required permissions. Grant membership of the break-glass group for a limited time.",
    parameters: {
      breakGlassGroups: z
        .array(z.string().min(1))
        .default(["break-glass"])
        .describe("Groups that may be bound to cluster-admin."),
    },
    check(binding, report, { breakGlassGroups }) {
      if (binding.at("roleRef", "name").string() !== "cluster-admin") return;
      for (const subject of binding.at("subjects").items()) {
        const kind = subject.at("kind").string() ?? "";
        const name = subject.at("name").string() ?? "";
        const allowed = kind === "Group" && breakGlassGroups.includes(name);
        if (!allowed) report(`${kind} ${name} is cluster-admin.`);
      }
    },
  }),
  resourceRule({
    name: "no-public-role-bindings",
    levels: everywhere,
    types: bindings,
    requirement: "Roles are not bound to system:anonymous, system:unauthenticated or system:authenticated.",
    reason: "These subjects include every user, in some identity setups everyone with an e-mail address.",
    fix: "Bind the role to a group of the identity provider.",
    check(binding, report) {
      for (const subject of binding.at("subjects").items()) {
        const name = subject.at("name").string() ?? "";
        if (publicSubjects.includes(name))
          report(`${name} is bound to ${binding.at("roleRef", "name").string() ?? "a role"}.`);
      }
    },
  }),
  resourceRule({
    name: "no-wildcard-roles",
    levels: standard,
    types: roles,
    requirement: "Roles name their verbs and resources.",
    reason: "A wildcard includes Secrets and every resource type that is installed later.",
    fix: "List verbs and resources; for read access: get, list, watch.",
    check(role, report) {
      for (const rule of role.at("rules").items()) {
        const wild = ["verbs", "resources", "apiGroups"].filter((key) => rule.at(key).strings().includes("*"));
        if (wild.includes("verbs") || wild.includes("resources")) report(`${rule.path} has * for ${wild.join(", ")}.`);
      }
    },
  }),
  resourceRule({
    name: "no-escalating-roles",
    levels: everywhere,
    types: roles,
    requirement: "Roles do not allow privilege escalation.",
    reason: "The verbs escalate, bind and impersonate are equivalent to cluster-admin.",
    fix: "Grant these verbs only to the tool that manages access.",
    check(role, report) {
      for (const rule of role.at("rules").items()) {
        const verbs = rule
          .at("verbs")
          .strings()
          .filter((verb) => escalationVerbs.includes(verb));
        if (verbs.length > 0) report(`${rule.path} allows ${verbs.join(", ")}.`);
      }
    },
  }),
  resourceRule({
    name: "no-automounted-tokens",
    levels: standard,
    types: [kubernetes.serviceAccount],
    requirement: "Service accounts do not mount their token by default.",
    reason: "Most pods do not use the Kubernetes API, and an absent token cannot be stolen.",
    fix: "Set automountServiceAccountToken: false on the service account, and true on pods that use the API.",
    check(serviceAccount, report) {
      if (serviceAccount.at("automountServiceAccountToken").boolean() !== false)
        report("automountServiceAccountToken is not false.");
    },
  }),
  resourceRule({
    name: "no-long-lived-tokens",
    levels: everywhere,
    types: [kubernetes.secret],
    requirement: "No Secret contains a service account token.",
    reason: "Such a token never expires and is valid from any network.",
    fix: "Request short-lived tokens (TokenRequest, projected volume), or use an identity provider.",
    check(secret, report) {
      if (secret.at("type").string() === "kubernetes.io/service-account-token")
        report("The Secret contains a long-lived token.");
    },
  }),
];
