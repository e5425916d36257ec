/** The pod of the Node Termination Handler: pure data. */

import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import type { NodeTerminationHandlerSpec } from "../controllersSpec";
import { selectorLabels } from "../shared/labels.plan";
import { controlPlaneOnly } from "../shared/placement.plan";
import { probes, replicatedPod, resources, unprivileged, unprivilegedTokenPod } from "../shared/workload.plan";
import { handlerEnvironment, terminationHandler } from "./events.plan";

const { name, image, health } = terminationHandler;

/** @param account name of its service account, known when that may do all that it has to. */
export function handlerPod<Text>(
  spec: NodeTerminationHandlerSpec,
  account: Text,
  queueUrl: Text,
  identity: PodIdentity<Text>,
) {
  return {
    ...replicatedPod(account, selectorLabels(name)),
    securityContext: unprivilegedTokenPod,
    ...controlPlaneOnly,
    containers: [
      {
        name,
        image,
        securityContext: unprivileged,
        env: [
          ...handlerEnvironment(spec, queueUrl, identity),
          field("NODE_NAME", "spec.nodeName"),
          field("POD_NAME", "metadata.name"),
          field("NAMESPACE", "metadata.namespace"),
        ],
        ports: [{ name: "health", containerPort: health.port }],
        ...probes(health.port, { live: health.path, ready: health.path }),
        resources: resources("50m", "64Mi", "256Mi"),
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
