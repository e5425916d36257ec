import { describeRefusals } from "./testAccount";

describeRefusals(
  "aws:autoscaling/lifecycleHook:LifecycleHook",
  (account) => ({
    name: "depart",
    autoscalingGroupName: "machines",
    lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: 120,
    notificationTargetArn: account.get("queue", "arn"),
  }),
  [
    ["an unknown group", { autoscalingGroupName: "none" }, "autoscalingGroupName", "ValidationError"],
    ["a space in the name", { name: "de part" }, "name", "ValidationError"],
    ["an unknown transition", { lifecycleTransition: "launch" }, "lifecycleTransition", "ValidationError"],
    ["an unknown result", { defaultResult: "RETRY" }, "defaultResult", "ValidationError"],
    ["too short a time", { heartbeatTimeout: 29 }, "heartbeatTimeout", "ValidationError"],
    ["an unknown target", { notificationTargetArn: "arn:x" }, "notificationTargetArn", "ValidationError"],
  ],
);

describeRefusals("aws:autoscaling/policy:Policy", () => ({ name: "out", autoscalingGroupName: "machines" }), [
  ["an unknown group", { autoscalingGroupName: "none" }, "autoscalingGroupName", "ValidationError"],
  ["an unknown kind", { policyType: "Lazy" }, "policyType", "ValidationError"],
]);

describeRefusals(
  "aws:autoscaling/schedule:Schedule",
  () => ({ scheduledActionName: "night", autoscalingGroupName: "machines", recurrence: "0 20 * * *" }),
  [
    ["an unknown group", { autoscalingGroupName: "none" }, "autoscalingGroupName", "ValidationError"],
    ["no time", { recurrence: undefined }, "recurrence", "ValidationError"],
  ],
);

describeRefusals(
  "aws:autoscaling/notification:Notification",
  (account) => ({ groupNames: ["machines"], notifications: [], topicArn: account.get("topic", "arn") }),
  [
    ["an unknown group", { groupNames: ["none"] }, "groupNames[0]", "ValidationError"],
    ["an unknown topic", { topicArn: "arn:x" }, "topicArn", "ValidationError"],
  ],
);
