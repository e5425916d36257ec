import type { WorkerPoolSpec } from "../../../components/workers/settings";
import { planPool, zoneSuffix } from "../../../components/workers/pools.plan";
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

/** Cluster Autoscaler tags of a pool's only group. */
const tagsOf = (pool: object) => plan(pool).groups[0]?.autoscalerTags ?? {};

/** Plan of a specification that the settings reject. */
function planUnchecked(change: Partial<WorkerPoolSpec>) {
  const spec = specOf({ ...cluster, workers: { batch: {} } });
  const batch = spec.workers["batch"] as WorkerPoolSpec;
  return planPool({ ...spec, workers: { batch: { ...batch, ...change } } }, "batch");
}

describe("a worker pool", () => {
  test("describes its nodes to the Cluster Autoscaler, which may scale it from zero", () => {
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

  test("has no tag for the autoscaler's default", () => {
    expect(Object.keys(tagsOf({ maxPods: 110 }))).not.toContain(`${template}/resources/pods`);
  });

  test("has one tag for several taints with one key", () => {
    const taints = (["NoSchedule", "NoExecute"] as const).map((effect) => ({ key: "k", value: "v", effect }));
    expect(tagsOf({ taints })[`${template}/taint/k`]).toBe("v:NoSchedule");
    expect(plan({ taints }).node.taints).toEqual(taints);
  });

  test("with GPUs has a label and a taint, on nodes and in tags", () => {
    const gpu = { instanceTypes: ["g6.xlarge"], gpu: true, labels: { "example.com/a": "b" } };
    const { node, image } = plan(gpu);
    const parameter = "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id";
    expect(image).toEqual({ parameter });
    expect(node.gpu).toBe(true);
    expect(node.labels).toEqual({ "example.com/a": "b", "nvidia.com/gpu": "true" });
    expect(node.taints).toEqual([{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }]);
    expect(tagsOf(gpu)).toMatchObject({
      [`${template}/label/nvidia.com/gpu`]: "true",
      [`${template}/taint/nvidia.com/gpu`]: "true:NoSchedule",
    });
  });

  test("keeps a GPU taint from the settings", () => {
    const own = { key: "nvidia.com/gpu", value: "l4", effect: "NoSchedule" } as const;
    expect(planUnchecked({ gpu: true, taints: [own] }).node.taints).toEqual([own]);
  });

  test("with a sandbox has a label", () => {
    expect(plan({ sandbox: "gvisor" }).node).toMatchObject({
      labels: { "holdfast.dev/sandbox": "gvisor" },
      sandbox: "gvisor",
    });
    expect(tagsOf({ sandbox: "gvisor" })[`${template}/label/holdfast.dev/sandbox`]).toBe("gvisor");
  });

  test("without GPUs or a sandbox has no labels and taints", () => {
    expect(plan({}).node).toEqual({ name: "batch", labels: {}, taints: [], maxPods: 110 });
  });

  test("that is not in the settings is an error", () => {
    expect(() => planPool(specOf({ ...cluster, workers: { batch: {} } }), "nope")).toThrow("unknown worker pool nope");
  });

  test.each([
    [{}, { min: 90, max: 110 }],
    [{ maxUnavailable: 0 }, { min: 100, max: 110 }],
    [
      { maxUnavailable: 0, maxSurge: 100 },
      { min: 100, max: 200 },
    ],
    [
      { maxUnavailable: 25, maxSurge: 0 },
      { min: 75, max: 100 },
    ],
    [
      { maxUnavailable: 100, maxSurge: 0 },
      { min: 0, max: 100 },
    ],
  ])("with %j keeps %j %% of its machines in a rollout", (settings, healthy) => {
    expect(plan(settings).healthy).toEqual(healthy);
  });

  test("uses its own image, or that of its architecture", () => {
    const images = { amd64: "ami-00000000000000001", arm64: "ami-00000000000000002" };
    const nodes = { images };
    expect(plan({ instanceTypes: ["m7g.large"], architecture: "arm64" }, { nodes }).image).toEqual({
      id: images.arm64,
    });
    expect(plan({ instanceTypes: ["m7i.large"], image: "ami-00000000000000003" }, { nodes }).image).toEqual({
      id: "ami-00000000000000003",
    });
  });
});

describe("a pool with perZone", () => {
  test("has a group per zone, with a tag for the zone", () => {
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

  test("adding a zone changes no other group", () => {
    const groups = (zones: readonly string[]) => plan({ perZone: true, zones }).groups;
    expect(groups(["a", "b"]).slice(1)).toEqual(groups(["b"]));
  });

  test.each([
    ["eu-central-1", "eu-central-1a", "a"],
    ["us-west-2", "us-west-2-lax-1a", "lax-1a"],
    ["us-west-2", "elsewhere", "elsewhere"],
  ])("in %s, the suffix of zone %s is %s", (region, zone, suffix) => {
    expect(zoneSuffix(region, zone)).toBe(suffix);
  });
});

describe("a Windows pool", () => {
  const windows = { os: "windows", labels: { "example.com/a": "b" } };

  test("has a taint, its own image and root device, and tags for Windows", () => {
    const { image, rootDevice, node, groups } = planPool(
      specOf({ ...cluster, ...forWindows(), workers: { batch: windows, general: {} } }),
      "batch",
    );
    expect([image, rootDevice]).toEqual([
      { parameter: "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base" },
      "/dev/sda1",
    ]);
    expect(node.taints).toEqual([{ key: "os", value: "windows", effect: "NoSchedule" }]);
    expect(node.labels).toEqual({ "example.com/a": "b" });
    expect(groups[0]?.autoscalerTags).toMatchObject({
      [`${template}/label/kubernetes.io/os`]: "windows",
      [`${template}/taint/os`]: "windows:NoSchedule",
    });
  });
});
