import { everywhere, standard } from "../model/levels";
import { resourceRule } from "../model/rule";
import type { Report } from "../model/rule";
import type { Resource } from "../model/stack";
import type { Value } from "../model/value";
import * as pods from "./pods";

/** Tells of containers for which something does not hold. */
function eachContainer(
  workload: Resource,
  report: Report,
  wrong: (container: Value, pod: Value) => string | undefined,
): void {
  const pod = pods.podSpec(workload);
  for (const container of pods.containersOf(workload)) {
    const found = wrong(container, pod);
    if (found !== undefined) report(`Container ${pods.nameOf(container)} ${found}.`);
  }
}

/** A security setting of a container, or of its pod where the container says nothing. */
const security = (container: Value, pod: Value, key: string): Value => {
  const own = container.at("securityContext", key);
  return own.absent ? pod.at("securityContext", key) : own;
};

const requests = resourceRule({
  name: "containers-request-resources",
  levels: standard,
  types: pods.workloadTypes,
  what: "Containers request CPU and memory.",
  why: "The scheduler and the autoscaler count requests only: without them nodes are overfilled and pods evicted.",
  fix: "Set resources.requests.cpu and resources.requests.memory to what the container needs in normal use.",
  check(workload, report) {
    eachContainer(workload, report, (container) => {
      const missing = ["cpu", "memory"].filter((name) => container.at("resources", "requests", name).absent);
      return missing.length === 0 ? undefined : `requests no ${missing.join(" and no ")}`;
    });
  },
});

const limits = resourceRule({
  name: "containers-limit-memory",
  levels: standard,
  types: pods.workloadTypes,
  what: "Containers have a memory limit.",
  why: "A leak in one then ends that one, and not whatever else the kernel picks on the node.",
  fix: "Set resources.limits.memory.",
  check(workload, report) {
    eachContainer(workload, report, (container) =>
      container.at("resources", "limits", "memory").absent ? "has no memory limit" : undefined,
    );
  },
});

/** A tag of a version, or a digest. */
const pinned = (image: string): boolean => {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  return tag !== undefined && !["latest", "stable", "main", "master", "edge", "nightly"].includes(tag);
};

const images = resourceRule({
  name: "images-pinned",
  levels: standard,
  types: pods.workloadTypes,
  what: "Images are named by a version or a digest.",
  why: "A moving tag makes every restart an unplanned upgrade, different from node to node, and a rollback impossible.",
  fix: "Write the version, best with the digest: registry.example/app:1.4.2@sha256:….",
  check(workload, report) {
    eachContainer(workload, report, (container) => {
      const image = container.at("image").text() ?? "";
      return pinned(image) ? undefined : `runs ${image === "" ? "no image" : image}`;
    });
  },
});

const nonRoot = resourceRule({
  name: "containers-run-as-non-root",
  levels: standard,
  types: pods.workloadTypes,
  what: "Containers do not run as root.",
  why: "Root in a container is root on the node as soon as one thing in between fails.",
  fix: "Set securityContext: { runAsNonRoot: true } on the pod, and a user in the image.",
  check(workload, report) {
    if (pods.isNodeAgent(workload)) return;
    eachContainer(workload, report, (container, pod) => {
      if (security(container, pod, "runAsUser").number() === 0) return "runs as user 0";
      return security(container, pod, "runAsNonRoot").flag() === true ? undefined : "may run as root";
    });
  },
});

const hostPorts = resourceRule({
  name: "no-host-ports",
  levels: standard,
  types: pods.workloadTypes,
  what: "Containers take no port of the node.",
  why: "Only one pod a node can have it, and it is reached past Services and network policies.",
  fix: "Leave out hostPort and use a Service.",
  check(workload, report) {
    if (pods.isNodeAgent(workload)) return;
    eachContainer(workload, report, (container) => {
      const taken = container
        .at("ports")
        .items()
        .filter((port) => (port.at("hostPort").number() ?? 0) !== 0);
      return taken.length === 0 ? undefined : "takes a port of the node";
    });
  },
});

const privileged = resourceRule({
  name: "no-privileged-containers",
  levels: everywhere,
  types: pods.workloadTypes,
  what: "Containers are not privileged, and cannot become so.",
  why: "A privileged container is root on the node: nothing keeps it in.",
  fix: "Set securityContext: { privileged: false, allowPrivilegeEscalation: false }.",
  check(workload, report) {
    if (pods.isNodeAgent(workload)) return;
    eachContainer(workload, report, (container) => {
      const context = container.at("securityContext");
      if (context.at("privileged").flag() === true) return "is privileged";
      return context.at("allowPrivilegeEscalation").flag() === false ? undefined : "may gain privileges";
    });
  },
});

/** The one that is harmless: binding a port below 1024. */
const harmless = "NET_BIND_SERVICE";

const capabilities = resourceRule({
  name: "capabilities-dropped",
  levels: standard,
  types: pods.workloadTypes,
  what: "Containers drop all capabilities of the kernel, and add none but NET_BIND_SERVICE.",
  why: "The usual set lets a container forge packets and change owners of files; few programs need any of it.",
  fix: 'Set securityContext: { capabilities: { drop: ["ALL"] } }.',
  check(workload, report) {
    if (pods.isNodeAgent(workload)) return;
    eachContainer(workload, report, (container) => {
      const context = container.at("securityContext", "capabilities");
      const added = context
        .at("add")
        .texts()
        .filter((name) => name !== harmless);
      if (added.length > 0) return `adds ${added.join(", ")}`;
      return context.at("drop").texts().includes("ALL") ? undefined : "does not drop ALL capabilities";
    });
  },
});

const readOnlyRoot = resourceRule({
  name: "read-only-root",
  levels: standard,
  types: pods.workloadTypes,
  what: "Containers cannot write to their image's files.",
  why: "Whoever breaks in could otherwise leave tools behind, and change the program that runs.",
  fix: "Set securityContext: { readOnlyRootFilesystem: true } and mount an emptyDir where it has to write.",
  check(workload, report) {
    eachContainer(workload, report, (container) =>
      container.at("securityContext", "readOnlyRootFilesystem").flag() === true ? undefined : "may write to its root",
    );
  },
});

const seccomp = resourceRule({
  name: "seccomp-profile",
  levels: standard,
  types: pods.workloadTypes,
  what: "Containers run under the runtime's seccomp profile.",
  why: "It closes the kernel calls that most ways out of a container have used.",
  fix: 'Set securityContext: { seccompProfile: { type: "RuntimeDefault" } } on the pod.',
  check(workload, report) {
    eachContainer(workload, report, (container, pod) => {
      const type = security(container, pod, "seccompProfile").at("type").text();
      if (type === undefined) return "has no seccomp profile";
      return type === "Unconfined" ? "is unconfined" : undefined;
    });
  },
});

export const containerRules = [
  requests,
  limits,
  images,
  nonRoot,
  hostPorts,
  privileged,
  capabilities,
  readOnlyRoot,
  seccomp,
];
