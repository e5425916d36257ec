import { describeRefusals } from "../testAccount";
import type { RefusalCase, TestAccount } from "../testAccount";

const mixed = (account: TestAccount, overrides: readonly object[], distribution: object = {}) => ({
  launchTemplate: undefined,
  mixedInstancesPolicy: {
    launchTemplate: { launchTemplateSpecification: { launchTemplateId: account.get("template") }, overrides },
    instancesDistribution: distribution,
  },
});
const large = { instanceType: "m7i.large" };
const requirements = { vcpuCount: { min: 2 }, memoryMib: { min: 4096 } };
const overrides = "mixedInstancesPolicy.launchTemplate.overrides";
const distribution = "mixedInstancesPolicy.instancesDistribution";
const refresh = (preferences: object) => ({ instanceRefresh: { strategy: "Rolling", preferences } });

/** Inputs with a launch template that names its image by this text. */
const withImage = async (account: TestAccount, imageId: string, change: object) => {
  const type = "aws:ec2/launchTemplate:LaunchTemplate";
  const { id } = await account.create(type, "with-image", { name: "with-image", imageId });
  const { mixedInstancesPolicy } = change as { mixedInstancesPolicy?: { launchTemplate: object } };
  if (mixedInstancesPolicy === undefined) return { launchTemplate: { id, version: "1" }, ...change };
  const specification = { launchTemplateSpecification: { launchTemplateId: id, version: "1" } };
  return {
    ...change,
    mixedInstancesPolicy: { launchTemplate: { ...mixedInstancesPolicy.launchTemplate, ...specification } },
  };
};
const parameter = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
/** Inputs that need an AMI id, with the refused property. */
const needAmiId: readonly (readonly [title: string, change: object, property: string, message: string])[] = [
  ["skip matching", refresh({ skipMatching: true }), "instanceRefresh.preferences.skipMatching", "skip matching"],
  [
    "a desired configuration",
    refresh({ autoRollback: true }),
    "instanceRefresh.preferences.autoRollback",
    "desired configuration",
  ],
  ["a warm pool", { warmPool: { minSize: 1 } }, "warmPool", "warm pool"],
  [
    "instance requirements",
    {
      launchTemplate: undefined,
      mixedInstancesPolicy: { launchTemplate: { overrides: [{ instanceRequirements: requirements }] } },
    },
    `${overrides}[0].instanceRequirements`,
    `Invalid id: "${parameter}"`,
  ],
];

