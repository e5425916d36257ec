/** The pod of the Node Problem Detector on each node: pure data. */

import { nodeAgentPod, resources } from "../shared/workload.plan";
import { detectorCommand, problemDetector } from "./conditions.plan";

const { name, image, healthPort, metricsPort } = problemDetector;

const configuration = "/config";

export function detectorPod() {
  const health = { httpGet: { path: "/healthz", port: healthPort } };
  return {
    ...nodeAgentPod(name),
    terminationGracePeriodSeconds: 30,
    containers: [
      {
        name,
        image,
        command: [...detectorCommand(configuration)],
        // The kernel's log is a device, and no capability opens devices to a container that is not privileged.
        securityContext: { privileged: true, readOnlyRootFilesystem: true },
        env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
        ports: [
          { name: "health", containerPort: healthPort },
          { name: "metrics", containerPort: metricsPort },
        ],
        livenessProbe: { ...health, initialDelaySeconds: 30, periodSeconds: 60, timeoutSeconds: 10 },
        readinessProbe: { ...health, periodSeconds: 30, timeoutSeconds: 10 },
        resources: resources("20m", "64Mi", "128Mi"),
        volumeMounts: [
          { name: "kmsg", mountPath: "/dev/kmsg", readOnly: true },
          { name: "log", mountPath: "/var/log", readOnly: true },
          // By it journald's readers find the folder of this machine.
          { name: "machine-id", mountPath: "/etc/machine-id", readOnly: true },
          { name: "config", mountPath: configuration, readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "kmsg", hostPath: { path: "/dev/kmsg", type: "CharDevice" } },
      { name: "log", hostPath: { path: "/var/log", type: "Directory" } },
      { name: "machine-id", hostPath: { path: "/etc/machine-id", type: "File" } },
      { name: "config", configMap: { name } },
    ],
  };
}
