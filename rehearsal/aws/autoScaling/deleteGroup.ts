/** Deletion of an Auto Scaling group, as Pulumi's provider does it without `forceDelete`. */
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteAutoScalingGroupCommand, SetInstanceProtectionCommand } from "@aws-sdk/client-auto-scaling";
import type { AwsClients } from "../awsClients";
import type { AutoScaling } from "./autoScaling";
import { isTerminating } from "./refresh.plan";

/** `customTimeouts.delete` of the groups of members (components/machines/memberGroup.ts). */
const timeoutMs = 3_600_000;

/**
 * Sets the size to zero, removes the instances' protection from scale-in, and waits until the last one has left with its hooks
 * (hashicorp/terraform-provider-aws, internal/service/autoscaling/group.go, drainGroup).
 */
export async function deleteGroup(
  name: string,
  { scaling, aws: { autoScaling } }: { readonly scaling: AutoScaling; readonly aws: Pick<AwsClients, "autoScaling"> },
): Promise<void> {
  const { Instances = [] } = await scaling.group(name);
  const staying = Instances.filter(({ LifecycleState = "" }) => !isTerminating(LifecycleState as "Terminating"));
  const InstanceIds = staying.map(({ InstanceId = "" }) => InstanceId);
  if (InstanceIds.length > 0) {
    const unprotect = { AutoScalingGroupName: name, InstanceIds, ProtectedFromScaleIn: false };
    await autoScaling.send(new SetInstanceProtectionCommand(unprotect));
  }
  await scaling.update({ AutoScalingGroupName: name, MinSize: 0, MaxSize: 0, DesiredCapacity: 0 });
  for (const until = Date.now() + timeoutMs; ((await scaling.group(name)).Instances ?? []).length > 0;) {
    if (Date.now() > until) throw new Error(`the instances of group ${name} have not left within an hour`);
    await sleep(500);
  }
  await autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }));
}
