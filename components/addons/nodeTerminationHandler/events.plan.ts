/**
 * How a worker leaves. There is one way: its group holds it in `Terminating:Wait`, the Node Termination Handler reads that
 * off a queue, cordons and drains the node, and tells the group to go on. Whoever ends a worker (the autoscaler, a rollout,
 * a person, a failed health check) thereby has it drained. Members of the control plane and of etcd are none of its business:
 * they leave by themselves (controlPlane/rollout.ts), and the handler is let near neither their groups nor their nodes.
 *
 * What comes without asking a group is sent to the same queue: a spot interruption, maintenance, a machine that somebody
 * stops by hand. A recommendation to rebalance is not: the group itself launches a replacement for the machine and then ends
 * it (`capacityRebalance`), so that the pods have somewhere to go; a handler that drained at once would be too early.
 */

import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import { partitionOf } from "../../aws/partition.plan";
import { poolTag } from "../../aws/tags.plan";
import { onWorkerGroups, reads } from "../shared/iamStatements.plan";
import type { Reach, Statement } from "../shared/iamStatements.plan";
import type { NodeTerminationHandlerSpec } from "../controllersSpec";

/** Who the handler is in the cluster. */
export const terminationHandler = {
  namespace: "kube-system",
  name: "aws-node-termination-handler",
  version: "1.25.6",
  image: "public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.25.6",
  /** Port and path on which it says that it lives. */
  health: { port: 8080, path: "/healthz" },
} as const;

/** Name of the hook that holds a worker while its pods move. */
export const drainHookName = "holdfast-drain";

/** Holds a worker until it is drained. A handler that is not there, or cannot drain, costs no more than this time. */
export function drainHook({ drainSeconds }: NodeTerminationHandlerSpec) {
  return {
    name: drainHookName,
    lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: drainSeconds,
    defaultResult: "CONTINUE",
  } as const;
}

/** An EventBridge rule: which events go to the queue. */
export interface EventFilter {
  readonly description: string;
  readonly pattern: object;
}

/** Events that end machines, by the last part of their rules' names. */
export function terminationEvents(
  cluster: string,
  { scheduledChanges }: NodeTerminationHandlerSpec,
): Readonly<Record<string, EventFilter>> {
  return {
    termination: {
      description: `A group of cluster ${cluster} ends a worker and waits until it is drained`,
      pattern: {
        source: ["aws.autoscaling"],
        "detail-type": ["EC2 Instance-terminate Lifecycle Action"],
        detail: { AutoScalingGroupName: [{ prefix: `${cluster}-worker-` }], LifecycleHookName: [drainHookName] },
      },
    },
    "spot-interruption": {
      description: "AWS takes a spot machine back in two minutes",
      pattern: { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
    },
    "state-change": {
      description: "A machine is stopped or terminated without its group being asked",
      pattern: {
        source: ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        detail: { state: ["stopping", "shutting-down"] },
      },
    },
    ...(scheduledChanges && {
      "scheduled-change": {
        description: "AWS announces maintenance for a machine",
        pattern: {
          source: ["aws.health"],
          "detail-type": ["AWS Health Event"],
          detail: { service: ["EC2"], eventTypeCategory: ["scheduledChange"] },
        },
      },
    }),
  };
}

/** Who may use the queue: EventBridge, for these rules, to send; and nobody at all without TLS. */
export function queuePolicy<Arn>(region: string, accountId: Arn, queueArn: Arn, ruleArns: readonly Arn[]): object {
  const suffix = partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "SendByRules",
        Effect: "Allow",
        Principal: { Service: `events.${suffix}` },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": ruleArns }, StringEquals: { "aws:SourceAccount": accountId } },
      },
      {
        Sid: "RefusePlainText",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}

/** Seconds before the hook's end at which the handler gives a drain up, so that it can still say so. */
const lastSeconds = 30;

/** The handler's environment: it takes all of its settings from there. */
export function handlerEnvironment<Text>(
  { drainSeconds }: NodeTerminationHandlerSpec,
  queueUrl: Text,
  identity: PodIdentity<Text>,
): readonly { readonly name: string; readonly value: Text | string }[] {
  const settings: Readonly<Record<string, Text | string>> = {
    ENABLE_SQS_TERMINATION_DRAINING: "true",
    QUEUE_URL: queueUrl,
    CHECK_TAG_BEFORE_DRAINING: "true",
    // It asks whether the machine has such a tag, not for its value: workers of any cluster have it, and members of the
    // control plane none. A worker of another cluster has no node here, and its event is dropped.
    MANAGED_TAG: poolTag,
    // Nodes are named after their machines' ids, not their host names.
    USE_PROVIDER_ID: "true",
    NODE_TERMINATION_GRACE_PERIOD: String(drainSeconds - lastSeconds),
    // What each pod has is its own to say.
    POD_TERMINATION_GRACE_PERIOD: "-1",
    DELETE_LOCAL_DATA: "true",
    IGNORE_DAEMON_SETS: "true",
    // The event of a machine that is gone already, or never became a node, is of use to nobody.
    DELETE_SQS_MSG_IF_NODE_NOT_FOUND: "true",
    EMIT_KUBERNETES_EVENTS: "true",
    ENABLE_PROBES_SERVER: "true",
    PROBES_SERVER_PORT: String(terminationHandler.health.port),
    PROBES_SERVER_ENDPOINT: terminationHandler.health.path,
    JSON_LOGGING: "true",
    WORKERS: "10",
  };
  return [...Object.entries(settings).map(([name, value]) => ({ name, value })), ...identity.env];
}

/** What the handler may do in the cluster: cordon nodes, and evict pods. */
export const handlerRules = [
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "patch", "update"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["get"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
] as const;

/** What the handler may do on AWS: read its queue, see machines, and let groups of workers go on. */
export function handlerStatements<Arn>(reach: Reach<Arn>, queueArn: Arn): readonly Statement<Arn>[] {
  return [
    { Sid: "ReadOwnQueue", Effect: "Allow", Action: ["sqs:DeleteMessage", "sqs:ReceiveMessage"], Resource: [queueArn] },
    reads("SeeMachines", reach, ["ec2:DescribeInstances"]),
    onWorkerGroups("LetDrainedWorkersGo", reach, ["autoscaling:CompleteLifecycleAction"]),
  ];
}
