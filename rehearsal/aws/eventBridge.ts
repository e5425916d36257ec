/** Events about instances, sent to EventBridge: the plan's rules deliver them to its queues. */
import { messageOf } from "../../cli/program";
import type { JsonCall } from "./awsClients";

export interface CloudEvent {
  readonly source: "aws.autoscaling" | "aws.ec2";
  readonly detailType: string;
  readonly detail: object;
}

export class EventBridge {
  constructor(
    private readonly call: JsonCall,
    private readonly report: (problem: string) => void,
  ) {}

  /** Sends an event in the background; reports a failure. */
  send({ source, detailType, detail }: CloudEvent): void {
    const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail) };
    this.call("events", "AWSEvents.PutEvents", { Entries: [entry] }).catch((error: unknown) => {
      this.report(`event ${detailType}: ${messageOf(error)}`);
    });
  }
}

/** A lifecycle hook holds an instance. */
export function lifecycleEvent(action: {
  readonly instance: string;
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly transition: "autoscaling:EC2_INSTANCE_LAUNCHING" | "autoscaling:EC2_INSTANCE_TERMINATING";
}): CloudEvent {
  const launching = action.transition === "autoscaling:EC2_INSTANCE_LAUNCHING";
  return {
    source: "aws.autoscaling",
    detailType: `EC2 Instance-${launching ? "launch" : "terminate"} Lifecycle Action`,
    detail: {
      LifecycleActionToken: action.token,
      AutoScalingGroupName: action.group,
      LifecycleHookName: action.hook,
      EC2InstanceId: action.instance,
      LifecycleTransition: action.transition,
      Origin: launching ? "EC2" : "AutoScalingGroup",
      Destination: launching ? "AutoScalingGroup" : "EC2",
    },
  };
}

/** EC2 interrupts a spot instance in two minutes. */
export function spotInterruption(instance: string): CloudEvent {
  return {
    source: "aws.ec2",
    detailType: "EC2 Spot Instance Interruption Warning",
    detail: { "instance-id": instance, "instance-action": "terminate" },
  };
}

/** EC2 terminates an instance. */
export function shuttingDown(instance: string): CloudEvent {
  return {
    source: "aws.ec2",
    detailType: "EC2 Instance State-change Notification",
    detail: { "instance-id": instance, state: "shutting-down" },
  };
}