describeRefusals(
  "aws:autoscaling/group:Group",
  (account) => ({
    name: "workers",
    minSize: 1,
    maxSize: 3,
    vpcZoneIdentifiers: [account.get("vpc-a"), account.get("vpc-b")],
    launchTemplate: { id: account.get("template"), version: "1" },
    targetGroupArns: [account.get("vpc-targets", "arn")],
    tags: [{ key: "Name", value: "worker", propagateAtLaunch: true }],
  }),
  [
    ["a name in use", { name: "machines" }, "name", "AlreadyExists"],
    ["a name of 256 characters", { name: "n".repeat(256) }, "name", "ValidationError"],
    ["a maximum below the minimum", { minSize: 4 }, "maxSize", "ValidationError"],
    ["a negative minimum", { minSize: -1 }, "minSize", "ValidationError"],
    ["an unknown subnet", { vpcZoneIdentifiers: ["subnet-0"] }, "vpcZoneIdentifiers[0]", "InvalidSubnetID.NotFound"],
    [
      "subnets of two VPCs",
      (account) => ({ vpcZoneIdentifiers: [account.get("vpc-a"), account.get("other-a")] }),
      "vpcZoneIdentifiers",
      "ValidationError",
    ],
    [
      "an unknown launch template",
      { launchTemplate: { id: "lt-0" } },
      "launchTemplate.id",
      "InvalidLaunchTemplateId.NotFoundException",
    ],
    [
      "security groups of another VPC",
      (account) => ({ vpcZoneIdentifiers: [account.get("other-a")], targetGroupArns: [] }),
      "launchTemplate.id",
      "ValidationError",
      "different networks",
    ],
    [
      "a zone without the volume of the user data",
      async (account) => {
        const userData = Buffer.from(account.get("volume")).toString("base64");
        const type = "aws:ec2/launchTemplate:LaunchTemplate";
        const { id } = await account.create(type, "member", { name: "member", userData });
        return { launchTemplate: { id }, vpcZoneIdentifiers: [account.get("vpc-b")] };
      },
      "vpcZoneIdentifiers",
      "InvalidVolume.ZoneMismatch",
      "eu-central-1a",
    ],
    ["an unknown target group", { targetGroupArns: ["arn:x"] }, "targetGroupArns[0]", "ValidationError"],
    [
      "a target group of another VPC",
      (account) => ({ targetGroupArns: [account.get("other-targets", "arn")] }),
      "targetGroupArns[0]",
      "ValidationError",
    ],
    [
      "a warm pool with mixed instances",
      (account) => ({ ...mixed(account, [large]), warmPool: { minSize: 1 } }),
      "warmPool",
      "ValidationError",
    ],
    [
      "requirements with a maximum below the minimum",
      (account) => mixed(account, [{ instanceRequirements: { ...requirements, vcpuCount: { min: 4, max: 2 } } }]),
      `${overrides}[0].instanceRequirements.vcpuCount`,
      "ValidationError",
    ],
    [
      "an on-demand order with requirements",
      (account) =>
        mixed(account, [{ instanceRequirements: requirements }], { onDemandAllocationStrategy: "prioritized" }),
      `${distribution}.onDemandAllocationStrategy`,
      "ValidationError",
    ],
    [
      "a spot order with requirements",
      (account) =>
        mixed(account, [{ instanceRequirements: requirements }], {
          spotAllocationStrategy: "capacity-optimized-prioritized",
        }),
      `${distribution}.spotAllocationStrategy`,
      "ValidationError",
    ],
    [
      "a negative on-demand base",
      (account) => mixed(account, [large], { onDemandBaseCapacity: -1 }),
      `${distribution}.onDemandBaseCapacity`,
      "ValidationError",
    ],
    [
      "101 % on demand",
      (account) => mixed(account, [large], { onDemandPercentageAboveBaseCapacity: 101 }),
      `${distribution}.onDemandPercentageAboveBaseCapacity`,
      "ValidationError",
    ],
    [
      "a duplicate instance type",
      (account) => mixed(account, [large, large]),
      `${overrides}[1].instanceType`,
      "ValidationError",
    ],
    [
      "41 instance types",
      (account) =>
        mixed(
          account,
          Array.from({ length: 41 }, (_, index) => ({ instanceType: `m${index}.large` })),
        ),
      overrides,
      "ValidationError",
    ],
    [
      "a minimum of 101 % healthy",
      refresh({ minHealthyPercentage: 101 }),
      "instanceRefresh.preferences.minHealthyPercentage",
      "ValidationError",
    ],
    [
      "a maximum of 99 % healthy",
      refresh({ minHealthyPercentage: 90, maxHealthyPercentage: 99 }),
      "instanceRefresh.preferences.maxHealthyPercentage",
      "ValidationError",
    ],
    [
      "a health range over 100 points",
      refresh({ minHealthyPercentage: 50, maxHealthyPercentage: 200 }),
      "instanceRefresh.preferences.maxHealthyPercentage",
      "ValidationError",
    ],
    ...needAmiId.map(([title, change, property, message]): RefusalCase => [
      `${title} with an image by parameter`,
      (account) => withImage(account, parameter, change),
      property,
      "ValidationError",
      message,
    ]),
    ["a reserved tag", { tags: [{ key: "aws:a", value: "1" }] }, "tags.aws:a", "InvalidParameterValue"],
  ],
  [
    ["mixed instances", (account) => mixed(account, [large], { onDemandBaseCapacity: 1 })],
    ["an image by parameter", (account) => withImage(account, parameter, refresh({ minHealthyPercentage: 90 }))],
    ...needAmiId.map(
      ([title, change]) =>
        [
          `${title} with an AMI id`,
          (account: TestAccount) => withImage(account, "ami-0123456789abcdef0", change),
        ] as const,
    ),
  ],
);

describeRefusals(
  "aws:autoscaling/lifecycleHook:LifecycleHook",
  () => ({ name: "drain", autoscalingGroupName: "machines", heartbeatTimeout: 120 }),
  [
    ["an unknown group", { autoscalingGroupName: "none" }, "autoscalingGroupName", "ValidationError"],
    ["a timeout of 29 s", { heartbeatTimeout: 29 }, "heartbeatTimeout", "ValidationError"],
  ],
);
