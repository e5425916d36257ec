import type { core } from "@pulumi/kubernetes/types/input";

import { probes, resources, unprivileged } from "../shared/pods.plan";

export const program = { name: "metrics-server", version: "0.9.0" } as const;
export const image = `registry.k8s.io/metrics-server/metrics-server:v${program.version}`;

const port = 10250;

/** Container of metrics-server. */
export const serverContainer: core.v1.Container = {
  name: program.name,
  image,
  args: [
    "--cert-dir=/tmp",
    `--secure-port=${port}`,
    "--kubelet-preferred-address-types=InternalIP",
    "--kubelet-use-node-status-port",
    "--metric-resolution=15s",
    // Mounted into every pod beside its token.
    "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
  ],
  ports: [{ name: "https", containerPort: port, protocol: "TCP" }],
  // The project's recommendation for up to 100 nodes: 1m and 2 MiB per node.
  resources: resources("100m", "200Mi", "1Gi"),
  securityContext: unprivileged,
  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  ...probes("https", { live: "/livez", ready: "/readyz" }, { scheme: "HTTPS" }),
};
