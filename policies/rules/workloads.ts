import { advice, everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import { kubernetes } from "../model/types";
import * as pods from "./pods";

const hostNamespaces = resourceRule({
  name: "no-host-namespaces",
  levels: everywhere,
  types: pods.workloadTypes,
  what: "Pods do not share the node's network, processes or memory.",
  why: "From there the node's metadata service, its kubelet and every other pod's processes are in reach.",
  fix: "Leave out hostNetwork, hostPID and hostIPC. A node's own agent is in kube-system, of priority class system-node-critical.",
  check(workload, report) {
    if (pods.isNodeAgent(workload)) return;
    const pod = pods.podSpec(workload);
    const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((name) => pod.at(name).flag() === true);
    if (shared.length > 0) report(`The pod has ${shared.join(", ")}.`);
  },
});

const hostPaths = resourceRule({
  name: "no-host-paths",
  levels: standard,
  types: pods.workloadTypes,
  what: "Pods mount nothing of the node's disk.",
  why: "A path of the node is a way to its secrets and out of the container, and the data is lost with the node.",
  fix: "Use a persistent volume, a ConfigMap or emptyDir. A node's own agent is in kube-system, of priority class system-node-critical.",
  check(workload, report) {
    if (pods.isNodeAgent(workload)) return;
    for (const volume of pods.podSpec(workload).at("volumes").items()) {
      const path = volume.at("hostPath");
      if (!path.absent) report(`Volume ${pods.nameOf(volume)} is ${path.at("path").text() ?? "a path"} of the node.`);
    }
  },
});

const probes = resourceRule({
  name: "probes",
  levels: standard,
  types: pods.servingTypes,
  what: "Containers of services say when they are ready and when they hang.",
  why: "Without a readiness probe a rollout sends requests to what has not started; without a liveness probe a hung process stays.",
  fix: "Set readinessProbe and livenessProbe.",
  check(workload, report) {
    for (const container of pods.mainContainers(workload)) {
      const missing = ["readinessProbe", "livenessProbe"].filter((name) => container.at(name).absent);
      if (missing.length > 0) report(`Container ${pods.nameOf(container)} has no ${missing.join(" and no ")}.`);
    }
  },
});

const replicas = resourceRule({
  name: "replicas",
  levels: production,
  types: [kubernetes.deployment],
  what: "Deployments have two replicas or more.",
  why: "A single one is down whenever its node is drained.",
  fix: "Set replicas: 2 or more.",
  check(workload, report) {
    const count = pods.replicasOf(workload);
    if (count === 1) report("There is one replica.");
  },
});

const disruptionBudgets = relationRule({
  name: "disruption-budgets",
  levels: production,
  types: pods.replicatedTypes,
  what: "Workloads with replicas have a PodDisruptionBudget.",
  why: "Without one, an upgrade may drain all nodes of its replicas at the same time.",
  fix: "Add a PodDisruptionBudget with the workload's labels and maxUnavailable: 1.",
  check(workload, report, stack) {
    if (pods.replicasOf(workload) < 2) return;
    const labels = pods.podTemplate(workload).at("metadata", "labels");
    const covered = stack
      .ofType(kubernetes.podDisruptionBudget)
      .some(
        (budget) =>
          pods.namespaceOf(budget) === pods.namespaceOf(workload) &&
          pods.selects(budget.at("spec", "selector"), labels),
      );
    if (!covered) report("No PodDisruptionBudget selects its pods.");
  },
});

const spread = resourceRule({
  name: "replicas-spread",
  levels: standard,
  types: pods.replicatedTypes,
  what: "Replicas are spread over nodes or zones.",
  why: "All replicas on one node are one replica.",
  fix: "Set topologySpreadConstraints on topology.kubernetes.io/zone, or podAntiAffinity.",
  check(workload, report) {
    if (pods.replicasOf(workload) < 2) return;
    const pod = pods.podSpec(workload);
    const spreads = pod.at("topologySpreadConstraints").items().length > 0;
    if (!spreads && pod.at("affinity", "podAntiAffinity").absent) report("Nothing spreads the replicas.");
  },
});

const noTokens = resourceRule({
  name: "no-unneeded-tokens",
  levels: standard,
  types: pods.workloadTypes,
  what: "Pods get a token for the API only with a service account of their own.",
  why: "The default account's token is in every container that says nothing, and each right it is ever given is everybody's.",
  fix: "Set automountServiceAccountToken: false, or name a serviceAccountName that needs the API.",
  check(workload, report) {
    const pod = pods.podSpec(workload);
    const account = pod.at("serviceAccountName").text() ?? "default";
    if (account === "default" && pod.at("automountServiceAccountToken").flag() !== false) {
      report("The default service account's token is mounted.");
    }
  },
});

const ownNamespace = resourceRule({
  name: "no-default-namespace",
  levels: standard,
  types: pods.workloadTypes,
  what: "Workloads are in a namespace of their own.",
  why: "In default there is no quota, no network policy and no owner.",
  fix: "Set metadata.namespace.",
  check(workload, report) {
    const namespace = pods.namespaceOf(workload);
    if (namespace === undefined || namespace === "default") report("The workload is in the namespace default.");
  },
});

const exposure = resourceRule({
  name: "services-not-exposed",
  levels: standard,
  types: [kubernetes.service],
  what: "Services open no port on every node, take no address by hand, and a load balancer's says who may reach it.",
  why: "Node ports and external addresses go past the ingress and its rules; a load balancer without ranges is open to all.",
  fix: "Use ClusterIP behind an ingress; a load balancer gets loadBalancerSourceRanges or an internal scheme.",
  check(service, report) {
    const type = service.at("spec", "type").text() ?? "ClusterIP";
    if (type === "NodePort") report("The Service is of type NodePort.");
    if (service.at("spec", "externalIPs").items().length > 0) report("The Service has externalIPs.");
    if (type !== "LoadBalancer") return;
    const ranges = service.at("spec", "loadBalancerSourceRanges").texts();
    const internal =
      service.at("metadata", "annotations", "service.beta.kubernetes.io/aws-load-balancer-scheme").text() ===
      "internal";
    if (!internal && (ranges.length === 0 || ranges.includes("0.0.0.0/0"))) {
      report("The load balancer is open to the internet.");
    }
  },
});

const deadlines = resourceRule({
  name: "jobs-end",
  levels: advice,
  types: [kubernetes.job, kubernetes.cronJob],
  what: "Jobs have a deadline.",
  why: "One that hangs holds its resources for ever, and a CronJob's next runs pile up behind it.",
  fix: "Set activeDeadlineSeconds in the Job's spec.",
  check(job, report) {
    const spec = job.type === kubernetes.job ? job.at("spec") : job.at("spec", "jobTemplate", "spec");
    if (spec.at("activeDeadlineSeconds").absent) report("activeDeadlineSeconds is missing.");
  },
});

export const workloadRules = [
  hostNamespaces,
  hostPaths,
  probes,
  replicas,
  disruptionBudgets,
  spread,
  noTokens,
  ownNamespace,
  exposure,
  deadlines,
];
