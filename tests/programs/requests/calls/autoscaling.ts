import { call, optional, without } from "./call";
import type { Inputs, Mappings } from "./call";

export const autoscalingCalls: Mappings = {
  "aws:autoscaling/group:Group": ({
    name,
    enabledMetrics,
    metricsGranularity,
    instanceRefresh,
    warmPool,
    suspendedProcesses,
    protectFromScaleIn,
    vpcZoneIdentifiers,
    launchTemplate,
    mixedInstancesPolicy,
    ...rest
  }) => {
    const { id, ...template } = (launchTemplate ?? {}) as Inputs;
    const refresh = instanceRefresh as Inputs | undefined;
    return [
      call("autoscaling", "CreateAutoScalingGroup", {
        ...rest,
        autoScalingGroupName: name,
        newInstancesProtectedFromScaleIn: protectFromScaleIn,
        vpcZoneIdentifier: (vpcZoneIdentifiers as readonly string[]).join(","),
        ...(launchTemplate !== undefined && { launchTemplate: { ...template, launchTemplateId: id } }),
        mixedInstancesPolicy,
      }),
      ...optional(enabledMetrics, () =>
        call("autoscaling", "EnableMetricsCollection", {
          autoScalingGroupName: name,
          metrics: enabledMetrics,
          granularity: metricsGranularity,
        }),
      ),
      ...optional(suspendedProcesses, () =>
        call("autoscaling", "SuspendProcesses", { autoScalingGroupName: name, scalingProcesses: suspendedProcesses }),
      ),
      ...optional(refresh, () =>
        call("autoscaling", "StartInstanceRefresh", {
          autoScalingGroupName: name,
          ...without(refresh ?? {}, "triggers"),
        }),
      ),
      ...optional(warmPool, () =>
        call("autoscaling", "PutWarmPool", { autoScalingGroupName: name, ...(warmPool as Inputs) }),
      ),
    ];
  },
  "aws:autoscaling/lifecycleHook:LifecycleHook": ({ name, ...rest }) => [
    call("autoscaling", "PutLifecycleHook", { ...rest, lifecycleHookName: name }),
  ],
};
