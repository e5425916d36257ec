import { createHash } from "node:crypto";

import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import { recommendedLabels } from "../shared/labels.plan";
import { podField, resources, systemNamespace } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDaemonSet, rollingUpdate } from "../shared/workloads";
import { detectorFiles, image, program } from "./problems.plan";

/** Node Problem Detector on every node: reports problems in kernel log and journal as events and conditions. */
export class NodeProblemDetector extends pulumi.ComponentResource {
  constructor(name: string, _args: object, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeProblemDetector", name, {}, options);
    const files = detectorFiles();
    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      // Kubernetes' own role for it: conditions and events of nodes.
      { serviceAccount: program.name, clusterRoles: ["system:node-problem-detector"] },
      { parent: this },
    );
    const configuration = new ConfigMap(
      `${name}-config`,
      {
        metadata: { name: program.name, namespace: systemNamespace, labels: recommendedLabels(program) },
        data: { ...files },
      },
      { parent: this },
    );
    createDaemonSet(
      name,
      {
        program,
        serviceAccountName,
        update: rollingUpdate("10%"),
        // The detector reads its files only at its start.
        annotations: { "holdfast.dev/configuration": digest(files) },
        pod: {
          terminationGracePeriodSeconds: 30,
          containers: [container],
          volumes: [
            { name: "kmsg", hostPath: { path: "/dev/kmsg", type: "CharDevice" } },
            { name: "log", hostPath: { path: "/var/log", type: "Directory" } },
            { name: "machine-id", hostPath: { path: "/etc/machine-id", type: "File" } },
            { name: "config", configMap: { name: configuration.metadata.name } },
          ],
        },
      },
      this,
    );
    this.registerOutputs();
  }
}

const healthPort = 20256;
const metricsPort = 20257;
const healthz = { httpGet: { path: "/healthz", port: healthPort } };

const container: core.v1.Container = {
  name: program.name,
  image,
  command: [
    "/node-problem-detector",
    "--logtostderr",
    "--config.system-log-monitor=/config/kernel-monitor.json",
    "--config.custom-plugin-monitor=/config/restart-monitor.json",
    "--address=0.0.0.0",
    `--port=${healthPort}`,
    `--prometheus-port=${metricsPort}`,
  ],
  // The kernel's log is a device, which only privileged containers can open.
  securityContext: { privileged: true, readOnlyRootFilesystem: true },
  env: [podField("NODE_NAME", "spec.nodeName")],
  ports: [
    { name: "health", containerPort: healthPort },
    { name: "metrics", containerPort: metricsPort },
  ],
  livenessProbe: { ...healthz, initialDelaySeconds: 30, periodSeconds: 60, timeoutSeconds: 10 },
  readinessProbe: { ...healthz, periodSeconds: 30, timeoutSeconds: 10 },
  resources: resources("20m", "64Mi", "128Mi"),
  volumeMounts: [
    { name: "kmsg", mountPath: "/dev/kmsg", readOnly: true },
    { name: "log", mountPath: "/var/log", readOnly: true },
    // Journal readers find the node's directory by its machine id.
    { name: "machine-id", mountPath: "/etc/machine-id", readOnly: true },
    { name: "config", mountPath: "/config", readOnly: true },
  ],
};

function digest(files: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
}
