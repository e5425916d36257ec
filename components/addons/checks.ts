import type { ClusterSpec } from "../clusterSpec";
import { checkControllers } from "./controllerChecks";
import type { Finding, SettingPath } from "../settings/problems";

/** What of the platform cannot work together, or on this cluster. */
export function* checkPlatform(spec: ClusterSpec): Iterable<Finding> {
  if (!spec.platform.enabled) return;
  yield* checkDns(spec);
  yield* checkControllers(spec);
}

function* checkDns({ platform }: ClusterSpec): Iterable<Finding> {
  const { enabled, minReplicas, autoscaling } = platform.dns;
  const path: SettingPath = ["platform", "dns", "autoscaling", "max"];
  if (!enabled || !autoscaling.enabled || autoscaling.max >= minReplicas) return;
  yield {
    path,
    found: autoscaling.max,
    message: `is less than there are replicas at least; write ${minReplicas} or more`,
    involves: [["platform", "dns", "minReplicas"]],
  };
}
