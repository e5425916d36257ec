import type { LifecycleHookArgs } from "@pulumi/aws/autoscaling";

import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";

const hookType = "aws:autoscaling/lifecycleHook:LifecycleHook";
const putHook = `${guides.autoScalingApi}/API_PutLifecycleHook.html`;

/** Default quota of lifecycle hooks per group. */
const hookLimit = 50;

const hookRules: readonly Rule<LifecycleHookArgs>[] = [
  {
    id: "hook-timeout",
    sentence: "`heartbeatTimeout` of a lifecycle hook is 30 to 7,200 seconds.",
    source: putHook,
    code: "ValidationError",
    check({ inputs: { heartbeatTimeout: timeout } }, violated) {
      if (timeout === undefined || (Number.isInteger(timeout) && timeout >= 30 && timeout <= 7200)) return;
      violated("heartbeatTimeout", `Value ${timeout} must be a whole number from 30 to 7200`);
    },
  },
  {
    id: "hook-count",
    sentence: `A group has at most ${hookLimit} lifecycle hooks (default quota).`,
    source: putHook,
    code: "LimitExceeded",
    check({ inputs: { autoscalingGroupName: group }, world }, violated) {
      if (world.where(hookType, "autoscalingGroupName", group).length < hookLimit) return;
      violated("autoscalingGroupName", `${group} already has ${hookLimit} lifecycle hooks`);
    },
  },
];

const lifecycleHook = resourceType<LifecycleHookArgs>({
  token: hookType,
  replaceOn: ["autoscalingGroupName", "name"],
  autoName: { property: "name" },
  deletedWith: { type: "aws:autoscaling/group:Group", property: "autoscalingGroupName" },
  rules: hookRules,
  check(request) {
    const { autoscalingGroupName } = request.inputs;
    resolveReferenceBy(request, "autoscalingGroupName", autoscalingGroupName, {
      type: "aws:autoscaling/group:Group",
      by: "name",
      code: "ValidationError",
      message: `AutoScalingGroup name not found - AutoScalingGroup '${autoscalingGroupName}' not found`,
    });
  },
  create: ({ inputs }) => ({ id: toText(inputs.name), outputs: { defaultResult: inputs.defaultResult ?? "ABANDON" } }),
});

export const lifecycleHookTypes = [lifecycleHook];
