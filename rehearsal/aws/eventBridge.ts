/** What EventBridge is told of instances: the plan's rules pass it on, to its queues. */
import type { JsonCall } from "./jsonCall";

export interface CloudEvent {
  readonly source: "aws.autoscaling" | "aws.ec2";
  readonly detailType: string;
  readonly detail: object;
}

export class Events {
  constructor(
    private readonly call: JsonCall,
    private readonly report: (problem: string) => void,
  ) {}

  /** Nobody waits for an event; that one could not be sent is reported. */
  send({ source, detailType, detail }: CloudEvent): void {
    const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail) };
    this.call("events", "AWSEvents.PutEvents", { Entries: [entry] }).catch((error: unknown) => {
      this.report(`event ${detailType}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}

/** An instance is held by a hook. */
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

/** EC2 takes a spot machine back in two minutes. */
export function spotInterruption(instance: string): CloudEvent {
  return {
    source: "aws.ec2",
    detailType: "EC2 Spot Instance Interruption Warning",
    detail: { "instance-id": instance, "instance-action": "terminate" },
  };
}

/** A machine goes. */
export function shuttingDown(instance: string): CloudEvent {
  return {
    source: "aws.ec2",
    detailType: "EC2 Instance State-change Notification",
    detail: { "instance-id": instance, state: "shutting-down" },
  };
}
