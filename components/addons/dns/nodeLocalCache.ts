import { ConfigMap, Service } from "@pulumi/kubernetes/core/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { recommendedLabels } from "../shared/labels.plan";
import { resources, systemNamespace } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDaemonSet, rollingUpdate } from "../shared/workloads";
import { dnsAddress, nodeLocalAddress, nodeLocalCorefile } from "./corefile.plan";
import { cache as program, cacheImage as image } from "./images.plan";

/** NodeLocal DNSCache: a DNS cache on every node, which also avoids conntrack races of UDP queries. */
export class NodeLocalCache extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeLocalCache", name, {}, options);
    const metadata = { name: program.name, namespace: systemNamespace, labels: recommendedLabels(program) };
    const { serviceCidr } = spec.network;

    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      { serviceAccount: program.name },
      { parent: this },
    );
    const configuration = new ConfigMap(
      `${name}-configuration`,
      { metadata, data: { "Corefile.base": nodeLocalCorefile(serviceCidr) } },
      { parent: this },
    );
    // The cache takes over the DNS Service's address on its node and reaches CoreDNS through a second Service.
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
    createDaemonSet(
      name,
      {
        program,
        serviceAccountName,
        update: rollingUpdate("10%"),
        pod: {
          automountServiceAccountToken: false,
          hostNetwork: true,
          dnsPolicy: "Default",
          containers: [container(serviceCidr, upstream.metadata.name)],
          volumes: [
            { name: "lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
            { name: "configuration", configMap: { name: configuration.metadata.name } },
            { name: "written", emptyDir: {} },
          ],
        },
      },
      this,
    );
    this.registerOutputs();
  }
}

function container(serviceCidr: string, upstream: pulumi.Input<string>): core.v1.Container {
  const health: core.v1.Probe = { httpGet: { host: nodeLocalAddress, path: "/health", port: 8080 } };
  return {
    name: program.name,
    image,
    args: [
      "-localip",
      `${nodeLocalAddress},${dnsAddress(serviceCidr)}`,
      "-conf",
      "/etc/written/Corefile",
      "-upstreamsvc",
      upstream,
      "-health-port",
      "8080",
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
    livenessProbe: { ...health, initialDelaySeconds: 60, timeoutSeconds: 5 },
    readinessProbe: health,
  };
}
