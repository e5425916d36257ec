import { z } from "zod";

import { everywhere, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Resource, Stack } from "../model/stack";
import { kubernetes } from "../model/types";
import { namespaceOf } from "./pods";

/** Namespaces that come with Kubernetes, which its own parts need more room in. */
const own = ["kube-system", "kube-public", "kube-node-lease", "default"];

const nameOf = (namespace: Resource): string => namespace.at("metadata", "name").text() ?? namespace.name;

/** What of a type is in a namespace. */
const inside = (namespace: Resource, stack: Stack, type: string): readonly Resource[] =>
  own.includes(nameOf(namespace))
    ? []
    : stack.ofType(type).filter((resource) => namespaceOf(resource) === nameOf(namespace));

const isOurs = (namespace: Resource): boolean => own.includes(nameOf(namespace));

const quota = relationRule({
  name: "namespaces-have-quota",
  levels: standard,
  types: [kubernetes.namespace],
  what: "Every namespace has a ResourceQuota.",
  why: "One team's mistake in a loop takes the whole cluster's room, and every other team's deployments wait.",
  fix: "Add a ResourceQuota for requests.cpu, requests.memory, limits.memory and pods.",
  check(namespace, report, stack) {
    if (isOurs(namespace)) return;
    const quotas = inside(namespace, stack, kubernetes.resourceQuota);
    if (!quotas.some((one) => one.at("spec", "hard").entries().length > 0)) report("The namespace has no quota.");
  },
});

const limits = relationRule({
  name: "namespaces-have-limits",
  levels: standard,
  types: [kubernetes.namespace],
  what: "Every namespace has a LimitRange.",
  why: "Where a quota is, a pod that says nothing is refused; with defaults it starts, and with a reasonable size.",
  fix: "Add a LimitRange with default and defaultRequest for containers.",
  check(namespace, report, stack) {
    if (!isOurs(namespace) && inside(namespace, stack, kubernetes.limitRange).length === 0) {
      report("The namespace has no LimitRange.");
    }
  },
});

/** A policy that selects every pod and lets nothing in. */
const deniesAll = (policy: Resource): boolean =>
  policy
    .at("spec", "podSelector")
    .entries()
    .every(([, value]) => value.entries().length === 0) &&
  policy.at("spec", "policyTypes").texts().includes("Ingress") &&
  policy.at("spec", "ingress").items().length === 0;

const defaultDeny = relationRule({
  name: "namespaces-deny-by-default",
  levels: standard,
  types: [kubernetes.namespace],
  what: "Every namespace has a NetworkPolicy that denies what no other allows.",
  why: "Without one, every pod of every team reaches every other: one break-in is all of them.",
  fix: 'Add a NetworkPolicy with podSelector: {} and policyTypes: ["Ingress", "Egress"] and no rules; allow by others.',
  check(namespace, report, stack) {
    if (!isOurs(namespace) && !inside(namespace, stack, kubernetes.networkPolicy).some(deniesAll)) {
      report("The namespace denies nothing by default.");
    }
  },
});

const podSecurity = resourceRule({
  name: "namespaces-enforce-pod-security",
  levels: standard,
  types: [kubernetes.namespace],
  what: "Every namespace enforces Pod Security at baseline or restricted.",
  why: "Without a level anybody who may make a pod may make a privileged one, and has the node.",
  fix: 'Set the label pod-security.kubernetes.io/enforce: "restricted".',
  check(namespace, report) {
    if (isOurs(namespace)) return;
    const level = namespace.at("metadata", "labels", "pod-security.kubernetes.io/enforce").text();
    if (level !== "restricted" && level !== "baseline") {
      report(level === undefined ? "The namespace enforces no level." : `The namespace enforces ${level}.`);
    }
  },
});

const bindings = [kubernetes.clusterRoleBinding, kubernetes.roleBinding] as const;
const roles = [kubernetes.clusterRole, kubernetes.role] as const;

