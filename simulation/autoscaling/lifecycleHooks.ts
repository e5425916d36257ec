import type { LifecycleHookArgs } from "@pulumi/aws/autoscaling";

import { checkRange } from "../core/checks";
import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { toText } from "../core/text";

const lifecycleHook = resourceType<LifecycleHookArgs>({
  token: "aws:autoscaling/lifecycleHook:LifecycleHook",
  replaceOn: ["autoscalingGroupName", "name"],
  autoName: { property: "name" },
  check(request) {
    const { autoscalingGroupName, heartbeatTimeout } = request.inputs;
    resolveReferenceBy(request, "autoscalingGroupName", autoscalingGroupName, {
      type: "aws:autoscaling/group:Group",
      by: "name",
      code: "ValidationError",
      message: `AutoScalingGroup name not found - AutoScalingGroup '${autoscalingGroupName}' not found`,
    });
    checkRange(request, "heartbeatTimeout", heartbeatTimeout, [30, 7200]);
  },
  create: ({ inputs }) => ({ id: toText(inputs.name), outputs: { defaultResult: inputs.defaultResult ?? "ABANDON" } }),
});

export const lifecycleHookTypes = [lifecycleHook];
