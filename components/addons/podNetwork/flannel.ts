import { DaemonSet } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { Account } from "../shared/serviceAccount";
import { partLabels, selectorLabels } from "../shared/labels.plan";
import { images, versions } from "../shared/images.plan";
import { nodeAgentPod, probes, resources, systemNamespace } from "../shared/workload.plan";
import { cniConfiguration, flannelNetwork, healthPort } from "./flannelConfig.plan";

const program = "flannel";

/** Root without the means to become more: it writes to the node's folders, and runs nothing of anybody else. */
const rootWithout: core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Folders of the node, by the name of the volume. */
const nodePaths = {
  run: { path: "/run/flannel", type: "DirectoryOrCreate" },
  "cni-plugins": { path: "/opt/cni/bin", type: "DirectoryOrCreate" },
  "cni-configuration": { path: "/etc/cni/net.d", type: "DirectoryOrCreate" },
  "xtables-lock": { path: "/run/xtables.lock", type: "FileOrCreate" },
} as const;

const mounts = {
  configuration: { name: "configuration", mountPath: "/etc/kube-flannel", readOnly: true },
  run: { name: "run", mountPath: "/run/flannel" },
  plugins: { name: "cni-plugins", mountPath: "/opt/cni/bin" },
  cni: { name: "cni-configuration", mountPath: "/etc/cni/net.d" },
  lock: { name: "xtables-lock", mountPath: "/run/xtables.lock" },
} as const;

/** Puts the plugin and its configuration where the container runtime looks for them. */
const installers: core.v1.Container[] = [
  {
    name: "install-cni-plugin",
    image: images.flannelCni,
    command: ["cp", "-f", "/flannel", "/opt/cni/bin/flannel"],
    resources: resources("10m", "16Mi", "64Mi"),
    securityContext: rootWithout,
    volumeMounts: [mounts.plugins],
  },
  {
    name: "install-cni",
    image: images.flannel,
    command: ["cp", "-f", "/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
    resources: resources("10m", "16Mi", "64Mi"),
    securityContext: rootWithout,
    volumeMounts: [mounts.cni, mounts.configuration],
  },
];

const field = (name: string, fieldPath: string): core.v1.EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

const daemon: core.v1.Container = {
  name: program,
  image: images.flannel,
  command: ["/opt/bin/flanneld"],
  args: [
    "--ip-masq",
    "--kube-subnet-mgr",
    "--healthz-ip=127.0.0.1",
    `--healthz-port=${healthPort}`,
    // The address that kubelet registered, where a machine has several.
    "--public-ip=$(NODE_IP)",
  ],
  env: [
    field("POD_NAME", "metadata.name"),
    field("POD_NAMESPACE", "metadata.namespace"),
    field("NODE_IP", "status.hostIP"),
    // Nodes that come all at once are not lost (flannel's own value).
    { name: "EVENT_QUEUE_DEPTH", value: "5000" },
  ],
  resources: resources("100m", "50Mi", "150Mi"),
  securityContext: { ...rootWithout, capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] } },
  volumeMounts: [mounts.run, mounts.configuration, mounts.lock],
  ...probes(healthPort, { live: "/healthz", ready: "/healthz" }, { host: "127.0.0.1" }),
};

/** flannel: VXLAN from node to node, each node with a /24 of the pods' range. It enforces no NetworkPolicy. */
export class Flannel extends pulumi.ComponentResource {
  constructor(
    name: string,
    { spec }: { readonly spec: Pick<ClusterSpec, "network" | "platform"> },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:Flannel", name, {}, options);
    const labels = partLabels({ name: program, version: versions.flannel });
    const metadata = { namespace: systemNamespace, labels };

    const { account } = new Account(
      `${name}-account`,
      {
        account: program,
        rules: [
          { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
          { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
          { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
        ],
      },
      { parent: this },
    );
    const network = JSON.stringify(flannelNetwork(spec));
    const configuration = new ConfigMap(
      `${name}-configuration`,
      {
        metadata: { ...metadata, name: "flannel" },
        data: { "cni-conf.json": JSON.stringify(cniConfiguration), "net-conf.json": network },
      },
      { parent: this },
    );
    new DaemonSet(
      `${name}-daemon`,
      {
        metadata: { ...metadata, name: program },
        spec: {
          selector: { matchLabels: selectorLabels(program) },
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
          template: {
            // flannel reads its configuration when it starts.
            metadata: { labels, annotations: { "holdfast.dev/network": network } },
            spec: {
              ...nodeAgentPod(account),
              hostNetwork: true,
              initContainers: installers,
              containers: [daemon],
              volumes: [
                ...Object.entries(nodePaths).map(([volume, hostPath]) => ({ name: volume, hostPath })),
                { name: "configuration", configMap: { name: configuration.metadata.name } },
              ],
            },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
