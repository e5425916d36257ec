import { everywhere, standard } from "../model/levels";
import { resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Value } from "../model/value";
import * as pods from "./pods";

interface ContainerRule extends Pick<Rule, "name" | "levels" | "requirement" | "reason" | "fix"> {
  readonly exemptNodeAgents?: boolean;
  /** Returns a problem, such as "has no memory limit". */
  readonly problemOf: (container: Value, pod: Value) => string | undefined;
}

/** Rule for every container of every workload. */
const containerRule = ({ exemptNodeAgents = false, problemOf, ...definition }: ContainerRule): Rule =>
  resourceRule({
    ...definition,
    types: pods.workloadTypes,
    check(workload, report) {
      if (exemptNodeAgents && pods.isNodeAgent(workload)) return;
      for (const container of pods.containersOf(workload)) {
        const problem = problemOf(container, pods.podSpec(workload));
        if (problem !== undefined) report(`Container ${pods.nameOf(container)} ${problem}.`);
      }
    },
  });

/** Security context setting of a container, inherited from the pod by default. */
const security = (container: Value, pod: Value, key: string): Value => {
  const own = container.at("securityContext", key);
  return own.absent ? pod.at("securityContext", key) : own;
};

/** True for a digest or a version tag. */
const isPinned = (image: string): boolean => {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  return tag !== undefined && !["latest", "stable", "main", "master", "edge", "nightly"].includes(tag);
};

export const containerRules: readonly Rule[] = [
  containerRule({
    name: "containers-request-resources",
    levels: standard,
    requirement: "Containers request CPU and memory.",
    reason: "The scheduler and autoscaler only count requests. Without them, nodes are overcommitted and pods evicted.",
    fix: "Set resources.requests.cpu and resources.requests.memory to the typical usage of the container.",
    problemOf(container) {
      const missing = ["cpu", "memory"].filter((name) => container.at("resources", "requests", name).absent);
      return missing.length === 0 ? undefined : `requests no ${missing.join(" and no ")}`;
    },
  }),
  containerRule({
    name: "containers-limit-memory",
    levels: standard,
    requirement: "Containers have a memory limit.",
    reason: "Without a limit, a memory leak makes the kernel kill other processes on the node.",
    fix: "Set resources.limits.memory.",
    problemOf: (container) =>
      container.at("resources", "limits", "memory").absent ? "has no memory limit" : undefined,
  }),
  containerRule({
    name: "images-pinned",
    levels: standard,
    requirement: "Container images are pinned to a version or digest.",
    reason: "With a moving tag, a restart can upgrade the image, nodes run different versions, and rollbacks fail.",
    fix: "Specify the version, preferably with the digest: registry.example/app:1.4.2@sha256:….",
    problemOf(container) {
      const image = container.at("image").string() ?? "";
      return isPinned(image) ? undefined : `uses ${image === "" ? "no image" : image}`;
    },
  }),
  containerRule({
    name: "containers-run-as-non-root",
    levels: standard,
    requirement: "Containers do not run as root.",
    reason: "Root in a container becomes root on the node after a single container escape.",
    fix: "Set securityContext: { runAsNonRoot: true } on the pod, and a user in the image.",
    exemptNodeAgents: true,
    problemOf(container, pod) {
      if (security(container, pod, "runAsUser").number() === 0) return "runs as user 0";
      return security(container, pod, "runAsNonRoot").boolean() === true ? undefined : "may run as root";
    },
  }),
  containerRule({
    name: "no-host-ports",
    levels: standard,
    requirement: "Containers do not use host ports.",
    reason: "Only one pod per node can use a host port, and its traffic bypasses Services and network policies.",
    fix: "Omit hostPort and use a Service.",
    exemptNodeAgents: true,
    problemOf(container) {
      const ports = container.at("ports").items();
      return ports.some((port) => (port.at("hostPort").number() ?? 0) !== 0) ? "uses a host port" : undefined;
    },
  }),
  containerRule({
    name: "no-privileged-containers",
    levels: everywhere,
    requirement: "Containers are not privileged and cannot gain privileges.",
    reason: "A privileged container has root access to the node.",
    fix: "Set securityContext: { privileged: false, allowPrivilegeEscalation: false }.",
    exemptNodeAgents: true,
    problemOf(container) {
      const context = container.at("securityContext");
      if (context.at("privileged").boolean() === true) return "is privileged";
      return context.at("allowPrivilegeEscalation").boolean() === false ? undefined : "may gain privileges";
    },
  }),
  containerRule({
    name: "capabilities-dropped",
    levels: standard,
    requirement: "Containers drop all Linux capabilities and add at most NET_BIND_SERVICE.",
    reason: "The default set lets a container forge packets and change file owners, which few programs need.",
    fix: 'Set securityContext: { capabilities: { drop: ["ALL"] } }.',
    exemptNodeAgents: true,
    problemOf(container) {
      const capabilities = container.at("securityContext", "capabilities");
      const added = capabilities.at("add").strings();
      const excess = added.filter((name) => name !== "NET_BIND_SERVICE");
      if (excess.length > 0) return `adds ${excess.join(", ")}`;
      return capabilities.at("drop").strings().includes("ALL") ? undefined : "does not drop ALL capabilities";
    },
  }),
  containerRule({
    name: "read-only-root",
    levels: standard,
    requirement: "Containers have a read-only root file system.",
    reason: "On a writable root file system, an attacker can replace programs and install tools.",
    fix: "Set securityContext: { readOnlyRootFilesystem: true } and mount an emptyDir for writable paths.",
    problemOf(container) {
      const readOnly = container.at("securityContext", "readOnlyRootFilesystem").boolean();
      return readOnly === true ? undefined : "has a writable root file system";
    },
  }),
  containerRule({
    name: "seccomp-profile",
    levels: standard,
    requirement: "Containers use a seccomp profile.",
    reason: "The RuntimeDefault profile blocks the system calls that most container escapes have used.",
    fix: 'Set securityContext: { seccompProfile: { type: "RuntimeDefault" } } on the pod.',
    problemOf(container, pod) {
      const type = security(container, pod, "seccompProfile").at("type").string();
      if (type === undefined) return "has no seccomp profile";
      return type === "Unconfined" ? "is unconfined" : undefined;
    },
  }),
];
