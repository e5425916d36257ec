import type * as autoscaling from "@pulumi/aws/autoscaling";
import type * as ec2 from "@pulumi/aws/ec2";

import type { Choice, Purchase } from "./purchaseOptions.plan";

/** The instance type that a launch template names; none where AWS chooses. */
export function templateType(purchase: Purchase): string | undefined {
  if (purchase.kind === "warm") return purchase.instanceType;
  return purchase.choice.by === "types" ? purchase.choice.instanceTypes[0] : undefined;
}

/** Where a group's machines come from, and how they are bought. */
export function machinesFrom(
  { id, latestVersion }: ec2.LaunchTemplate,
  purchase: Purchase,
): Pick<autoscaling.GroupArgs, "launchTemplate" | "warmPool" | "mixedInstancesPolicy" | "capacityRebalance"> {
  const version = latestVersion.apply(String);
  if (purchase.kind === "warm") {
    return {
      launchTemplate: { id, version },
      warmPool: {
        poolState: "Stopped",
        minSize: purchase.minStopped,
        maxGroupPreparedCapacity: purchase.maxPrepared,
        // A machine that was a node is not stopped and started again as if it were new.
        instanceReusePolicy: { reuseOnScaleIn: false },
      },
    };
  }
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: id, version },
        overrides: overrides(purchase.choice),
      },
      instancesDistribution: {
        onDemandAllocationStrategy: purchase.onDemandAllocation,
        onDemandBaseCapacity: purchase.onDemandBase,
        onDemandPercentageAboveBaseCapacity: purchase.onDemandPercentAboveBase,
        spotAllocationStrategy: purchase.spotAllocation,
      },
    },
    // A replacement is launched when AWS warns that a spot machine may go, not when it has gone.
    capacityRebalance: purchase.rebalance,
  };
}

function overrides(choice: Choice) {
  if (choice.by === "types") return choice.instanceTypes.map((instanceType) => ({ instanceType }));
  const { cpuManufacturers, instanceGenerations, excludedInstanceTypes, ...rest } = choice.requirements;
  const { acceleratorManufacturers, acceleratorTypes, ...others } = rest;
  return [
    {
      instanceRequirements: {
        ...others,
        cpuManufacturers: [...cpuManufacturers],
        instanceGenerations: [...instanceGenerations],
        ...(excludedInstanceTypes && { excludedInstanceTypes: [...excludedInstanceTypes] }),
        ...(acceleratorManufacturers && { acceleratorManufacturers: [...acceleratorManufacturers] }),
        ...(acceleratorTypes && { acceleratorTypes: [...acceleratorTypes] }),
      },
    },
  ];
}
