import type { WorkerPoolSpec } from "../../../components/clusterSpec";
import { groupsOf, planPool, zoneSuffix } from "../../../components/workers/pools.plan";
import { forWindows, specOf } from "../../specs";

const autoscaler = "k8s.io/cluster-autoscaler";
const template = `${autoscaler}/node-template`;

const cluster = {
  name: "blue",
  domain: "blue.example.internal",
  network: { zones: ["eu-central-1a", "eu-central-1b"] },
  protect: false,
};

function plan(pool: object, more: object = {}) {
  return planPool(specOf({ ...cluster, workers: { batch: pool }, ...more }), "batch");
}

/** Tags of a pool's only group. */
const tagsOf = (pool: object) => plan(pool).groups[0]?.autoscalerTags ?? {};

/** A plan from a specification that settings would refuse. */
function planUnchecked(change: Partial<WorkerPoolSpec>) {
  const spec = specOf({ ...cluster, workers: { batch: {} } });
  const batch = spec.workers["batch"] as WorkerPoolSpec;
  return planPool({ ...spec, workers: { batch: { ...batch, ...change } } }, "batch");
}

describe("a worker pool", () => {
  test("is found and sized by the Cluster Autoscaler, also when it is empty", () => {
    const autoscalerTags = tagsOf({
      min: 0,
      max: 7,
      labels: { "example.com/tier": "batch" },
      taints: [{ key: "example.com/batch", value: "only", effect: "NoExecute" }],
      rootVolume: { sizeGiB: 80 },
      maxPods: 58,
    });
    expect(autoscalerTags).toEqual({
      [`${autoscaler}/enabled`]: "true",
      [`${autoscaler}/blue`]: "owned",
      [`${template}/label/example.com/tier`]: "batch",
      [`${template}/label/holdfast.dev/pool`]: "batch",
      [`${template}/taint/example.com/batch`]: "only:NoExecute",
      [`${template}/resources/ephemeral-storage`]: "80Gi",
      [`${template}/resources/pods`]: "58",
    });
  });

  test("gives no hint about what the autoscaler assumes anyway", () => {
    expect(Object.keys(tagsOf({ maxPods: 110 }))).not.toContain(`${template}/resources/pods`);
  });

  test("tells the autoscaler one of several taints with one key", () => {
    const taints = (["NoSchedule", "NoExecute"] as const).map((effect) => ({ key: "k", value: "v", effect }));
    expect(tagsOf({ taints })[`${template}/taint/k`]).toBe("v:NoSchedule");
    expect(plan({ taints }).node.taints).toEqual(taints);
  });

  test("of GPU machines is labelled and tainted, for the node and for the autoscaler", () => {
    const gpu = { instanceTypes: ["g6.xlarge"], gpu: true, labels: { "example.com/a": "b" } };
    const { node, image } = plan(gpu);
    expect(image).toBe(
      "resolve:ssm:/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id",
    );
    expect(node.gpu).toBe(true);
    expect(node.labels).toEqual({ "example.com/a": "b", "nvidia.com/gpu": "true" });
    expect(node.taints).toEqual([{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }]);
    expect(tagsOf(gpu)).toMatchObject({
      [`${template}/label/nvidia.com/gpu`]: "true",
      [`${template}/taint/nvidia.com/gpu`]: "true:NoSchedule",
    });
  });

  test("keeps a GPU taint of one's own", () => {
    const own = { key: "nvidia.com/gpu", value: "l4", effect: "NoSchedule" } as const;
    expect(planUnchecked({ gpu: true, taints: [own] }).node.taints).toEqual([own]);
  });

  test("in a sandbox is labelled, and told so", () => {
    expect(plan({ sandbox: "gvisor" }).node).toMatchObject({
      labels: { "holdfast.dev/sandbox": "gvisor" },
      sandbox: "gvisor",
    });
    expect(tagsOf({ sandbox: "gvisor" })[`${template}/label/holdfast.dev/sandbox`]).toBe("gvisor");
  });

  test("without GPUs or a sandbox has no word of them", () => {
    expect(plan({}).node).toEqual({ name: "batch", labels: {}, taints: [], maxPods: 110 });
  });

  test("that is not in the settings has no groups", () => {
    expect(groupsOf(specOf({ ...cluster, workers: { batch: {} } }), "nope")).toEqual([]);
  });

  test("that is not in the settings is refused", () => {
    expect(() => planPool(specOf({ ...cluster, workers: { batch: {} } }), "nope")).toThrow(
      "there is no worker pool nope",
    );
  });

  test.each([
    [0, 100],
    [9, 109],
    [10, 110],
    [90, 110],
    [100, 110],
  ])("that stays %i %% healthy grows to %i %% in a rollout", (min, max) => {
    expect(planUnchecked({ minHealthyPercentage: min }).healthy).toEqual({ min, max });
    expect(max - min).toBeLessThanOrEqual(100);
  });

  test("takes its own image, else that of its architecture", () => {
    const images = { amd64: "ami-00000000000000001", arm64: "ami-00000000000000002" };
    const nodes = { images };
    expect(plan({ instanceTypes: ["m7g.large"], architecture: "arm64" }, { nodes }).image).toBe(images.arm64);
    expect(plan({ instanceTypes: ["m7i.large"], image: "ami-00000000000000003" }, { nodes }).image).toBe(
      "ami-00000000000000003",
    );
  });
});

