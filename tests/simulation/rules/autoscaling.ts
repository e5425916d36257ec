import type { TestAccount } from "../testAccount";
import type { ExamplesByType } from "./example";

const large = { instanceType: "m7i.large" };
const requirements = { vcpuCount: { min: 2 }, memoryMib: { min: 4096 } };

const mixed =
  (overrides: readonly object[], distribution: object = {}, further: object = {}) =>
  (account: TestAccount) => ({
    launchTemplate: undefined,
    mixedInstancesPolicy: {
      launchTemplate: { launchTemplateSpecification: { launchTemplateId: account.get("template") }, overrides },
      instancesDistribution: distribution,
    },
    ...further,
  });

const refresh = (preferences: object) => ({ instanceRefresh: { strategy: "Rolling", preferences } });

const types = (count: number) => Array.from({ length: count }, (_, index) => ({ instanceType: `m${index}.large` }));

/** Launch template with an SSM parameter as its image. */
const byParameter = async (account: TestAccount): Promise<string> => {
  const inputs = { name: "by-parameter", imageId: "resolve:ssm:/aws/service/ami" };
  return String((await account.create("aws:ec2/launchTemplate:LaunchTemplate", "by-parameter", inputs)).id);
};

const maintenance = (minHealthyPercentage: number, maxHealthyPercentage: number) => ({
  instanceMaintenancePolicy: { minHealthyPercentage, maxHealthyPercentage },
});

export const autoscalingExamples: ExamplesByType = {
  "aws:autoscaling/group:Group": {
    valid: (account) => ({
      name: "workers",
      minSize: 1,
      maxSize: 3,
      vpcZoneIdentifiers: [account.get("vpc-a"), account.get("vpc-b")],
      launchTemplate: { id: account.get("template"), version: "1" },
      maxInstanceLifetime: 86_400,
      ...maintenance(90, 110),
    }),
    violations: {
      "group-min-not-negative": { minSize: -1 },
      "group-max-at-least-min": { minSize: 4 },
      "group-desired-in-bounds": { desiredCapacity: 4 },
      "group-one-launch-specification": { launchTemplate: undefined },
      "group-max-instance-lifetime": { maxInstanceLifetime: 3600 },
      "maintenance-min-healthy-range": maintenance(101, 150),
      "maintenance-max-healthy-range": maintenance(90, 99),
      "maintenance-both-percentages": maintenance(90, -1),
      "maintenance-healthy-difference": maintenance(50, 200),
      "refresh-min-healthy-range": refresh({ minHealthyPercentage: 101 }),
      "refresh-max-healthy-range": refresh({ minHealthyPercentage: 90, maxHealthyPercentage: 99 }),
      "refresh-healthy-difference": refresh({ minHealthyPercentage: 50, maxHealthyPercentage: 200 }),
      "refresh-max-healthy-needs-min": refresh({ maxHealthyPercentage: 110 }),
      "refresh-checkpoint-delay": refresh({ checkpointDelay: "60" }),
      "refresh-rollback-version": (account) => ({
        ...refresh({ autoRollback: true }),
        launchTemplate: { id: account.get("template"), version: "$Latest" },
      }),
      "warm-pool-without-mixed-instances": mixed([large], {}, { warmPool: { minSize: 1 } }),
      "warm-pool-within-prepared-capacity": { warmPool: { minSize: 4, maxGroupPreparedCapacity: 3 } },
      "image-parameter-without-skip-matching": async (account) => ({
        ...refresh({ skipMatching: true }),
        launchTemplate: { id: await byParameter(account), version: "1" },
      }),
      "image-parameter-without-desired-configuration": async (account) => ({
        ...refresh({ autoRollback: true }),
        launchTemplate: { id: await byParameter(account), version: "1" },
      }),
      "image-parameter-without-warm-pool": async (account) => ({
        warmPool: { minSize: 1 },
        launchTemplate: { id: await byParameter(account), version: "1" },
      }),
      "image-parameter-without-requirements": async (account) => ({
        launchTemplate: undefined,
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: { launchTemplateId: await byParameter(account) },
            overrides: [{ instanceRequirements: requirements }],
          },
        },
      }),
      "mixed-on-demand-base": mixed([large], { onDemandBaseCapacity: -1 }),
      "mixed-on-demand-percentage": mixed([large], { onDemandPercentageAboveBaseCapacity: 101 }),
      "mixed-spot-pools-only-lowest-price": mixed([large], {
        spotInstancePools: 2,
        spotAllocationStrategy: "price-capacity-optimized",
      }),
      "mixed-unique-types": mixed([large, large]),
      "mixed-forty-types": mixed(types(41)),
      "mixed-four-requirements": mixed(Array.from({ length: 5 }, () => ({ instanceRequirements: requirements }))),
      "mixed-type-or-requirements": mixed([{ ...large, instanceRequirements: requirements }]),
      "mixed-weights-for-all": mixed([{ ...large, weightedCapacity: "2" }, { instanceType: "m6i.large" }]),
      "requirements-ranges": mixed([{ instanceRequirements: { ...requirements, vcpuCount: { min: 4, max: 2 } } }]),
      "requirements-allowed-or-excluded": mixed([
        {
          instanceRequirements: { ...requirements, allowedInstanceTypes: ["m7*"], excludedInstanceTypes: ["*.metal"] },
        },
      ]),
      "requirements-on-demand-strategy": mixed([{ instanceRequirements: requirements }], {
        onDemandAllocationStrategy: "prioritized",
      }),
      "requirements-spot-strategy": mixed([{ instanceRequirements: requirements }], {
        spotAllocationStrategy: "capacity-optimized-prioritized",
      }),
      "group-subnets-one-vpc": (account) => ({ vpcZoneIdentifiers: [account.get("vpc-a"), account.get("other-a")] }),
      "group-security-groups-in-vpc": (account) => ({ vpcZoneIdentifiers: [account.get("other-a")] }),
      "group-volumes-in-zone": async (account) => {
        const userData = Buffer.from(account.get("volume")).toString("base64");
        const inputs = { name: "member", userData };
        const { id } = await account.create("aws:ec2/launchTemplate:LaunchTemplate", "member", inputs);
        return { launchTemplate: { id }, vpcZoneIdentifiers: [account.get("vpc-b")] };
      },
      "group-target-groups-in-vpc": (account) => ({ targetGroupArns: [account.get("other-targets", "arn")] }),
    },
  },
  "aws:autoscaling/lifecycleHook:LifecycleHook": {
    valid: { name: "drain", autoscalingGroupName: "machines", heartbeatTimeout: 120 },
    violations: {
      "hook-timeout": { heartbeatTimeout: 29 },
      "hook-count": async (account) => {
        for (let index = 0; index < 50; index += 1) {
          const inputs = { name: `hook-${index}`, autoscalingGroupName: "machines" };
          await account.create("aws:autoscaling/lifecycleHook:LifecycleHook", `hook-${index}`, inputs);
        }
        return {};
      },
    },
  },
};