const clusterAdmin = resourceRule({
  name: "cluster-admin-for-emergencies",
  levels: standard,
  types: bindings,
  what: "cluster-admin is bound to people only through the break-glass group.",
  why: "It passes every other rule, cannot be told from an intruder, and nobody gives it back.",
  fix: "Bind a role of what is needed, and give the break-glass group to a person for an hour.",
  parameters: {
    breakGlassGroups: z
      .array(z.string().min(1))
      .default(["break-glass"])
      .describe("Groups that cluster-admin may be bound to."),
  },
  check(binding, report, { breakGlassGroups }) {
    if (binding.at("roleRef", "name").text() !== "cluster-admin") return;
    for (const subject of binding.at("subjects").items()) {
      const kind = subject.at("kind").text() ?? "";
      const name = subject.at("name").text() ?? "";
      const allowed = kind === "Group" && breakGlassGroups.includes(name);
      if (!allowed) report(`${kind} ${name} is cluster-admin.`);
    }
  },
});

const strangers = ["system:anonymous", "system:unauthenticated", "system:authenticated"];

const noStrangers = resourceRule({
  name: "no-roles-for-strangers",
  levels: everywhere,
  types: bindings,
  what: "No role is bound to everybody.",
  why: "system:authenticated is whoever has any account, in some set-ups anybody with an e-mail address.",
  fix: "Bind to a group of one's own identity provider.",
  check(binding, report) {
    for (const subject of binding.at("subjects").items()) {
      const name = subject.at("name").text() ?? "";
      if (strangers.includes(name)) report(`${name} is given ${binding.at("roleRef", "name").text() ?? "a role"}.`);
    }
  },
});

const noWildcards = resourceRule({
  name: "roles-without-wildcards",
  levels: standard,
  types: roles,
  what: "Roles name what may be done to what.",
  why: "A wildcard takes in Secrets, and every kind of resource that is installed later.",
  fix: "Name verbs and resources; for reading: get, list, watch.",
  check(role, report) {
    for (const rule of role.at("rules").items()) {
      const wild = ["verbs", "resources", "apiGroups"].filter((key) => rule.at(key).texts().includes("*"));
      if (wild.includes("verbs") || wild.includes("resources")) report(`${rule.path} has * for ${wild.join(", ")}.`);
    }
  },
});

const escalating = ["escalate", "bind", "impersonate"];

const noEscalation = resourceRule({
  name: "roles-without-escalation",
  levels: everywhere,
  types: roles,
  what: "No role lets its holder give himself more.",
  why: "escalate, bind and impersonate are cluster-admin by another name.",
  fix: "Leave these verbs to the tool that manages access.",
  check(role, report) {
    for (const rule of role.at("rules").items()) {
      const verbs = rule
        .at("verbs")
        .texts()
        .filter((verb) => escalating.includes(verb));
      if (verbs.length > 0) report(`${rule.path} allows ${verbs.join(", ")}.`);
    }
  },
});

const accountTokens = resourceRule({
  name: "service-accounts-without-tokens",
  levels: standard,
  types: [kubernetes.serviceAccount],
  what: "Service accounts mount their token only where a pod asks for it.",
  why: "Most pods never talk to the API; a token that is not there cannot be stolen.",
  fix: "Set automountServiceAccountToken: false, and true in the pods that need it.",
  check(account, report) {
    if (account.at("automountServiceAccountToken").flag() !== false) report("Its token is mounted everywhere.");
  },
});

const noLastingTokens = resourceRule({
  name: "no-lasting-tokens",
  levels: everywhere,
  types: [kubernetes.secret],
  what: "There are no Secrets that hold a service account's token.",
  why: "Such a token never expires, and works from anywhere.",
  fix: "Request tokens that expire (TokenRequest, a projected volume), or use an identity provider.",
  check(secret, report) {
    if (secret.at("type").text() === "kubernetes.io/service-account-token") report("The Secret is a lasting token.");
  },
});

export const tenancyRules = [
  quota,
  limits,
  defaultDeny,
  podSecurity,
  clusterAdmin,
  noStrangers,
  noWildcards,
  noEscalation,
  accountTokens,
  noLastingTokens,
];
