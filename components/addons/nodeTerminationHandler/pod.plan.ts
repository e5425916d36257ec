import type { core } from "@pulumi/kubernetes/types/input";
import type { Input } from "@pulumi/pulumi";

import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import { poolTag } from "../../aws/tags.plan";
import { onControlPlane, podField, probes, resources, unprivileged, unprivilegedTokenPod } from "../shared/pods.plan";
import type { NodeTerminationHandlerSpec } from "./settings";

/** Program of the handler; its name is also that of its ServiceAccount. */
export const program = { name: "aws-node-termination-handler", version: "1.25.6" } as const;
export const image = `public.ecr.aws/aws-ec2/${program.name}:v${program.version}`;

/** Number of nodes that the handler drains at the same time. */
export const parallelDrains = 10;

const healthPort = 8080;

/** Seconds before the end of the drain hook at which the handler gives up, to complete the hook itself. */
const reportSeconds = 30;

/** Pod of the handler in queue mode. */
export function handlerPod(
  settings: NodeTerminationHandlerSpec,
  queueUrl: Input<string>,
  identity: PodIdentity<Input<string>>,
): core.v1.PodSpec {
  const probe = probes(healthPort, { live: "/healthz", ready: "/healthz" });
  return {
    ...onControlPlane,
    securityContext: unprivilegedTokenPod,
    containers: [
      {
        name: program.name,
        image,
        securityContext: unprivileged,
        env: [
          ...environment(settings, queueUrl),
          ...identity.env,
          podField("NODE_NAME", "spec.nodeName"),
          podField("POD_NAME", "metadata.name"),
          podField("NAMESPACE", "metadata.namespace"),
        ],
        ports: [{ name: "health", containerPort: healthPort }],
        ...probe,
        resources: resources("50m", "64Mi", "256Mi"),
        volumeMounts: [...identity.volumeMounts],
      },
    ],
    volumes: identity.volumes.map(({ name, projected }) => ({ name, projected: { sources: [...projected.sources] } })),
  };
}

function environment({ drainTimeoutSeconds }: NodeTerminationHandlerSpec, queueUrl: Input<string>): core.v1.EnvVar[] {
  const variables: Readonly<Record<string, Input<string>>> = {
    ENABLE_SQS_TERMINATION_DRAINING: "true",
    QUEUE_URL: queueUrl,
    CHECK_TAG_BEFORE_DRAINING: "true",
    // Only the presence of the tag counts: workers of every cluster have it, control-plane members do not. Events of other
    // clusters' workers are dropped, because they have no node here.
    MANAGED_TAG: poolTag,
    // Nodes are named after instance ids, not host names.
    USE_PROVIDER_ID: "true",
    NODE_TERMINATION_GRACE_PERIOD: String(drainTimeoutSeconds - reportSeconds),
    // Use the grace period of each pod.
    POD_TERMINATION_GRACE_PERIOD: "-1",
    DELETE_LOCAL_DATA: "true",
    IGNORE_DAEMON_SETS: "true",
    // Otherwise events of instances that never became nodes return until they expire.
    DELETE_SQS_MSG_IF_NODE_NOT_FOUND: "true",
    EMIT_KUBERNETES_EVENTS: "true",
    ENABLE_PROBES_SERVER: "true",
    PROBES_SERVER_PORT: String(healthPort),
    PROBES_SERVER_ENDPOINT: "/healthz",
    JSON_LOGGING: "true",
    WORKERS: String(parallelDrains),
  };
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}
