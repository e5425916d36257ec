import { APIService } from "@pulumi/kubernetes/apiregistration/v1";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { Service } from "@pulumi/kubernetes/core/v1";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { Account } from "../shared/serviceAccount";
import { disruptionBudget } from "../shared/disruptionBudget";
import { partLabels, selectorLabels } from "../shared/labels.plan";
import { has } from "../spec";
import { images, versions } from "../shared/images.plan";
import { probes, replicatedPod, resources, systemNamespace, unprivileged } from "../shared/workload.plan";

const program = "metrics-server";
const port = 10250;
const group = "metrics.k8s.io";

/** metrics-server: `kubectl top` and the figures that horizontal autoscaling goes by. */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, { spec }: { readonly spec: ClusterSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:MetricsServer", name, {}, options);
    const labels = partLabels({ name: program, version: versions.metricsServer });
    const metadata = { name: program, namespace: systemNamespace, labels };
    const selector = selectorLabels(program);
    const { replicas } = spec.platform.metricsServer;

    const { account } = new Account(
      `${name}-account`,
      {
        account: program,
        rules: [
          { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
          { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
        ],
        clusterRoles: ["system:auth-delegator"],
        roles: ["extension-apiserver-authentication-reader"],
      },
      { parent: this },
    );
    this.letPeopleRead(name);
    const service = new Service(
      `${name}-service`,
      { metadata, spec: { selector, ports: [{ name: "https", port: 443, targetPort: "https" }] } },
      { parent: this },
    );
    const deployment = new Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          replicas,
          selector: { matchLabels: selector },
          strategy: { rollingUpdate: { maxUnavailable: replicas > 1 ? 1 : 0 } },
          template: {
            metadata: { labels },
            spec: {
              ...replicatedPod(account, selector),
              containers: [server(spec)],
              volumes: [{ name: "tmp", emptyDir: {} }],
            },
          },
        },
      },
      { parent: this },
    );
    disruptionBudget(`${name}-budget`, metadata, selector, this);
    new APIService(
      `${name}-api`,
      {
        metadata: { name: `v1beta1.${group}`, labels },
        spec: {
          group,
          version: "v1beta1",
          groupPriorityMinimum: 100,
          versionPriority: 100,
          service: { name: service.metadata.name, namespace: systemNamespace },
          // Its certificate is one of its own, new at every start; what it says are figures, and the way is inside the cluster.
          insecureSkipTLSVerify: true,
        },
      },
      { parent: this, dependsOn: deployment },
    );
    this.registerOutputs();
  }

  /** Figures belong to what the roles for reading, editing and administering a namespace can see. */
  private letPeopleRead(name: string): void {
    const aggregate = Object.fromEntries(
      ["view", "edit", "admin"].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, "true"]),
    );
    new ClusterRole(
      `${name}-reader`,
      {
        metadata: {
          name: "system:aggregated-metrics-reader",
          labels: { ...partLabels({ name: program }), ...aggregate },
        },
        rules: [{ apiGroups: [group], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] }],
      },
      { parent: this },
    );
  }
}

function server(spec: ClusterSpec): core.v1.Container {
  // Every pod is given the certificate of the cluster's authority with its token.
  const authority = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
  return {
    name: program,
    image: images.metricsServer,
    args: [
      "--cert-dir=/tmp",
      `--secure-port=${port}`,
      "--kubelet-preferred-address-types=InternalIP",
      "--kubelet-use-node-status-port",
      "--metric-resolution=15s",
      has(spec, "certificateApprover") ? `--kubelet-certificate-authority=${authority}` : "--kubelet-insecure-tls",
    ],
    ports: [{ name: "https", containerPort: port, protocol: "TCP" }],
    // What the project recommends up to 100 nodes: 1m and 2 MiB a node.
    resources: resources("100m", "200Mi", "1Gi"),
    securityContext: unprivileged,
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
    ...probes("https", { live: "/livez", ready: "/readyz" }, { scheme: "HTTPS" }),
  };
}
