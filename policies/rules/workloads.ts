import { advice, everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import { kubernetes } from "../model/types";
import * as pods from "./pods";

export const workloadRules: readonly Rule[] = [
  resourceRule({
    name: "no-host-namespaces",
    levels: everywhere,
    types: pods.workloadTypes,
    requirement: "Pods do not share the network, process or IPC namespace of the node.",
    reason: "Host namespaces expose the instance metadata service, the kubelet and the processes of other pods.",
    fix: "Omit hostNetwork, hostPID and hostIPC. Run node agents in kube-system with priority class system-node-critical.",
    check(workload, report) {
      if (pods.isNodeAgent(workload)) return;
      const pod = pods.podSpec(workload);
      const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((name) => pod.at(name).boolean() === true);
      if (shared.length > 0) report(`The pod has ${shared.join(", ")}.`);
    },
  }),
  resourceRule({
    name: "no-host-paths",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Pods do not mount paths of the node.",
    reason: "A host path exposes the node's secrets, allows container escapes, and its data is lost with the node.",
    fix: "Use a persistent volume, ConfigMap or emptyDir. Run node agents in kube-system with priority class system-node-critical.",
    check(workload, report) {
      if (pods.isNodeAgent(workload)) return;
      for (const volume of pods.podSpec(workload).at("volumes").items()) {
        const path = volume.at("hostPath");
        if (!path.absent)
          report(`Volume ${pods.nameOf(volume)} mounts ${path.at("path").string() ?? "a path"} of the node.`);
      }
    },
  }),
  resourceRule({
    name: "probes",
    levels: standard,
    types: pods.longRunningTypes,
    requirement: "Containers of long-running workloads have readiness and liveness probes.",
    reason: "Without probes, rollouts send requests to starting containers and hung processes keep running.",
    fix: "Set readinessProbe and livenessProbe.",
    check(workload, report) {
      for (const container of pods.mainContainers(workload)) {
        const missing = ["readinessProbe", "livenessProbe"].filter((name) => container.at(name).absent);
        if (missing.length > 0) report(`Container ${pods.nameOf(container)} has no ${missing.join(" and no ")}.`);
      }
    },
  }),
  resourceRule({
    name: "multiple-replicas",
    levels: production,
    types: [kubernetes.deployment],
    requirement: "Deployments have at least two replicas.",
    reason: "A single replica is unavailable whenever its node is drained.",
    fix: "Set replicas to 2 or more.",
    check(workload, report) {
      if (pods.replicasOf(workload) === 1) report("The Deployment has one replica.");
    },
  }),
  relationRule({
    name: "disruption-budgets",
    levels: production,
    types: pods.replicatedTypes,
    requirement: "Workloads with several replicas have a PodDisruptionBudget.",
    reason: "Without a budget, an upgrade may drain all nodes of a workload at the same time.",
    fix: "Add a PodDisruptionBudget with the labels of the workload and maxUnavailable: 1.",
    check(workload, report, stack) {
      if (pods.replicasOf(workload) < 2) return;
      const labels = pods.podTemplate(workload).at("metadata", "labels");
      const isCovered = stack
        .ofType(kubernetes.podDisruptionBudget)
        .some(
          (budget) =>
            pods.namespaceOf(budget) === pods.namespaceOf(workload) &&
            pods.selects(budget.at("spec", "selector"), labels),
        );
      if (!isCovered) report("No PodDisruptionBudget selects the pods.");
    },
  }),
  resourceRule({
    name: "replicas-spread",
    levels: standard,
    types: pods.replicatedTypes,
    requirement: "Replicas are spread over nodes or zones.",
    reason: "Replicas on the same node fail together.",
    fix: "Set topologySpreadConstraints on topology.kubernetes.io/zone, or podAntiAffinity.",
    check(workload, report) {
      if (pods.replicasOf(workload) < 2) return;
      const pod = pods.podSpec(workload);
      const spreads = pod.at("topologySpreadConstraints").items().length > 0;
      if (!spreads && pod.at("affinity", "podAntiAffinity").absent) report("The replicas have no spread constraints.");
    },
  }),
  resourceRule({
    name: "no-default-service-account-token",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Pods do not mount the token of the default service account.",
    reason: "Every container that does not opt out gets the token with all permissions of the default account.",
    fix: "Set automountServiceAccountToken: false, or set serviceAccountName to a dedicated service account.",
    check(workload, report) {
      const pod = pods.podSpec(workload);
      const serviceAccount = pod.at("serviceAccountName").string() ?? "default";
      if (serviceAccount === "default" && pod.at("automountServiceAccountToken").boolean() !== false) {
        report("The token of the default service account is mounted.");
      }
    },
  }),
  resourceRule({
    name: "no-default-namespace",
    levels: standard,
    types: pods.workloadTypes,
    requirement: "Workloads do not run in the default namespace.",
    reason: "The default namespace has no quota, network policy or owner.",
    fix: "Set metadata.namespace.",
    check(workload, report) {
      const namespace = pods.namespaceOf(workload);
      if (namespace === undefined || namespace === "default") report("The workload is in the default namespace.");
    },
  }),
  resourceRule({
    name: "services-not-exposed",
    levels: standard,
    types: [kubernetes.service],
    requirement: "Services use no node ports or external IPs; load balancers are internal or restrict sources.",
    reason: "Node ports and external IPs bypass the ingress. A load balancer without source ranges is public.",
    fix: "Use ClusterIP behind an ingress. On load balancers, set loadBalancerSourceRanges, or the annotation of your controller that makes them internal.",
    check(service, report) {
      const type = service.at("spec", "type").string() ?? "ClusterIP";
      if (type === "NodePort") report("The Service is of type NodePort.");
      if (service.at("spec", "externalIPs").items().length > 0) report("The Service has externalIPs.");
      if (type !== "LoadBalancer") return;
      const ranges = service.at("spec", "loadBalancerSourceRanges").strings();
      const annotation = (name: string): string | undefined =>
        service.at("metadata", "annotations", `service.beta.kubernetes.io/aws-load-balancer-${name}`).string();
      // The AWS Load Balancer Controller reads the first one, the cloud controller the second one.
      const internal = annotation("scheme") === "internal" || annotation("internal") === "true";
      if (!internal && (ranges.length === 0 || ranges.includes("0.0.0.0/0"))) {
        report("The load balancer is open to the internet.");
      }
    },
  }),
  resourceRule({
    name: "jobs-have-deadline",
    levels: advice,
    types: [kubernetes.job, kubernetes.cronJob],
    requirement: "Jobs and CronJobs have a deadline.",
    reason: "A hung Job holds its resources indefinitely, and later runs of a CronJob accumulate.",
    fix: "Set activeDeadlineSeconds in the spec of the Job.",
    check(job, report) {
      const spec = job.type === kubernetes.job ? job.at("spec") : job.at("spec", "jobTemplate", "spec");
      if (spec.at("activeDeadlineSeconds").absent) report("activeDeadlineSeconds is missing.");
    },
  }),
];
