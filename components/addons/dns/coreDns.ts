import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Service } from "@pulumi/kubernetes/core/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { coreDnsImage } from "../../node/images.plan";
import { componentVersions } from "../../node/kubernetesVersions.plan";
import { scaleProfile } from "../../scale/profiles.plan";
import type { AddonArgs } from "../shared/addonArgs";
import { recommendedLabels } from "../shared/labels.plan";
import {
  probes,
  replicatedPod,
  resources,
  systemNamespace,
  tolerateControlPlane,
  unprivileged,
} from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDisruptionBudget } from "../shared/workloads";
import { corefile, dnsAddress } from "./corefile.plan";

const program = "coredns";

/** kubeadm's labels and names: kubelets and other programs rely on them. */
const selector = { "k8s-app": "kube-dns" };

/** Takes over the fields of an existing CoreDNS of kubeadm. */
const takeOver = { "pulumi.com/patchForce": "true" };

const ports = [
  { name: "dns", port: 53, protocol: "UDP" },
  { name: "dns-tcp", port: 53, protocol: "TCP" },
  { name: "metrics", port: 9153, protocol: "TCP" },
];

/** CoreDNS in place of kubeadm's: spread over zones, with a disruption budget and a minimum of replicas. */
export class CoreDns extends pulumi.ComponentResource {
  /** Name of the Deployment. */
  readonly deployment: pulumi.Output<string>;

  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:CoreDns", name, {}, options);
    const { coredns: version } = componentVersions(spec.kubernetesVersion);
    const labels = { ...recommendedLabels({ name: program, version }), ...selector };
    const metadata = { name: program, namespace: systemNamespace, labels, annotations: takeOver };
    const { minReplicas, autoscaling } = spec.addons.dns;

    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      {
        serviceAccount: program,
        rules: [
          { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
          { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
        ],
      },
      { parent: this },
    );
    const configuration = new ConfigMap(
      `${name}-configuration`,
      { metadata, data: { Corefile: corefile } },
      { parent: this },
    );
    new Service(
      `${name}-service`,
      {
        metadata: { ...metadata, name: "kube-dns" },
        spec: {
          clusterIP: dnsAddress(spec.network.serviceCidr),
          selector,
          ports: ports.map((port) => ({ ...port, targetPort: port.port })),
        },
      },
      { parent: this },
    );
    const deployment = new Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          replicas: minReplicas,
          selector: { matchLabels: selector },
          strategy: { rollingUpdate: { maxUnavailable: 1 } },
          template: { metadata: { labels }, spec: podSpec(spec, serviceAccountName, configuration.metadata.name) },
        },
      },
      { parent: this, ignoreChanges: autoscaling.enabled ? ["spec.replicas"] : undefined },
    );
    createDisruptionBudget(name, metadata, selector, this);
    this.deployment = deployment.metadata.name;
    this.registerOutputs({ deployment: this.deployment });
  }
}

function podSpec(
  { scale, kubernetesVersion }: ClusterSpec,
  serviceAccountName: pulumi.Input<string>,
  configuration: pulumi.Input<string>,
): core.v1.PodSpec {
  // CoreDNS holds all Services and endpoints in memory.
  const { memoryMiB } = scaleProfile(scale).dns;
  return {
    ...replicatedPod(serviceAccountName, selector),
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [tolerateControlPlane],
    // Resolver of the node: with the cluster DNS as its resolver, CoreDNS would query itself.
    dnsPolicy: "Default",
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: program,
        image: coreDnsImage(kubernetesVersion),
        args: ["-conf", "/etc/coredns/Corefile"],
        ports: ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })),
        resources: resources("100m", "70Mi", `${memoryMiB}Mi`),
        securityContext: {
          ...unprivileged,
          runAsUser: 65532,
          runAsGroup: 65532,
          capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
        },
        volumeMounts: [{ name: "configuration", mountPath: "/etc/coredns", readOnly: true }],
        ...probes(8080, { live: "/health", ready: "/health" }),
        readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 10 },
      },
    ],
    volumes: [
      { name: "configuration", configMap: { name: configuration, items: [{ key: "Corefile", path: "Corefile" }] } },
    ],
  };
}
