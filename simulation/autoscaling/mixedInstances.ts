import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { checkRange } from "../core/checks";
import type { Request } from "../core/resourceType";

type GroupRequest = Request<GroupArgs>;
type MixedInstances = NonNullable<GroupRequest["inputs"]["mixedInstancesPolicy"]>;

const overridesPath = "mixedInstancesPolicy.launchTemplate.overrides";

/** Refuses invalid combinations of instance types, instance requirements, on-demand and spot capacity. */
export function checkMixedInstances(request: GroupRequest): void {
  const { inputs, refuse } = request;
  const mixed = inputs.mixedInstancesPolicy;
  if (mixed === undefined) return;
  const distribution = mixed.instancesDistribution;
  const path = "mixedInstancesPolicy.instancesDistribution";
  const { onDemandBaseCapacity: base, onDemandPercentageAboveBaseCapacity: percentage } = distribution ?? {};
  checkRange(request, `${path}.onDemandBaseCapacity`, base, [0, 100_000]);
  checkRange(request, `${path}.onDemandPercentageAboveBaseCapacity`, percentage, [0, 100]);
  checkRequirements(request, mixed);
  const types = (mixed.launchTemplate.overrides ?? []).flatMap((override) => override.instanceType ?? []);
  types.forEach((type, index) => {
    if (types.indexOf(type) !== index) {
      const message = `Found duplicate instance type ${type} in overrides`;
      refuse(`${overridesPath}[${index}].instanceType`, "ValidationError", message);
    }
  });
  if (types.length > 40) refuse(overridesPath, "ValidationError", "At most 40 overrides");
  if (inputs.warmPool !== undefined) {
    const message = "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy.";
    refuse("warmPool", "ValidationError", message);
  }
}

function checkRequirements({ refuse }: GroupRequest, mixed: MixedInstances): void {
  const overrides = mixed.launchTemplate.overrides ?? [];
  overrides.forEach(({ instanceRequirements }, index) => {
    for (const key of ["vcpuCount", "memoryMib"] as const) {
      const { min, max } = instanceRequirements?.[key] ?? {};
      if (min === undefined || max === undefined || max >= min) continue;
      const message = `${key}: the maximum must not be less than the minimum`;
      refuse(`${overridesPath}[${index}].instanceRequirements.${key}`, "ValidationError", message);
    }
  });
  if (overrides.every(({ instanceRequirements }) => instanceRequirements === undefined)) return;
  // Both strategies follow the order of a list of instance types, which requirements do not have.
  const { onDemandAllocationStrategy, spotAllocationStrategy } = mixed.instancesDistribution ?? {};
  const path = "mixedInstancesPolicy.instancesDistribution";
  if ((onDemandAllocationStrategy ?? "lowest-price") !== "lowest-price") {
    const message = "With InstanceRequirements the on-demand allocation strategy must be lowest-price";
    refuse(`${path}.onDemandAllocationStrategy`, "ValidationError", message);
  }
  if (spotAllocationStrategy === "capacity-optimized-prioritized") {
    const message = "With InstanceRequirements the spot allocation strategy must not be capacity-optimized-prioritized";
    refuse(`${path}.spotAllocationStrategy`, "ValidationError", message);
  }
}