describe("a pool with a group for each zone", () => {
  test("has one in each, which the autoscaler can tell apart also when they are empty", () => {
    const { groups, min, max } = plan({ perZone: true, min: 0, max: 4 });
    expect(groups.map(({ groupName, suffix, zones }) => [groupName, suffix, zones])).toEqual([
      ["blue-worker-batch-a", "a", ["eu-central-1a"]],
      ["blue-worker-batch-b", "b", ["eu-central-1b"]],
    ]);
    expect([min, max]).toEqual([0, 4]);
    expect(
      groups.map(({ autoscalerTags }) => autoscalerTags[`${template}/label/topology.ebs.csi.aws.com/zone`]),
    ).toEqual(["eu-central-1a", "eu-central-1b"]);
  });

  test("has those of its own zones alone, and the others stay what they are when a zone comes", () => {
    const groups = (zones: readonly string[]) => plan({ perZone: true, zones }).groups;
    expect(groups(["a", "b"]).slice(1)).toEqual(groups(["b"]));
  });

  test.each([
    ["eu-central-1", "eu-central-1a", "a"],
    ["us-west-2", "us-west-2-lax-1a", "lax-1a"],
    ["us-west-2", "elsewhere", "elsewhere"],
  ])("in %s calls zone %s %s", (region, zone, suffix) => {
    expect(zoneSuffix(region, zone)).toBe(suffix);
  });
});

describe("a pool of Windows machines", () => {
  const windows = { os: "windows", labels: { "example.com/a": "b" } };

  test("is tainted, has its own image and root device, and is Windows to the autoscaler", () => {
    const { image, rootDevice, node, groups } = plan2(windows, forWindows());
    expect([image, rootDevice]).toEqual([
      "resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base",
      "/dev/sda1",
    ]);
    expect(node.taints).toEqual([{ key: "os", value: "windows", effect: "NoSchedule" }]);
    expect(node.labels).toEqual({ "example.com/a": "b" });
    expect(groups[0]?.autoscalerTags).toMatchObject({
      [`${template}/label/kubernetes.io/os`]: "windows",
      [`${template}/taint/os`]: "windows:NoSchedule",
    });
  });

  /** Beside a Linux pool, without which nothing would resolve names. */
  function plan2(pool: object, more: object) {
    return planPool(specOf({ ...cluster, ...more, workers: { batch: pool, general: {} } }), "batch");
  }
});
