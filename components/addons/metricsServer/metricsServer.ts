import { APIService } from "@pulumi/kubernetes/apiregistration/v1";
import { Service } from "@pulumi/kubernetes/core/v1";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { recommendedLabels, selectorLabels } from "../shared/labels.plan";
import { systemNamespace } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDeployment } from "../shared/workloads";
import { program, serverContainer } from "./server.plan";

const group = "metrics.k8s.io";

/** metrics-server: resource metrics for `kubectl top` and the HorizontalPodAutoscaler. */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:MetricsServer", name, {}, options);
    const labels = recommendedLabels(program);
    const { replicas } = spec.addons.metricsServer;

    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      {
        serviceAccount: program.name,
        rules: [
          { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
          { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
        ],
        clusterRoles: ["system:auth-delegator"],
        roles: ["extension-apiserver-authentication-reader"],
      },
      { parent: this },
    );
    this.createReaderRole(name);
    const service = new Service(
      `${name}-service`,
      {
        metadata: { name: program.name, namespace: systemNamespace, labels },
        spec: { selector: selectorLabels(program.name), ports: [{ name: "https", port: 443, targetPort: "https" }] },
      },
      { parent: this },
    );
    const deployment = createDeployment(
      name,
      {
        program,
        serviceAccountName,
        replicas,
        strategy: { rollingUpdate: { maxUnavailable: replicas > 1 ? 1 : 0 } },
        pod: { containers: [serverContainer], volumes: [{ name: "tmp", emptyDir: {} }] },
      },
      this,
    );
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
          // metrics-server signs its own certificate at every start; it serves only metrics, only inside the cluster.
          insecureSkipTLSVerify: true,
        },
      },
      { parent: this, dependsOn: deployment },
    );
    this.registerOutputs();
  }

  /** Adds read access to metrics to the ClusterRoles view, edit and admin. */
  private createReaderRole(name: string): void {
    const aggregate = Object.fromEntries(
      ["view", "edit", "admin"].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, "true"]),
    );
    new ClusterRole(
      `${name}-reader`,
      {
        metadata: {
          name: "system:aggregated-metrics-reader",
          labels: { ...recommendedLabels({ name: program.name }), ...aggregate },
        },
        rules: [{ apiGroups: [group], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] }],
      },
      { parent: this },
    );
  }
}
