import type { LifecycleHookArgs, NotificationArgs, PolicyArgs, ScheduleArgs } from "@pulumi/aws/autoscaling";

import { uuid } from "../core/identifiers";
import { checkOneOf, checkRange, checkText } from "../core/checks";
import { referBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { show } from "../core/text";

/** Refuses a group that does not exist by name. */
function checkGroup(request: Pick<Request<unknown>, "world" | "refuse">, property: string, name: unknown): void {
  referBy(request, property, name, {
    type: "aws:autoscaling/group:Group",
    by: "name",
    code: "ValidationError",
    message: `AutoScalingGroup name not found - AutoScalingGroup '${show(name)}' not found`,
  });
}

const lifecycleHook = resourceType<LifecycleHookArgs>({
  token: "aws:autoscaling/lifecycleHook:LifecycleHook",
  replaceOn: ["autoscalingGroupName", "name"],
  autoName: { property: "name", longest: 255 },
  check(request) {
    const { inputs, world, refuse } = request;
    checkGroup(request, "autoscalingGroupName", inputs.autoscalingGroupName);
    checkText(request, "name", inputs.name, { longest: 255, pattern: /^[A-Za-z0-9\-_/]+$/ });
    checkOneOf(request, "lifecycleTransition", inputs.lifecycleTransition, [
      "autoscaling:EC2_INSTANCE_LAUNCHING",
      "autoscaling:EC2_INSTANCE_TERMINATING",
    ]);
    checkOneOf(request, "defaultResult", inputs.defaultResult, ["CONTINUE", "ABANDON"]);
    checkRange(request, "heartbeatTimeout", inputs.heartbeatTimeout, [30, 7200]);
    const target = inputs.notificationTargetArn;
    const known = ["aws:sqs/queue:Queue", "aws:sns/topic:Topic"].some(
      (type) => world.find(type, "arn", target) !== undefined,
    );
    if (target !== undefined && !known) {
      refuse(
        "notificationTargetArn",
        "ValidationError",
        `Unable to publish test message to notification target ${target}`,
      );
    }
  },
  create: ({ inputs }) => ({ id: show(inputs.name), outputs: { defaultResult: inputs.defaultResult ?? "ABANDON" } }),
});

const policy = resourceType<PolicyArgs>({
  token: "aws:autoscaling/policy:Policy",
  replaceOn: ["autoscalingGroupName", "name"],
  autoName: { property: "name", longest: 255 },
  check(request) {
    checkGroup(request, "autoscalingGroupName", request.inputs.autoscalingGroupName);
    checkOneOf(request, "policyType", request.inputs.policyType, [
      "SimpleScaling",
      "StepScaling",
      "TargetTrackingScaling",
      "PredictiveScaling",
    ]);
  },
  create: ({ inputs, seed, world }) => ({
    id: show(inputs.name),
    outputs: {
      arn: world.arn(
        "autoscaling",
        `scalingPolicy:${uuid(seed)}:autoScalingGroupName/${inputs.autoscalingGroupName}:policyName/${show(inputs.name)}`,
      ),
    },
  }),
});

const schedule = resourceType<ScheduleArgs>({
  token: "aws:autoscaling/schedule:Schedule",
  replaceOn: ["autoscalingGroupName", "scheduledActionName"],
  check(request) {
    checkGroup(request, "autoscalingGroupName", request.inputs.autoscalingGroupName);
    if (request.inputs.recurrence === undefined && request.inputs.startTime === undefined) {
      request.refuse("recurrence", "ValidationError", "Must specify a recurrence or a start time");
    }
  },
  create: ({ inputs, seed, world }) => ({
    id: inputs.scheduledActionName,
    outputs: {
      arn: world.arn(
        "autoscaling",
        `scheduledUpdateGroupAction:${uuid(seed)}:autoScalingGroupName/${inputs.autoscalingGroupName}`,
      ),
    },
  }),
});

const notification = resourceType<NotificationArgs>({
  token: "aws:autoscaling/notification:Notification",
  replaceOn: ["topicArn"],
  check(request) {
    request.inputs.groupNames.forEach((name, index) => {
      checkGroup(request, `groupNames[${show(index)}]`, name);
    });
    referBy(request, "topicArn", request.inputs.topicArn, {
      type: "aws:sns/topic:Topic",
      by: "arn",
      code: "ValidationError",
      message: `Unable to publish test message to notification target ${request.inputs.topicArn}`,
    });
  },
  create: ({ inputs }) => ({ id: inputs.topicArn, outputs: {} }),
});

/** What hooks into groups. */
export const autoscalingHookTypes = [lifecycleHook, policy, schedule, notification];
