import { everywhere, standard } from "../model/levels";
import { resourceRule } from "../model/rule";
import type { Report, Rule } from "../model/rule";
import type { Resource } from "../model/stack";
import type { Value } from "../model/value";
import * as pods from "./pods";

/** Reports containers for which `problemOf` returns a problem, such as "has no memory limit". */
function eachContainer(
  workload: Resource,
  report: Report,
  problemOf: (container: Value, pod: Value) => string | undefined,
): void {
  const pod = pods.podSpec(workload);
  for (const container of pods.containersOf(workload)) {
    const problem = problemOf(container, pod);
    if (problem !== undefined) report(`Container ${pods.nameOf(container)} ${problem}.`);
  }
}

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

/** Allows binding ports below 1024. */
const allowedCapability = "NET_BIND_SERVICE";

export const containerRules: readonly Rule[] = [
  resourceRule({
    name: "containers-request-resources",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Containers request CPU and memory.",
    reason: "The scheduler and autoscaler only count requests. Without them, nodes are overcommitted and pods evicted.",
    fix: "Set resources.requests.cpu and resources.requests.memory to the typical usage of the container.",
    check(workload, report) {
      eachContainer(workload, report, (container) => {
        const missing = ["cpu", "memory"].filter((name) => container.at("resources", "requests", name).absent);
        return missing.length === 0 ? undefined : `requests no ${missing.join(" and no ")}`;
      });
    },
  }),
  resourceRule({
    name: "containers-limit-memory",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Containers have a memory limit.",
    reason: "Without a limit, a memory leak makes the kernel kill other processes on the node.",
    fix: "Set resources.limits.memory.",
    check(workload, report) {
      eachContainer(workload, report, (container) =>
        container.at("resources", "limits", "memory").absent ? "has no memory limit" : undefined,
      );
    },
  }),
  resourceRule({
    name: "images-pinned",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Container images are pinned to a version or digest.",
    reason:
      "With a moving tag, a restart can upgrade the image, nodes run different versions, and rollbacks are impossible.",
    fix: "Specify the version, preferably with the digest: registry.example/app:1.4.2@sha256:….",
    check(workload, report) {
      eachContainer(workload, report, (container) => {
        const image = container.at("image").string() ?? "";
        return isPinned(image) ? undefined : `uses ${image === "" ? "no image" : image}`;
      });
    },
  }),
  resourceRule({
    name: "containers-run-as-non-root",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Containers do not run as root.",
    reason: "Root in a container becomes root on the node after a single container escape.",
    fix: "Set securityContext: { runAsNonRoot: true } on the pod, and a user in the image.",
    check(workload, report) {
      if (pods.isNodeAgent(workload)) return;
      eachContainer(workload, report, (container, pod) => {
        if (security(container, pod, "runAsUser").number() === 0) return "runs as user 0";
        return security(container, pod, "runAsNonRoot").boolean() === true ? undefined : "may run as root";
      });
    },
  }),
  resourceRule({
    name: "no-host-ports",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Containers do not use host ports.",
    reason: "Only one pod per node can use a host port, and its traffic bypasses Services and network policies.",
    fix: "Omit hostPort and use a Service.",
    check(workload, report) {
      if (pods.isNodeAgent(workload)) return;
      eachContainer(workload, report, (container) => {
        const used = container
          .at("ports")
          .items()
          .filter((port) => (port.at("hostPort").number() ?? 0) !== 0);
        return used.length === 0 ? undefined : "uses a host port";
      });
    },
  }),
  resourceRule({
    name: "no-privileged-containers",
    levels: everywhere,
    types: pods.workloadTypes,
    requirement: "Containers are not privileged and cannot gain privileges.",
    reason: "A privileged container has root access to the node.",
    fix: "Set securityContext: { privileged: false, allowPrivilegeEscalation: false }.",
    check(workload, report) {
      if (pods.isNodeAgent(workload)) return;
      eachContainer(workload, report, (container) => {
        const context = container.at("securityContext");
        if (context.at("privileged").boolean() === true) return "is privileged";
        return context.at("allowPrivilegeEscalation").boolean() === false ? undefined : "may gain privileges";
      });
    },
  }),
  resourceRule({
    name: "capabilities-dropped",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Containers drop all Linux capabilities and add at most NET_BIND_SERVICE.",
    reason: "The default set lets a container forge packets and change file owners, which few programs need.",
    fix: 'Set securityContext: { capabilities: { drop: ["ALL"] } }.',
    check(workload, report) {
      if (pods.isNodeAgent(workload)) return;
      eachContainer(workload, report, (container) => {
        const context = container.at("securityContext", "capabilities");
        const added = context
          .at("add")
          .strings()
          .filter((name) => name !== allowedCapability);
        if (added.length > 0) return `adds ${added.join(", ")}`;
        return context.at("drop").strings().includes("ALL") ? undefined : "does not drop ALL capabilities";
      });
    },
  }),
  resourceRule({
    name: "read-only-root",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Containers have a read-only root file system.",
    reason: "On a writable root file system, an attacker can replace programs and install tools.",
    fix: "Set securityContext: { readOnlyRootFilesystem: true } and mount an emptyDir for writable paths.",
    check(workload, report) {
      eachContainer(workload, report, (container) =>
        container.at("securityContext", "readOnlyRootFilesystem").boolean() === true
          ? undefined
          : "has a writable root file system",
      );
    },
  }),
  resourceRule({
    name: "seccomp-profile",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Containers use a seccomp profile.",
    reason: "The RuntimeDefault profile blocks the system calls that most container escapes have used.",
    fix: 'Set securityContext: { seccompProfile: { type: "RuntimeDefault" } } on the pod.',
    check(workload, report) {
      eachContainer(workload, report, (container, pod) => {
        const type = security(container, pod, "seccompProfile").at("type").string();
        if (type === undefined) return "has no seccomp profile";
        return type === "Unconfined" ? "is unconfined" : undefined;
      });
    },
  }),
];
