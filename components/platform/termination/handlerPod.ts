/** The pod of the Node Termination Handler: pure data. */

import type { PodIdentity } from "../../access/podIdentity";
import type { NodeTerminationHandlerSpec } from "../controllersSpec";
import { selectorLabels } from "../labels";
import { onControlPlane, overZones } from "../placement";
import { handlerEnvironment, terminationHandler } from "./departure";

const { name, image, health } = terminationHandler;

const hardened = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  capabilities: { drop: ["ALL"] },
};

export function handlerPod<Text>(spec: NodeTerminationHandlerSpec, queueUrl: Text, identity: PodIdentity<Text>) {
  const probe = { httpGet: { path: health.path, port: health.port }, periodSeconds: 10, initialDelaySeconds: 5 };
  return {
    serviceAccountName: name,
    automountServiceAccountToken: true,
    priorityClassName: "system-cluster-critical",
    securityContext: { fsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
    nodeSelector: { ...onControlPlane.nodeSelector, "kubernetes.io/os": "linux" },
    tolerations: [...onControlPlane.tolerations],
    topologySpreadConstraints: [...overZones(selectorLabels(name))],
    containers: [
      {
        name,
        image,
        securityContext: hardened,
        env: [
          ...handlerEnvironment(spec, queueUrl, identity),
          field("NODE_NAME", "spec.nodeName"),
          field("POD_NAME", "metadata.name"),
          field("NAMESPACE", "metadata.namespace"),
        ],
        ports: [{ name: "health", containerPort: health.port }],
        livenessProbe: probe,
        readinessProbe: probe,
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        volumeMounts: [...identity.volumeMounts],
      },
    ],
    volumes: identity.volumes.map(({ name: volume, projected }) => ({
      name: volume,
      projected: { sources: [...projected.sources] },
    })),
  };
}

const field = (variable: string, fieldPath: string) => ({ name: variable, valueFrom: { fieldRef: { fieldPath } } });
