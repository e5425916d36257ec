import { createHash } from "node:crypto";

import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import * as pulumi from "@pulumi/pulumi";

import { partLabels, selectorLabels } from "../shared/labels.plan";
import { detectorFiles, problemDetector } from "./conditions.plan";
import { detectorPod } from "./pod.plan";

const { namespace, name: detectorName } = problemDetector;
const labels = partLabels(problemDetector);

/** An agent on each node that reads the kernel's log and the journal, and tells of problems by events and conditions. */
export class NodeProblemDetector extends pulumi.ComponentResource {
  constructor(name: string, _args: object, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeProblemDetector", name, {}, options);
    const metadata = { name: detectorName, namespace, labels };
    const files = detectorFiles();
    const account = new ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      { parent: this },
    );
    const binding = new ClusterRoleBinding(
      `${name}-binding`,
      {
        metadata: { name: detectorName, labels },
        // Kubernetes' own role for it: nodes' conditions and events.
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:node-problem-detector" },
        subjects: [{ kind: "ServiceAccount", name: detectorName, namespace }],
      },
      { parent: this },
    );
    const configuration = new ConfigMap(`${name}-config`, { metadata, data: { ...files } }, { parent: this });
    new DaemonSet(
      `${name}-agents`,
      {
        metadata,
        spec: {
          selector: { matchLabels: selectorLabels(detectorName) },
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
          template: {
            // The detector reads its files once: others mean other pods.
            metadata: { labels, annotations: { "holdfast.dev/configuration": digest(files) } },
            spec: detectorPod(),
          },
        },
      },
      { parent: this, dependsOn: [account, binding, configuration] },
    );
    this.registerOutputs();
  }
}

function digest(files: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
}
