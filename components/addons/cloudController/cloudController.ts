import type { core, rbac } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import { apiPort } from "../../api/address.plan";
import type { ClusterSpec } from "../../clusterSpec";
import { proxyVariables } from "../../node/proxy.plan";
import type { AddonArgs } from "../shared/addonArgs";
import { probes, resources, tolerateControlPlane, unprivileged, unprivilegedPod } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDaemonSet, updateWithMachine } from "../shared/workloads";
import { cloudControllerImage, cloudControllerVersion } from "./version.plan";

const program = "aws-cloud-controller-manager";

/** Permissions of the controllers for nodes and Services (cloud-provider-aws, manifests of the release), without routes. */
const rules: rbac.v1.PolicyRule[] = [
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

/**
 * AWS cloud controller manager: sets addresses, zone and type of nodes, removes nodes whose instance is gone, and creates load
 * balancers for Services. It runs on every control-plane node; leader election makes one active.
 */
export class CloudController extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:CloudController", name, {}, options);
    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      { serviceAccount: program, rules, roles: ["extension-apiserver-authentication-reader"] },
      { parent: this },
    );
    createDaemonSet(
      name,
      {
        program: { name: program, version: cloudControllerVersion(spec.kubernetesVersion) },
        serviceAccountName,
        // Not newer than the API server of its machine, which it uses, in an upgrade.
        update: updateWithMachine,
        pod: {
          // The metadata service's hop limit of 1 excludes other pod networks.
          hostNetwork: true,
          dnsPolicy: "Default",
          nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
          // Nodes are initialized by this controller, and become Ready by a pod network that comes after it.
          tolerations: [
            { key: "node.cloudprovider.kubernetes.io/uninitialized", operator: "Exists", effect: "NoSchedule" },
            { key: "node.kubernetes.io/not-ready", operator: "Exists" },
            tolerateControlPlane,
          ],
          securityContext: unprivilegedPod,
          containers: [container(spec)],
        },
      },
      this,
    );
    this.registerOutputs();
  }
}

/** The API server of the pod's machine, instead of any. */
const ownApiServer: core.v1.EnvVar[] = [
  { name: "KUBERNETES_SERVICE_HOST", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
  { name: "KUBERNETES_SERVICE_PORT", value: String(apiPort) },
];

function container(spec: ClusterSpec): core.v1.Container {
  const { name: cluster, region, kubernetesVersion } = spec;
  const port = 10258;
  return {
    name: program,
    image: cloudControllerImage(kubernetesVersion),
    args: [
      "--cloud-provider=aws",
      `--cluster-name=${cluster}`,
      // The pod network routes between nodes.
      "--configure-cloud-routes=false",
      "--allocate-node-cidrs=false",
      "--leader-elect=true",
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      "--v=2",
    ],
    env: [{ name: "AWS_REGION", value: region }, ...ownApiServer, ...proxyVariables(spec)],
    resources: resources("50m", "64Mi", "256Mi"),
    securityContext: unprivileged,
    ...probes(port, { live: "/healthz", ready: "/healthz" }, { host: "127.0.0.1", scheme: "HTTPS" }),
  };
}
