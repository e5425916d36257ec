import { DaemonSet } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { Account } from "../shared/serviceAccount";
import { partLabels, selectorLabels } from "../shared/labels.plan";
import { images, versions } from "../shared/images.plan";
import { nodeAgentPod, resources, systemNamespace } from "../shared/workload.plan";
import { dnsAddress, nodeLocalAddress, nodeLocalCorefile } from "./corefile.plan";

const program = "node-local-dns";

/** A cache of DNS answers on every node: fewer questions to CoreDNS, and none lost between conntrack's entries. */
export class NodeLocalCache extends pulumi.ComponentResource {
  constructor(
    name: string,
    { spec }: { readonly spec: Pick<ClusterSpec, "network"> },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:NodeLocalCache", name, {}, options);
    const labels = partLabels({ name: program, version: versions.nodeLocalDns });
    const metadata = { name: program, namespace: systemNamespace, labels };
    const { serviceCidr } = spec.network;
    const text = nodeLocalCorefile(serviceCidr);

    const { account } = new Account(`${name}-account`, { account: program, rules: [] }, { parent: this });
    const configuration = new ConfigMap(
      `${name}-configuration`,
      { metadata, data: { "Corefile.base": text } },
      { parent: this },
    );
    // The cache takes the DNS Service's address on its node: CoreDNS is asked under another.
    const upstream = new Service(
      `${name}-upstream`,
      {
        metadata: { ...metadata, name: "kube-dns-upstream" },
        spec: {
          selector: { "k8s-app": "kube-dns" },
          ports: [
            { name: "dns", port: 53, targetPort: 53, protocol: "UDP" },
            { name: "dns-tcp", port: 53, targetPort: 53, protocol: "TCP" },
          ],
        },
      },
      { parent: this },
    );
    const listen = `${nodeLocalAddress},${dnsAddress(serviceCidr)}`;
    new DaemonSet(
      `${name}-daemon`,
      {
        metadata,
        spec: {
          selector: { matchLabels: selectorLabels(program) },
          updateStrategy: { rollingUpdate: { maxUnavailable: "10%" } },
          template: {
            metadata: { labels },
            spec: {
              ...nodeAgentPod(account),
              automountServiceAccountToken: false,
              hostNetwork: true,
              dnsPolicy: "Default",
              containers: [
                {
                  name: program,
                  image: images.nodeLocalDns,
                  args: [
                    ...["-localip", listen, "-conf", "/etc/written/Corefile"],
                    ...["-upstreamsvc", upstream.metadata.name, "-health-port", "8080"],
                  ],
                  resources: resources("25m", "32Mi", "128Mi"),
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BIND_SERVICE"] },
                  },
                  volumeMounts: [
                    { name: "lock", mountPath: "/run/xtables.lock" },
                    { name: "configuration", mountPath: "/etc/coredns", readOnly: true },
                    { name: "written", mountPath: "/etc/written" },
                  ],
                  livenessProbe: {
                    httpGet: { host: nodeLocalAddress, path: "/health", port: 8080 },
                    initialDelaySeconds: 60,
                    timeoutSeconds: 5,
                  },
                  readinessProbe: { httpGet: { host: nodeLocalAddress, path: "/health", port: 8080 } },
                },
              ],
              volumes: [
                { name: "lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
                { name: "configuration", configMap: { name: configuration.metadata.name } },
                { name: "written", emptyDir: {} },
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
