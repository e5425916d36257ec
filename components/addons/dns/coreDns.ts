import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Service } from "@pulumi/kubernetes/core/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { componentVersions } from "../../node/kubernetesVersions.plan";
import { scaleProfile } from "../../scale/profiles.plan";
import { Account } from "../shared/serviceAccount";
import { disruptionBudget } from "../shared/disruptionBudget";
import { partLabels } from "../shared/labels.plan";
import { coreDnsImage } from "../shared/images.plan";
import {
  onControlPlane,
  probes,
  replicatedPod,
  resources,
  systemNamespace,
  unprivileged,
} from "../shared/workload.plan";
import { corefile, dnsAddress } from "./corefile.plan";

const program = "coredns";

/** The names that kubeadm gives it, and by which kubelets, people and other programs know it. */
const selector = { "k8s-app": "kube-dns" };

/** kubeadm's CoreDNS may be there from before: its fields are taken over. */
const takeOver = { "pulumi.com/patchForce": "true" };

const ports = [
  { name: "dns", port: 53, protocol: "UDP" },
  { name: "dns-tcp", port: 53, protocol: "TCP" },
  { name: "metrics", port: 9153, protocol: "TCP" },
];

/** CoreDNS in place of kubeadm's: over zones, never all at once, and at least as many as the settings say. */
export class CoreDns extends pulumi.ComponentResource {
  /** Name of the Deployment. */
  readonly deployment: pulumi.Output<string>;

  constructor(name: string, { spec }: { readonly spec: ClusterSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:CoreDns", name, {}, options);
    const { coredns: version } = componentVersions(spec.kubernetesVersion);
    const labels = { ...partLabels({ name: program, version }), ...selector };
    const metadata = { name: program, namespace: systemNamespace, labels, annotations: takeOver };
    const { minReplicas, autoscaling } = spec.platform.dns;

    const { account } = new Account(
      `${name}-account`,
      {
        account: program,
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
          template: { metadata: { labels }, spec: podOf(spec, account, configuration.metadata.name) },
        },
      },
      // The number is the autoscaler's from the first minute on.
      { parent: this, ...(autoscaling.enabled && { ignoreChanges: ["spec.replicas"] }) },
    );
    disruptionBudget(`${name}-budget`, metadata, selector, this);
    this.deployment = deployment.metadata.name;
    this.registerOutputs({ deployment: this.deployment });
  }
}

function podOf(
  { kubernetesVersion, scale }: ClusterSpec,
  account: pulumi.Input<string>,
  configuration: pulumi.Input<string>,
): core.v1.PodSpec {
  // It holds every Service and its endpoints.
  const { memoryMiB } = scaleProfile(scale).dns;
  return {
    ...replicatedPod(account, selector),
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [onControlPlane],
    // The machine's resolver: CoreDNS must not ask itself.
    dnsPolicy: "Default",
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: program,
        image: coreDnsImage(componentVersions(kubernetesVersion).coredns),
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
