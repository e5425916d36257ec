/**
 * Termination of workers. The Auto Scaling group holds a worker in `Terminating:Wait`; the Node Termination Handler receives
 * the event from a queue, drains the node and completes the lifecycle action. Every cause of a termination (autoscaler, rollout,
 * health check, a person) leads to a drain in this way.
 *
 * Events without a lifecycle action go to the same queue: spot interruptions, scheduled maintenance, instances that are
 * stopped. Rebalance recommendations do not: the group first launches a replacement and then terminates the instance
 * (`capacityRebalance`); a handler would drain before the replacement exists. Members of the control plane and of etcd leave
 * by themselves (controlPlane/), and the handler reaches neither their groups nor their nodes.
 */

import { servicePrincipal } from "../../aws/partition.plan";
import { drainHookName } from "../../machines/lifecycleHooks.plan";
import type { NodeTerminationHandlerSpec } from "./settings";

/** EventBridge rule: its events go to the queue. */
export interface EventRule {
  readonly description: string;
  readonly pattern: object;
}

/** Rules for events that precede the end of an instance, by the last part of their names. */
export function terminationRules(
  cluster: string,
  { drainOnScheduledEvents }: NodeTerminationHandlerSpec,
): Readonly<Record<string, EventRule>> {
  return {
    termination: {
      description: `A group of cluster ${cluster} terminates a worker and waits for its drain`,
      pattern: {
        source: ["aws.autoscaling"],
        "detail-type": ["EC2 Instance-terminate Lifecycle Action"],
        detail: { AutoScalingGroupName: [{ prefix: `${cluster}-worker-` }], LifecycleHookName: [drainHookName] },
      },
    },
    "spot-interruption": {
      description: "AWS reclaims a spot instance in two minutes",
      pattern: { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
    },
    "state-change": {
      description: "An instance is stopped or terminated without its group",
      pattern: {
        source: ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        detail: { state: ["stopping", "shutting-down"] },
      },
    },
    ...(drainOnScheduledEvents && {
      "scheduled-change": {
        description: "AWS announces maintenance of an instance",
        pattern: {
          source: ["aws.health"],
          "detail-type": ["AWS Health Event"],
          detail: { service: ["EC2"], eventTypeCategory: ["scheduledChange"] },
        },
      },
    }),
  };
}

/** Policy of the queue: only these EventBridge rules send, and only over TLS. */
export function queuePolicy(region: string, accountId: string, queueArn: string, ruleArns: readonly string[]): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "SendFromEventRules",
        Effect: "Allow",
        Principal: { Service: servicePrincipal("events", region) },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": ruleArns }, StringEquals: { "aws:SourceAccount": accountId } },
      },
      {
        Sid: "DenyInsecureTransport",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
