import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import type { Request } from "../core/resourceType";

type GroupRequest = Request<GroupArgs>;

const code = "ValidationError";
const overridesPath = "mixedInstancesPolicy.launchTemplate.overrides";
const distributionPath = "mixedInstancesPolicy.instancesDistribution";
const distribution = `${guides.autoScalingApi}/API_InstancesDistribution.html`;
const override = `${guides.autoScalingApi}/API_LaunchTemplateOverrides.html`;
const requirementsSource = `${guides.autoScalingApi}/API_InstanceRequirements.html`;

const overridesOf = ({ inputs }: GroupRequest) => inputs.mixedInstancesPolicy?.launchTemplate.overrides ?? [];

const distributionOf = ({ inputs }: GroupRequest) => inputs.mixedInstancesPolicy?.instancesDistribution ?? {};

const instanceTypesOf = (request: GroupRequest): readonly string[] =>
  overridesOf(request).flatMap(({ instanceType }) => instanceType ?? []);

const hasRequirements = (request: GroupRequest): boolean =>
  overridesOf(request).some(({ instanceRequirements }) => instanceRequirements !== undefined);

/** Instance types, instance requirements, on-demand and spot capacity of a group. */
export const mixedInstancesRules: readonly Rule<GroupArgs>[] = [
  {
    id: "mixed-on-demand-base",
    sentence: "`onDemandBaseCapacity` is not negative.",
    source: distribution,
    code,
    check(request, violated) {
      const { onDemandBaseCapacity: base = 0 } = distributionOf(request);
      if (base < 0) violated(`${distributionPath}.onDemandBaseCapacity`, `Value ${base} must not be negative`);
    },
  },
  {
    id: "mixed-on-demand-percentage",
    sentence: "`onDemandPercentageAboveBaseCapacity` is 0 to 100.",
    source: distribution,
    code,
    check(request, violated) {
      const { onDemandPercentageAboveBaseCapacity: share = 100 } = distributionOf(request);
      if (share >= 0 && share <= 100) return;
      const message = `Value ${share} must be a whole number from 0 to 100`;
      violated(`${distributionPath}.onDemandPercentageAboveBaseCapacity`, message);
    },
  },
  {
    id: "mixed-spot-pools-only-lowest-price",
    sentence: "`spotInstancePools` is valid with the spot allocation strategy `lowest-price` only.",
    source: distribution,
    code,
    check(request, violated) {
      const { spotInstancePools, spotAllocationStrategy = "lowest-price" } = distributionOf(request);
      if (spotInstancePools === undefined || spotAllocationStrategy === "lowest-price") return;
      const message = `SpotInstancePools is valid only with the strategy lowest-price, not ${spotAllocationStrategy}`;
      violated(`${distributionPath}.spotInstancePools`, message);
    },
  },
  {
    id: "mixed-unique-types",
    sentence: "The overrides of a group name each instance type once.",
    source: override,
    code,
    check(request, violated) {
      const types = instanceTypesOf(request);
      types.forEach((type, index) => {
        if (types.indexOf(type) === index) return;
        violated(`${overridesPath}[${index}].instanceType`, `Found duplicate instance type ${type} in overrides`);
      });
    },
  },
  {
    id: "mixed-forty-types",
    sentence: "A group has at most 40 instance types.",
    source: override,
    code,
    check(request, violated) {
      if (instanceTypesOf(request).length > 40) violated(overridesPath, "At most 40 overrides");
    },
  },
  {
    id: "mixed-four-requirements",
    sentence: "A group has at most four sets of instance requirements.",
    source: override,
    code,
    check(request, violated) {
      const sets = overridesOf(request).filter(({ instanceRequirements }) => instanceRequirements !== undefined);
      if (sets.length > 4) violated(overridesPath, "At most four sets of instance requirements");
    },
  },
  {
    id: "mixed-type-or-requirements",
    sentence: "An override has an instance type or instance requirements, not both.",
    source: override,
    code,
    check(request, violated) {
      overridesOf(request).forEach(({ instanceType, instanceRequirements }, index) => {
        if (instanceType === undefined || instanceRequirements === undefined) return;
        const message = "You can't specify InstanceType together with InstanceRequirements";
        violated(`${overridesPath}[${index}].instanceType`, message);
      });
    },
  },
  {
    id: "mixed-weights-for-all",
    sentence: "If one override has a weighted capacity, all have one.",
    source: override,
    code,
    check(request, violated) {
      const overrides = overridesOf(request);
      const without = overrides.findIndex(({ weightedCapacity }) => weightedCapacity === undefined);
      if (without === -1 || overrides.every(({ weightedCapacity }) => weightedCapacity === undefined)) return;
      violated(`${overridesPath}[${without}].weightedCapacity`, "Specify a weighted capacity for every override");
    },
  },
  {
    id: "requirements-ranges",
    sentence: "The maximum of an instance requirement is not less than its minimum.",
    source: requirementsSource,
    code,
    check(request, violated) {
      overridesOf(request).forEach(({ instanceRequirements }, index) => {
        for (const key of ["acceleratorCount", "memoryMib", "vcpuCount"] as const) {
          const { min, max } = instanceRequirements?.[key] ?? {};
          if (min === undefined || max === undefined || max >= min) continue;
          const message = `${key}: the maximum must not be less than the minimum`;
          violated(`${overridesPath}[${index}].instanceRequirements.${key}`, message);
        }
      });
    },
  },
  {
    id: "requirements-allowed-or-excluded",
    sentence: "Instance requirements have allowed or excluded instance types, not both.",
    source: requirementsSource,
    code,
    check(request, violated) {
      overridesOf(request).forEach(({ instanceRequirements }, index) => {
        const { allowedInstanceTypes = [], excludedInstanceTypes = [] } = instanceRequirements ?? {};
        if (allowedInstanceTypes.length === 0 || excludedInstanceTypes.length === 0) return;
        const message = "Specify AllowedInstanceTypes or ExcludedInstanceTypes, not both";
        violated(`${overridesPath}[${index}].instanceRequirements.allowedInstanceTypes`, message);
      });
    },
  },
  {
    id: "requirements-on-demand-strategy",
    sentence: "With instance requirements, the on-demand allocation strategy is `lowest-price`: they have no order.",
    source: distribution,
    code,
    check(request, violated) {
      const { onDemandAllocationStrategy: strategy = "lowest-price" } = distributionOf(request);
      if (!hasRequirements(request) || strategy === "lowest-price") return;
      const message = "With InstanceRequirements the on-demand allocation strategy must be lowest-price";
      violated(`${distributionPath}.onDemandAllocationStrategy`, message);
    },
  },
  {
    id: "requirements-spot-strategy",
    sentence:
      "With instance requirements, the spot allocation strategy is not `capacity-optimized-prioritized`: they have no order.",
    source: distribution,
    code,
    check(request, violated) {
      const { spotAllocationStrategy } = distributionOf(request);
      if (!hasRequirements(request) || spotAllocationStrategy !== "capacity-optimized-prioritized") return;
      const message =
        "With InstanceRequirements the spot allocation strategy must not be capacity-optimized-prioritized";
      violated(`${distributionPath}.spotAllocationStrategy`, message);
    },
  },
];
