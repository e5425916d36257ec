import type { ClusterSpec } from "../../../components/clusterSpec";
import { Workers } from "../../../components/workers/workers";
import { cached, instanceArgs, readUserData, threeZones } from "../../machineSupport";
import { deploy } from "../../mocks";
import { forWindows } from "../../specs";

const deployWorkers = cached((spec: ClusterSpec) =>
  deploy(() => {
    return new Workers("blue-workers", { ...instanceArgs(spec), securityGroupIds: ["sg-workers"] }).groupNames;
  }),
);

const general = {
  instanceTypes: ["m7i.large", "m6i.large"],
  min: 2,
  max: 9,
  onDemand: { base: 1, percentAboveBase: 25 },
};

describe("a worker pool", () => {
  test("is a group over its zones with several types, on demand and spot", async () => {
    const { get } = await deployWorkers(
      threeZones({ workers: { general: { ...general, zones: ["eu-central-1a", "eu-central-1c"] } } }),
    );
    const { inputs, options } = get("blue-workers-general-group");
    expect(inputs).toMatchObject({
      name: "blue-worker-general",
      minSize: 2,
      maxSize: 9,
      vpcZoneIdentifiers: ["subnet-a", "subnet-c"],
      mixedInstancesPolicy: {
        launchTemplate: { overrides: [{ instanceType: "m7i.large" }, { instanceType: "m6i.large" }] },
        instancesDistribution: { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 25 },
      },
      capacityRebalance: true,
    });
    expect(inputs).not.toHaveProperty("launchTemplate");
    expect(inputs).not.toHaveProperty("warmPool");
    expect(options).toMatchObject({ ignoreChanges: ["desiredCapacity"], dependsOn: ["routes", "blue-bundle"] });
  });

  test("its instances have the security groups of the settings in addition to the workers' own", async () => {
    const own = { ...general, securityGroupIds: ["sg-0123456789abcdef0"] };
    const { get } = await deployWorkers(threeZones({ workers: { general, own } }));
    const interfaces = (pool: string) => get(`blue-workers-${pool}-template`).inputs["networkInterfaces"];
    expect(interfaces("general")).toMatchObject([{ securityGroups: ["sg-workers"] }]);
    expect(interfaces("own")).toMatchObject([{ securityGroups: ["sg-workers", "sg-0123456789abcdef0"] }]);
  });

  test("stays as it is, byte for byte, while the control plane gets another version", async () => {
    const pinned = { ...general, kubernetesVersion: "1.35.8" };
    const templateOf = async (kubernetesVersion: string, pool: object, more: object = {}) =>
      (await deployWorkers(threeZones({ kubernetesVersion, workers: { general: pool }, ...more }))).get(
        "blue-workers-general-template",
      ).inputs;
    const before = await templateOf("1.35.8", general);
    expect(await templateOf("1.35.8", pinned)).toEqual(before);
    expect(await templateOf("1.36.3", pinned)).toEqual(before);
    expect(
      await templateOf("1.37.1", pinned, { emulatedVersion: "1.36", access: { encryption: { keys: ["1", "2"] } } }),
    ).toEqual(before);
    const after = await templateOf("1.37.1", general);
    expect(after).toEqual({ ...before, userData: after["userData"] });
    expect(after["userData"]).not.toBe(before["userData"]);
  });

  test("a rollout keeps the share of healthy instances in the settings", async () => {
    const { get } = await deployWorkers(
      threeZones({ workers: { general: { ...general, maxUnavailable: 0, maxSurge: 25 } } }),
    );
    expect(get("blue-workers-general-group").inputs["instanceRefresh"]).toMatchObject({
      preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 125 },
    });
  });

  test("a maximum age is in seconds, and keeps the share of healthy instances of a rollout", async () => {
    const aging = { ...general, maxUnavailable: 20, maxNodeAgeDays: 30 };
    const { get } = await deployWorkers(threeZones({ workers: { general, aging } }));
    expect(get("blue-workers-aging-group").inputs).toMatchObject({
      maxInstanceLifetime: 2_592_000,
      instanceMaintenancePolicy: { minHealthyPercentage: 80, maxHealthyPercentage: 110 },
    });
    expect(get("blue-workers-general-group").inputs).not.toHaveProperty("maxInstanceLifetime");
    expect(get("blue-workers-general-group").inputs).not.toHaveProperty("instanceMaintenancePolicy");
  });

  test("the launch hook terminates instances that do not join", async () => {
    const { get } = await deployWorkers(threeZones({ workers: { general } }));
    expect(get("blue-workers-general-joined").inputs).toMatchObject({
      autoscalingGroupName: "blue-worker-general",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      defaultResult: "ABANDON",
    });
  });

  test("with a warm pool has one type and no mixed instances policy", async () => {
    const warm = { instanceTypes: ["m7i.large"], min: 1, max: 5, warmPool: { min: 1, max: 4 } };
    const { get } = await deployWorkers(threeZones({ workers: { burst: warm } }));
    const { inputs } = get("blue-workers-burst-group");
    expect(inputs).toMatchObject({
      launchTemplate: { id: "blue-workers-burst-template-id" },
      warmPool: { minSize: 1, maxGroupPreparedCapacity: 4, instanceReusePolicy: { reuseOnScaleIn: false } },
    });
    expect(inputs).not.toHaveProperty("mixedInstancesPolicy");
  });

  test("has at most 17 tags besides those of the settings", async () => {
    const requirements = { vcpus: { min: 4 }, memoryGiB: { min: 16 }, gpus: { min: 1 } };
    // The kind of pool with the most tags; the settings limit their own to 50 - 17.
    const gpu = { requirements, gpu: true, sandbox: "gvisor", perZone: true, min: 0, max: 2, maxPods: 58 };
    const { get } = await deployWorkers(threeZones({ workers: { gpu } }));
    const tags = get("blue-workers-gpu-a-group").inputs["tags"] as {
      key: string;
      value: string;
      propagateAtLaunch: boolean;
    }[];
    const byKey = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
    expect(byKey).toMatchObject({
      "holdfast:pool": "gpu",
      "holdfast:role": "worker",
      "example.com/owner": "platform",
      "k8s.io/cluster-autoscaler/blue": "owned",
      "k8s.io/cluster-autoscaler/node-template/taint/nvidia.com/gpu": "true:NoSchedule",
    });
    expect(tags.some(({ propagateAtLaunch }) => propagateAtLaunch)).toBe(false);
    expect(tags.length - 1).toBe(17);
  });

  test("with requirements leaves the choice of types to AWS", async () => {
    const flexible = {
      requirements: { vcpus: { min: 4, max: 8 }, memoryGiB: { min: 16 }, excludedTypes: ["m5*"] },
      min: 0,
      max: 9,
      onDemand: { percentAboveBase: 0 },
      spot: { allocation: "capacityOptimized", rebalance: false },
    };
    const { get } = await deployWorkers(threeZones({ workers: { flexible } }));
    const { inputs } = get("blue-workers-flexible-group");
    const { launchTemplate } = inputs["mixedInstancesPolicy"] as { launchTemplate: { overrides: unknown } };
    expect(launchTemplate.overrides).toEqual([
      {
        instanceRequirements: {
          vcpuCount: { min: 4, max: 8 },
          memoryMib: { min: 16384 },
          cpuManufacturers: ["intel", "amd"],
          instanceGenerations: ["current"],
          bareMetal: "excluded",
          burstablePerformance: "excluded",
          excludedInstanceTypes: ["m5*"],
          acceleratorCount: { max: 0 },
        },
      },
    ]);
    expect(inputs["capacityRebalance"]).toBe(false);
    expect(get("blue-workers-flexible-template").inputs).not.toHaveProperty("instanceType");
    expect(inputs["tags"]).toContainEqual({
      key: "k8s.io/cluster-autoscaler/node-template/resources/cpu",
      value: "4",
      propagateAtLaunch: false,
    });
  });

  test("with perZone has a template, a group and a hook per zone, and nodes that know their group", async () => {
    const db = { instanceTypes: ["r6i.large"], perZone: true, min: 1, max: 3, zones: ["a", "c"] };
    const { get, resources, outputs } = await deployWorkers(threeZones({ workers: { db } }));
    const names = resources.map(({ name }) => name).filter((name) => /^blue-workers-db(?!-image-)/.test(name));
    expect(names.sort()).toEqual([
      "blue-workers-db",
      ...["a", "c"].flatMap((zone) => ["group", "joined", "template"].map((part) => `blue-workers-db-${zone}-${part}`)),
    ]);
    const images = ["a", "c"].map((zone) => get(`blue-workers-db-${zone}-template`).inputs.imageId);
    expect(images).toEqual(Array(2).fill(expect.stringMatching(/^first blue-workers-db-image-/)));
    expect(get("blue-workers-db-c-group").inputs).toMatchObject({
      name: "blue-worker-db-c",
      maxSize: 3,
      vpcZoneIdentifiers: ["subnet-c"],
    });
    expect(get("blue-workers-db-c-joined").inputs["autoscalingGroupName"]).toBe("blue-worker-db-c");
    const { node } = readUserData(get("blue-workers-db-c-template").inputs["userData"]);
    expect([node.group, node.pool?.name]).toEqual(["blue-worker-db-c", "db"]);
    expect(outputs).toEqual({ "db-a": "blue-worker-db-a", "db-c": "blue-worker-db-c" });
  });

  test("for Windows boots PowerShell from Windows' root device", async () => {
    const win = { os: "windows", min: 1, max: 2 };
    const { get } = await deployWorkers(threeZones({ workers: { win, general }, ...forWindows() }));
    const { inputs } = get("blue-workers-win-template");
    expect(inputs["blockDeviceMappings"]).toEqual([expect.objectContaining({ deviceName: "/dev/sda1" })]);
    const text = Buffer.from(String(inputs["userData"]), "base64").toString();
    expect(text).toMatch(/^<powershell>\n[^]*\n<\/powershell>\n<persist>true<\/persist>\n$/);
  });

  test("adding a pool changes no other pool", async () => {
    const alone = await deployWorkers(threeZones({ workers: { general } }));
    const both = await deployWorkers(
      threeZones({ workers: { batch: { instanceTypes: ["c7i.large"], min: 0, max: 50 }, general } }),
    );
    const shared = both.resources.filter(({ name }) => !name.includes("batch"));
    expect(shared.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
      alone.resources.map(({ type, name }) => `${type} ${name}`).sort(),
    );
    for (const { type, name, inputs } of shared.filter(({ name }) => name.startsWith("blue-workers"))) {
      const before = alone.resources.find((one) => one.type === type && one.name === name);
      expect([name, inputs]).toEqual([name, before?.inputs]);
    }
  });
});

test("workers share a role that reads the join kubeconfig and no other secret", async () => {
  const { get, ofType } = await deployWorkers(
    threeZones({ workers: { general, other: { instanceTypes: ["m7i.large"] } } }),
  );
  expect(Object.keys(ofType("aws:iam/role:Role"))).toEqual(["blue-workers-machine"]);
  const policy = get("blue-workers-machine-policy").inputs["policy"] as string;
  expect(policy).toContain("parameter/holdfast/blue/join/kubeconfig");
  expect(policy).not.toContain("/pki/");
});
