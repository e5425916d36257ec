import * as autoscaling from "@pulumi/aws/autoscaling";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sqs from "@pulumi/aws/sqs";
import type { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import type { rbac } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../../aws/tags.plan";
import { drainHook } from "../../machines/lifecycleHooks.plan";
import type { AddonArgs } from "../shared/addonArgs";
import { createServiceAccountRole } from "../shared/addonArgs";
import type { IamScope } from "../shared/iamStatements.plan";
import { controllerReplicas } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDeployment } from "../shared/workloads";
import { queuePolicy, terminationRules } from "./events.plan";
import { handlerPod, program } from "./pod.plan";
import { terminationHandlerStatements } from "./role.plan";

const rules: rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "patch", "update"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["get"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/**
 * AWS Node Termination Handler with its event queue, and the lifecycle hooks that hold workers until they are drained. Its
 * chart cannot mount the token for its IAM role, so it is deployed as objects.
 */
export class NodeTerminationHandler extends pulumi.ComponentResource {
  constructor(name: string, args: AddonArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:NodeTerminationHandler", name, {}, options);
    const queue = this.createQueue(name, args);
    const handler = this.createHandler(name, args, queue);
    this.createDrainHooks(name, args, handler);
    this.registerOutputs();
  }

  private createQueue(name: string, { spec, awsAccount }: AddonArgs): sqs.Queue {
    const parent = { parent: this };
    const queueName = `${spec.name}-terminations`;
    const queue = new sqs.Queue(
      `${name}-queue`,
      {
        name: queueName,
        sqsManagedSseEnabled: true,
        // Older events are about instances that are gone.
        messageRetentionSeconds: 300,
        tags: resourceTags(spec.name, queueName),
      },
      parent,
    );
    const eventRules = Object.entries(terminationRules(spec.name, spec.addons.nodeTerminationHandler)).map(
      ([event, { description, pattern }]) => {
        const ruleName = `${spec.name}-${event}`;
        const tags = resourceTags(spec.name, ruleName);
        const eventPattern = JSON.stringify(pattern);
        const rule = new cloudwatch.EventRule(
          `${name}-${event}`,
          { name: ruleName, description, eventPattern, tags },
          parent,
        );
        const target = { rule: rule.name, targetId: "queue", arn: queue.arn };
        new cloudwatch.EventTarget(`${name}-${event}-target`, target, parent);
        return rule;
      },
    );
    const policy = pulumi
      .all([awsAccount.id, queue.arn, pulumi.all(eventRules.map(({ arn }) => arn))])
      .apply(([accountId, queueArn, ruleArns]) =>
        JSON.stringify(queuePolicy(spec.region, accountId, queueArn, ruleArns)),
      );
    new sqs.QueuePolicy(`${name}-queue-policy`, { queueUrl: queue.url, policy }, parent);
    return queue;
  }

  private createHandler(name: string, args: AddonArgs, queue: sqs.Queue): Deployment {
    const statements = (scope: IamScope<pulumi.Output<string>>) => terminationHandlerStatements(scope, queue.arn);
    const { identity } = createServiceAccountRole(name, args, program.name, statements, this);
    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      { serviceAccount: program.name, rules },
      { parent: this },
    );
    const { addons, controlPlane } = args.spec;
    return createDeployment(
      name,
      {
        program,
        serviceAccountName,
        replicas: controllerReplicas(controlPlane),
        pod: handlerPod(addons.nodeTerminationHandler, queue.url, identity),
      },
      this,
    );
  }

  /** Hooks exist only together with the handler: without it they only delay terminations. */
  private createDrainHooks(name: string, { spec, groupNames }: AddonArgs, handler: Deployment): void {
    for (const [group, autoscalingGroupName] of Object.entries(groupNames)) {
      new autoscaling.LifecycleHook(
        `${name}-${group}-drain`,
        { ...drainHook(spec.addons.nodeTerminationHandler.drainTimeoutSeconds), autoscalingGroupName },
        { parent: this, dependsOn: [handler] },
      );
    }
  }
}
