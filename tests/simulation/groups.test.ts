import { describeRefusals } from "./testAccount";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const mixed = (
  account: { get: (name: string) => string },
  more: Record<string, unknown> = {},
  distribution: Record<string, unknown> = {},
) => ({
  launchTemplate: undefined,
  mixedInstancesPolicy: {
    launchTemplate: {
      launchTemplateSpecification: { launchTemplateId: account.get("template") },
      overrides: [{ instanceType: "m7i.large" }],
      ...more,
    },
    instancesDistribution: distribution,
  },
});
const path = "mixedInstancesPolicy.instancesDistribution.";
const needs = { vcpuCount: { min: 2 }, memoryMib: { min: 4096 } };
const cheap = { onDemandAllocationStrategy: "lowest-price" };

describeRefusals(
  "aws:autoscaling/group:Group",
  (account) => ({
    name: "workers",
    minSize: 1,
    maxSize: 3,
    desiredCapacity: 2,
    vpcZoneIdentifiers: [account.get("vpc-a"), account.get("vpc-b")],
    launchTemplate: { id: account.get("template"), version: "1" },
    targetGroupArns: [account.get("vpc-targets", "arn")],
    tags: [{ key: "Name", value: "worker", propagateAtLaunch: true }],
  }),
  [
    ["a name that is taken", { name: "machines" }, "name", "AlreadyExists"],
    ["a long name", { name: "n".repeat(256) }, "name", "ValidationError"],
    ["a colon in the name", { name: "a:b" }, "name", "ValidationError"],
    ["fewer at most than at least", { minSize: 4, desiredCapacity: undefined }, "maxSize", "ValidationError"],
    ["less than nothing", { minSize: -1 }, "minSize", "ValidationError"],
    ["more wanted than allowed", { desiredCapacity: 4 }, "desiredCapacity", "ValidationError"],
    ["an unknown subnet", { vpcZoneIdentifiers: ["subnet-0"] }, "vpcZoneIdentifiers[0]", "InvalidSubnetID.NotFound"],
    ["no subnet", { vpcZoneIdentifiers: [], targetGroupArns: [] }, "vpcZoneIdentifiers", "ValidationError"],
    [
      "subnets of two VPCs",
      (account) => ({ vpcZoneIdentifiers: [account.get("vpc-a"), account.get("other-a")] }),
      "vpcZoneIdentifiers",
      "ValidationError",
    ],
    ["no template", { launchTemplate: undefined }, "launchTemplate", "ValidationError"],
    [
      "an unknown template",
      { launchTemplate: { id: "lt-0" } },
      "launchTemplate.id",
      "InvalidLaunchTemplateId.NotFoundException",
    ],
    ["an unknown template by name", { launchTemplate: { name: "none" } }, "launchTemplate.name", "ValidationError"],
    [
      "a version that is not there",
      (account) => ({ launchTemplate: { id: account.get("template"), version: "2" } }),
      "launchTemplate.version",
      "ValidationError",
    ],
    [
      "a template without image",
      async (account) => {
        await account.make("aws:ec2/launchTemplate:LaunchTemplate", "bare", {
          name: "bare",
          instanceType: "m7i.large",
        });
        return { launchTemplate: { id: account.get("bare") } };
      },
      "launchTemplate",
      "ValidationError",
      "ImageId",
    ],
    [
      "a template without instance type",
      async (account) => {
        await account.make("aws:ec2/launchTemplate:LaunchTemplate", "bare", { name: "bare", imageId: "ami-01234567" });
        return { launchTemplate: { id: account.get("bare") } };
      },
      "launchTemplate",
      "ValidationError",
      "InstanceType",
    ],
    [
      "a template with groups of another VPC",
      (account) => ({ vpcZoneIdentifiers: [account.get("other-a")], targetGroupArns: [] }),
      "launchTemplate",
      "ValidationError",
      "different networks",
    ],
    [
      "machines in another zone than their volume",
      async (account) => {
        await account.make("aws:ec2/launchTemplate:LaunchTemplate", "member", {
          name: "member",
          imageId: "ami-01234567",
          instanceType: "m7i.large",
          userData: base64(account.get("volume")),
        });
        return { launchTemplate: { id: account.get("member") }, vpcZoneIdentifiers: [account.get("vpc-b")] };
      },
      "vpcZoneIdentifiers",
      "InvalidVolume.ZoneMismatch",
      "eu-central-1a",
    ],
    ["an unknown target group", { targetGroupArns: ["arn:x"] }, "targetGroupArns[0]", "ValidationError"],
    [
      "the target group of another VPC",
      (account) => ({ targetGroupArns: [account.get("other-targets", "arn")] }),
      "targetGroupArns[0]",
      "ValidationError",
    ],
    [
      "a target group of addresses",
      async (account) => {
        const targets = { name: "addresses", vpcId: account.get("vpc"), port: 1, protocol: "TCP", targetType: "ip" };
        await account.make("aws:lb/targetGroup:TargetGroup", "addresses", targets);
        return { targetGroupArns: [account.get("addresses", "arn")] };
      },
      "targetGroupArns[0]",
      "ValidationError",
      "target type ip",
    ],
    [
      "a warm pool with mixed instances",
      (account) => ({ ...mixed(account), warmPool: { minSize: 1 } }),
      "warmPool",
      "ValidationError",
    ],
    [
      "a type and requirements at once",
      (account) =>
        mixed(account, { overrides: [{ instanceType: "m7i.large" }, { instanceRequirements: needs }] }, cheap),
      "mixedInstancesPolicy.launchTemplate.overrides",
      "ValidationError",
      "both InstanceType and InstanceRequirements",
    ],
    [
      "requirements without memory",
      (account) => mixed(account, { overrides: [{ instanceRequirements: { vcpuCount: { min: 2 } } }] }, cheap),
      "mixedInstancesPolicy.launchTemplate.overrides[0].instanceRequirements.memoryMib",
      "ValidationError",
    ],
    [
      "requirements that nothing meets",
      (account) =>
        mixed(account, { overrides: [{ instanceRequirements: { ...needs, vcpuCount: { min: 4, max: 2 } } }] }, cheap),
      "mixedInstancesPolicy.launchTemplate.overrides[0].instanceRequirements.vcpuCount",
      "ValidationError",
    ],
    [
      "an order of requirements on demand",
      (account) =>
        mixed(account, { overrides: [{ instanceRequirements: needs }] }, { onDemandAllocationStrategy: "prioritized" }),
      `${path}onDemandAllocationStrategy`,
      "ValidationError",
    ],
    [
      "an order of requirements of spot machines",
      (account) =>
        mixed(
          account,
          { overrides: [{ instanceRequirements: needs }] },
          { ...cheap, spotAllocationStrategy: "capacity-optimized-prioritized" },
        ),
      `${path}spotAllocationStrategy`,
      "ValidationError",
    ],
    [
      "a negative base",
      (account) => mixed(account, {}, { onDemandBaseCapacity: -1 }),
      `${path}onDemandBaseCapacity`,
      "ValidationError",
    ],
    [
      "101 per cent",
      (account) => mixed(account, {}, { onDemandPercentageAboveBaseCapacity: 101 }),
      `${path}onDemandPercentageAboveBaseCapacity`,
      "ValidationError",
    ],
    [
      "an unknown strategy",
      (account) => mixed(account, {}, { spotAllocationStrategy: "luck" }),
      `${path}spotAllocationStrategy`,
      "ValidationError",
    ],
    [
      "an unknown strategy on demand",
      (account) => mixed(account, {}, { onDemandAllocationStrategy: "luck" }),
      `${path}onDemandAllocationStrategy`,
      "ValidationError",
    ],
    [
      "an instance type twice",
      (account) => mixed(account, { overrides: [{ instanceType: "m7i.large" }, { instanceType: "m7i.large" }] }),
      "mixedInstancesPolicy.launchTemplate.overrides[1].instanceType",
      "ValidationError",
    ],
    [
      "41 instance types",
      (account) =>
        mixed(account, { overrides: Array.from({ length: 41 }, (_, index) => ({ instanceType: `m${index}.large` })) }),
      "mixedInstancesPolicy.launchTemplate.overrides",
      "ValidationError",
    ],
    ["an unknown health check", { healthCheckType: "GUESS" }, "healthCheckType", "ValidationError"],
    ["a negative grace period", { healthCheckGracePeriod: -1 }, "healthCheckGracePeriod", "ValidationError"],
    ["a life of an hour", { maxInstanceLifetime: 3600 }, "maxInstanceLifetime", "ValidationError"],
    ["an unknown process", { suspendedProcesses: ["Sleep"] }, "suspendedProcesses[0]", "ValidationError"],
    ["an unknown refresh", { instanceRefresh: { strategy: "All" } }, "instanceRefresh.strategy", "ValidationError"],
    [
      "more than all healthy",
      { instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 101 } } },
      "instanceRefresh.preferences.minHealthyPercentage",
      "ValidationError",
    ],
    [
      "fewer than all at most",
      { instanceRefresh: { strategy: "Rolling", preferences: { maxHealthyPercentage: 99 } } },
      "instanceRefresh.preferences.maxHealthyPercentage",
      "ValidationError",
    ],
    [
      "too wide a range of health",
      {
        instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 50, maxHealthyPercentage: 200 } },
      },
      "instanceRefresh.preferences.maxHealthyPercentage",
      "ValidationError",
    ],
    [
      "a tag twice",
      {
        tags: [
          { key: "a", value: "1" },
          { key: "a", value: "2" },
        ],
      },
      "tags[1]",
      "ValidationError",
    ],
    ["a reserved tag", { tags: [{ key: "aws:a", value: "1" }] }, "tags.aws:a", "InvalidParameterValue"],
  ],
  [
    ["the newest version", (account) => ({ launchTemplate: { id: account.get("template"), version: "$Latest" } })],
    [
      "mixed instances",
      (account) => mixed(account, {}, { onDemandBaseCapacity: 1, spotAllocationStrategy: "price-capacity-optimized" }),
    ],
  ],
);
