/** What moto cannot answer, or answers otherwise than AWS. */
import type { AwsReply } from "./awsApi";
import { autoScalingReply, ec2Error } from "./awsApi";
import type { AwsCall } from "./awsCall";
import type { Groups } from "./groups";
import type { Volumes } from "./volumes";

/** The rehearsal's own answer to a call; undefined: moto's will do. */
export function ownAnswer(
  call: AwsCall,
  { volumes, groups }: { volumes: Volumes; groups: Groups },
): AwsReply | undefined {
  const { action, form } = call;
  const instanceId = form.get("InstanceId") ?? "";
  switch (action) {
    case "AttachVolume": {
      // moto lets a volume be taken from a machine that still has it
      const volumeId = form.get("VolumeId") ?? "";
      const holder = volumes.holder(volumeId);
      if (holder === undefined || holder === instanceId) return undefined;
      return ec2Error("VolumeInUse", `${volumeId} is already attached to an instance`);
    }
    case "CompleteLifecycleAction":
      return groups.completeGoodbye(instanceId) ? autoScalingReply(action) : noLifecycleAction(instanceId);
    case "RecordLifecycleActionHeartbeat":
      return groups.extendGoodbye(instanceId) ? autoScalingReply(action) : noLifecycleAction(instanceId);
    case "DescribeInstanceTopology":
      // moto does not know it and fails, which costs the cloud controller seconds; AWS says so of types without a topology
      return ec2Error("UnsupportedOperation", "The rehearsal's machines have no topology");
    case "DescribeInstanceRefreshes":
      // moto has no instance refresh: none was ever begun
      return autoScalingReply(action, "<InstanceRefreshes/>");
    default:
      return undefined;
  }
}

function noLifecycleAction(instanceId: string): AwsReply {
  return ec2Error("ValidationError", `No active Lifecycle Action found with instance ID ${instanceId}`);
}
