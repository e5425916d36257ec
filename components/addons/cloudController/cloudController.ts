import { DaemonSet } from "@pulumi/kubernetes/apps/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { Account } from "../shared/serviceAccount";
import type { Rule } from "../shared/serviceAccount";
import { partLabels, selectorLabels } from "../shared/labels.plan";
import { cloudControllerImage, cloudControllerVersion } from "../shared/images.plan";
import {
  onControlPlane,
  probes,
  resources,
  systemNamespace,
  unprivileged,
  unprivilegedPod,
} from "../shared/workload.plan";

const program = "aws-cloud-controller-manager";

/** Port of its own health and figures, on the node alone. */
const port = 10258;

/** What its controllers do: nodes, routes none, Services of type LoadBalancer (cloud-provider-aws, manifests of the release). */
const rules: readonly Rule[] = [
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch", "update"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch", "patch", "update", "delete"] },
  { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
  { apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch", "patch", "update"] },
  { apiGroups: [""], resources: ["services/status"], verbs: ["patch", "update"] },
  { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "list", "watch", "create"] },
  { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "list", "watch", "create", "update", "patch"],
  },
];

/** It comes before the nodes are initialised and before there is a pod network: it brings the one and waits for neither. */
const tolerations: core.v1.Toleration[] = [
  { key: "node.cloudprovider.kubernetes.io/uninitialized", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", operator: "Exists" },
  onControlPlane,
];

/**
 * The AWS cloud controller: tells nodes what AWS knows of their machines (addresses, zone, type), removes those whose machine
 * is gone, and makes load balancers for Services. One of the control plane's machines works, the others stand by.
 */
export class CloudController extends pulumi.ComponentResource {
  constructor(name: string, { spec }: { readonly spec: ClusterSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:CloudController", name, {}, options);
    const labels = partLabels({ name: program, version: cloudControllerVersion(spec.kubernetesVersion) });
    const { account } = new Account(
      `${name}-account`,
      { account: program, rules, roles: ["extension-apiserver-authentication-reader"] },
      { parent: this },
    );
    new DaemonSet(
      `${name}-daemon`,
      {
        metadata: { name: program, namespace: systemNamespace, labels },
        spec: {
          selector: { matchLabels: selectorLabels(program) },
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: account,
              automountServiceAccountToken: true,
              // The machine's own metadata service answers no further than the machine.
              hostNetwork: true,
              dnsPolicy: "Default",
              priorityClassName: "system-node-critical",
              nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
              tolerations,
              securityContext: unprivilegedPod,
              containers: [controller(spec)],
            },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

function controller({ name: cluster, region, kubernetesVersion }: ClusterSpec): core.v1.Container {
  return {
    name: program,
    image: cloudControllerImage(kubernetesVersion),
    args: [
      "--cloud-provider=aws",
      `--cluster-name=${cluster}`,
      // The pod network is a matter of the nodes alone.
      "--configure-cloud-routes=false",
      "--allocate-node-cidrs=false",
      "--leader-elect=true",
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      "--v=2",
    ],
    env: [{ name: "AWS_REGION", value: region }],
    resources: resources("50m", "64Mi", "256Mi"),
    securityContext: unprivileged,
    ...probes(port, { live: "/healthz", ready: "/healthz" }, { host: "127.0.0.1", scheme: "HTTPS" }),
  };
}
