import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { recommendedLabels } from "../shared/labels.plan";
import { podField, probes, resources, systemNamespace } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDaemonSet, rollingUpdate } from "../shared/workloads";
import { cniConfiguration, cniPluginImage, flannelNetwork, image, program } from "./flannel.plan";

const healthPort = 9285;

/** Root, to write to the node's directories, without capabilities. */
const unprivilegedRoot: core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Directories and files of the node, by volume. */
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

/** Install the CNI plugin and its configuration on the node. */
const installers: core.v1.Container[] = [
  {
    name: "install-cni-plugin",
    image: cniPluginImage,
    command: ["cp", "-f", "/flannel", "/opt/cni/bin/flannel"],
    resources: resources("10m", "16Mi", "64Mi"),
    securityContext: unprivilegedRoot,
    volumeMounts: [mounts.plugins],
  },
  {
    name: "install-cni",
    image,
    command: ["cp", "-f", "/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
    resources: resources("10m", "16Mi", "64Mi"),
    securityContext: unprivilegedRoot,
    volumeMounts: [mounts.cni, mounts.configuration],
  },
];

const daemon: core.v1.Container = {
  name: program.name,
  image,
  command: ["/opt/bin/flanneld"],
  args: [
    "--ip-masq",
    "--kube-subnet-mgr",
    "--healthz-ip=127.0.0.1",
    `--healthz-port=${healthPort}`,
    // The address that kubelet registered, on nodes with several.
    "--public-ip=$(NODE_IP)",
  ],
  env: [
    podField("POD_NAME", "metadata.name"),
    podField("POD_NAMESPACE", "metadata.namespace"),
    podField("NODE_IP", "status.hostIP"),
    // flannel's own value; a shorter queue loses events when many nodes join at once.
    { name: "EVENT_QUEUE_DEPTH", value: "5000" },
  ],
  resources: resources("100m", "50Mi", "150Mi"),
  securityContext: { ...unprivilegedRoot, capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] } },
  volumeMounts: [mounts.run, mounts.configuration, mounts.lock],
  ...probes(healthPort, { live: "/healthz", ready: "/healthz" }, { host: "127.0.0.1" }),
};

/** flannel: VXLAN between nodes. It enforces no NetworkPolicies. */
export class Flannel extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Flannel", name, {}, options);
    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      {
        serviceAccount: program.name,
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
        metadata: { name: program.name, namespace: systemNamespace, labels: recommendedLabels(program) },
        data: { "cni-conf.json": JSON.stringify(cniConfiguration), "net-conf.json": network },
      },
      { parent: this },
    );
    createDaemonSet(
      name,
      {
        program,
        serviceAccountName,
        update: rollingUpdate(1),
        // flannel reads its configuration only at its start.
        annotations: { "holdfast.dev/network": network },
        pod: {
          hostNetwork: true,
          initContainers: installers,
          containers: [daemon],
          volumes: [
            ...Object.entries(nodePaths).map(([volume, hostPath]) => ({ name: volume, hostPath })),
            { name: "configuration", configMap: { name: configuration.metadata.name, defaultMode: 0o600 } },
          ],
        },
      },
      this,
    );
    this.registerOutputs();
  }
}
