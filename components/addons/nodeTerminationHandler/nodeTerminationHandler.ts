import * as autoscaling from "@pulumi/aws/autoscaling";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sqs from "@pulumi/aws/sqs";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import * as pulumi from "@pulumi/pulumi";

import { ServiceAccountRole } from "../../access/serviceAccounts/serviceAccountRole";
import { resourceTags } from "../../aws/tags.plan";
import { Account } from "../shared/serviceAccount";
import { reachOf } from "../shared/controller";
import type { ControllerArgs } from "../shared/controller";
import { disruptionBudget } from "../shared/disruptionBudget";
import { partLabels, selectorLabels } from "../shared/labels.plan";
import { replicasOn } from "../shared/placement.plan";
import {
  drainHook,
  handlerRules,
  handlerStatements,
  queuePolicy,
  terminationEvents,
  terminationHandler,
} from "./events.plan";
import { handlerPod } from "./pod.plan";

export interface NodeTerminationHandlerArgs extends ControllerArgs {
  /** Names of the workers' groups, by what tells them apart in names of resources. */
  readonly groupNames: Readonly<Record<string, pulumi.Input<string>>>;
}

const { namespace, name: handlerName } = terminationHandler;
const labels = partLabels(terminationHandler);
const matchLabels = selectorLabels(handlerName);

/**
 * Drains workers before they go: a queue of what ends machines, the handler that reads it, and the hooks that hold workers
 * meanwhile. Its chart cannot mount the token by which it takes its role, so that its objects are written out here.
 */
export class NodeTerminationHandler extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  readonly queueUrl: pulumi.Output<string>;

  constructor(name: string, args: NodeTerminationHandlerArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeTerminationHandler", name, {}, options);
    const { spec, account, issuer } = args;

    const queue = this.queue(name, args);
    const role = new ServiceAccountRole(
      `${name}-role`,
      {
        cluster: spec.name,
        account,
        issuer,
        namespace,
        serviceAccount: handlerName,
        policy: handlerStatements(reachOf(spec, account), queue.arn),
      },
      { parent: this },
    );
    const handler = this.handler(name, args, queue, role);
    this.holdWorkers(name, args, handler);

    this.roleArn = role.roleArn;
    this.queueUrl = queue.url;
    this.registerOutputs({ roleArn: this.roleArn, queueUrl: this.queueUrl });
  }

  private queue(name: string, { spec, account }: NodeTerminationHandlerArgs): sqs.Queue {
    const queueName = `${spec.name}-terminations`;
    const queue = new sqs.Queue(
      `${name}-queue`,
      {
        name: queueName,
        sqsManagedSseEnabled: true,
        // Seconds. What nobody has read in five minutes is about machines that are gone.
        messageRetentionSeconds: 300,
        tags: resourceTags(spec.name, queueName),
      },
      { parent: this },
    );
    const rules = Object.entries(terminationEvents(spec.name, spec.platform.nodeTerminationHandler)).map(
      ([event, { description, pattern }]) => {
        const ruleName = `${spec.name}-${event}`;
        const rule = new cloudwatch.EventRule(
          `${name}-${event}`,
          {
            name: ruleName,
            description,
            eventPattern: JSON.stringify(pattern),
            tags: resourceTags(spec.name, ruleName),
          },
          { parent: this },
        );
        new cloudwatch.EventTarget(
          `${name}-${event}-target`,
          { rule: rule.name, targetId: "queue", arn: queue.arn },
          { parent: this },
        );
        return rule;
      },
    );
    const ruleArns = pulumi.all(rules.map(({ arn }) => arn));
    new sqs.QueuePolicy(
      `${name}-queue-policy`,
      {
        queueUrl: queue.url,
        policy: pulumi
          .all([account.id, queue.arn, ruleArns])
          .apply(([accountId, queueArn, arns]) => JSON.stringify(queuePolicy(spec.region, accountId, queueArn, arns))),
      },
      { parent: this },
    );
    return queue;
  }

  private handler(
    name: string,
    { spec }: NodeTerminationHandlerArgs,
    queue: sqs.Queue,
    role: ServiceAccountRole,
  ): Deployment {
    const metadata = { name: handlerName, namespace, labels };
    const { account } = new Account(`${name}-account`, { account: handlerName, rules: handlerRules }, { parent: this });
    const replicas = replicasOn(spec.controlPlane);
    if (replicas > 1) disruptionBudget(`${name}-budget`, metadata, matchLabels, this);
    return new Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          replicas,
          selector: { matchLabels },
          template: {
            metadata: { labels },
            spec: handlerPod(spec.platform.nodeTerminationHandler, account, queue.url, role.identity),
          },
        },
      },
      { parent: this },
    );
  }

  /** Once there is somebody to answer, and gone before it goes: a hook without a handler only delays. */
  private holdWorkers(name: string, { spec, groupNames }: NodeTerminationHandlerArgs, handler: Deployment): void {
    for (const [group, autoscalingGroupName] of Object.entries(groupNames)) {
      new autoscaling.LifecycleHook(
        `${name}-${group}-drain`,
        { ...drainHook(spec.platform.nodeTerminationHandler), autoscalingGroupName },
        { parent: this, dependsOn: [handler] },
      );
    }
  }
}
