import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { checkOneOf, checkRange } from "../core/checks";
import type { Request } from "../core/resourceType";
import { show } from "../core/text";

type GroupRequest = Request<GroupArgs>;

/** Refuses what a group that buys of several types, on demand and spot, could not be. */
export function checkMixedInstances(request: GroupRequest): void {
  const { inputs, refuse } = request;
  const mixed = inputs.mixedInstancesPolicy;
  if (mixed === undefined) return;
  const distribution = mixed.instancesDistribution;
  const path = (property: string): string => `mixedInstancesPolicy.instancesDistribution.${property}`;
  checkRange(request, path("onDemandBaseCapacity"), distribution?.onDemandBaseCapacity, [0, 100_000]);
  checkRange(
    request,
    path("onDemandPercentageAboveBaseCapacity"),
    distribution?.onDemandPercentageAboveBaseCapacity,
    [0, 100],
  );
  checkOneOf(request, path("onDemandAllocationStrategy"), distribution?.onDemandAllocationStrategy, [
    "prioritized",
    "lowest-price",
  ]);
  checkOneOf(request, path("spotAllocationStrategy"), distribution?.spotAllocationStrategy, [
    "lowest-price",
    "capacity-optimized",
    "capacity-optimized-prioritized",
    "price-capacity-optimized",
  ]);
  checkOverrides(request, mixed);
  const types = (mixed.launchTemplate.overrides ?? []).flatMap((override) => override.instanceType ?? []);
  types.forEach((type, index) => {
    if (types.indexOf(type) !== index) {
      refuse(
        `mixedInstancesPolicy.launchTemplate.overrides[${show(index)}].instanceType`,
        "ValidationError",
        `Found duplicate instance type ${type} in overrides`,
      );
    }
  });
  if (types.length > 40)
    refuse("mixedInstancesPolicy.launchTemplate.overrides", "ValidationError", "At most 40 overrides");
  if (inputs.warmPool !== undefined) {
    refuse(
      "warmPool",
      "ValidationError",
      "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy.",
    );
  }
}

type MixedInstances = NonNullable<GroupRequest["inputs"]["mixedInstancesPolicy"]>;

/** What an override may say besides a type, and which strategies go with it. */
function checkOverrides({ refuse }: GroupRequest, mixed: MixedInstances): void {
  const overrides = mixed.launchTemplate.overrides ?? [];
  const required = overrides.filter(({ instanceRequirements }) => instanceRequirements !== undefined);
  if (required.length === 0) return;
  const path = "mixedInstancesPolicy.launchTemplate.overrides";
  if (required.length < overrides.length || required.some(({ instanceType }) => instanceType !== undefined)) {
    refuse(path, "ValidationError", "You cannot specify both InstanceType and InstanceRequirements in overrides");
  }
  if (required.length > 4) refuse(path, "ValidationError", "At most 4 sets of instance requirements");
  overrides.forEach(({ instanceRequirements: needs }, index) => {
    if (needs === undefined) return;
    for (const key of ["vcpuCount", "memoryMib"] as const) {
      const here = `${path}[${show(index)}].instanceRequirements.${key}`;
      const { min, max } = needs[key] ?? {};
      if (min === undefined) refuse(here, "ValidationError", `InstanceRequirements needs ${key} with a minimum`);
      else if (max !== undefined && max < min)
        refuse(here, "ValidationError", `${key}: the maximum must not be less than the minimum`);
    }
  });
  const distribution = mixed.instancesDistribution;
  // Either keeps to the order of a list that is not there.
  if ((distribution?.onDemandAllocationStrategy ?? "lowest-price") !== "lowest-price") {
    refuse(
      "mixedInstancesPolicy.instancesDistribution.onDemandAllocationStrategy",
      "ValidationError",
      "With InstanceRequirements the on-demand allocation strategy must be lowest-price",
    );
  }
  if (distribution?.spotAllocationStrategy === "capacity-optimized-prioritized") {
    refuse(
      "mixedInstancesPolicy.instancesDistribution.spotAllocationStrategy",
      "ValidationError",
      "With InstanceRequirements the spot allocation strategy must not be capacity-optimized-prioritized",
    );
  }
}
