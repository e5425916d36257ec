import { pullStatements } from "../ecr/pullPolicy.plan";
import { commonStatements, onGroups, readParameters } from "../machines/iamStatements.plan";
import type { IamPolicy, InstanceAccess } from "../machines/iamStatements.plan";
import { joinKubeconfig } from "../pki/authorities.plan";

/** Policy of a worker instance. It reads the join kubeconfig, and no key of an authority. */
export function workerPolicy(access: InstanceAccess): IamPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      ...commonStatements(access, "workers"),
      ...readParameters(access, [joinKubeconfig.path]),
      ...pullStatements(access),
      onGroups("ControlOwnLifecycle", access, "worker", ["CompleteLifecycleAction", "RecordLifecycleActionHeartbeat"]),
    ],
  };
}
