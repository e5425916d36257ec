import type { WorkerPoolSpec } from "../../components/clusterSpec";
import { planPool } from "../../components/workers/pools";
import { specOf } from "../specs";

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

/** A plan from a specification that settings would refuse. */
function planUnchecked(change: Partial<WorkerPoolSpec>) {
  const spec = specOf({ ...cluster, workers: { batch: {} } });
  const batch = spec.workers["batch"] as WorkerPoolSpec;
  return planPool({ ...spec, workers: { batch: { ...batch, ...change } } }, "batch");
}

describe("a worker pool", () => {
  test("is found and sized by the Cluster Autoscaler, also when it is empty", () => {
    const { autoscalerTags } = plan({
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
    expect(Object.keys(plan({ maxPods: 110 }).autoscalerTags)).not.toContain(`${template}/resources/pods`);
  });

  test("tells the autoscaler one of several taints with one key", () => {
    const taints = (["NoSchedule", "NoExecute"] as const).map((effect) => ({ key: "k", value: "v", effect }));
    const { autoscalerTags, node } = plan({ taints });
    expect(autoscalerTags[`${template}/taint/k`]).toBe("v:NoSchedule");
    expect(node.taints).toEqual(taints);
  });

  test("of GPU machines is labelled and tainted, for the node and for the autoscaler", () => {
    const { node, autoscalerTags } = plan({
      instanceTypes: ["g6.xlarge"],
      gpu: true,
      labels: { "example.com/a": "b" },
    });
    expect(node.labels).toEqual({ "example.com/a": "b", "nvidia.com/gpu": "true" });
    expect(node.taints).toEqual([{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }]);
    expect(autoscalerTags).toMatchObject({
      [`${template}/label/nvidia.com/gpu`]: "true",
      [`${template}/taint/nvidia.com/gpu`]: "true:NoSchedule",
    });
  });

  test("keeps a GPU taint of one's own", () => {
    const own = { key: "nvidia.com/gpu", value: "l4", effect: "NoSchedule" } as const;
    expect(planUnchecked({ gpu: true, taints: [own] }).node.taints).toEqual([own]);
  });

  test.each([
    [{ base: 0, percentAboveBase: 100 }, 5, false],
    [{ base: 2, percentAboveBase: 100 }, 5, false],
    [{ base: 0, percentAboveBase: 0 }, 5, true],
    [{ base: 2, percentAboveBase: 50 }, 5, true],
    [{ base: 5, percentAboveBase: 0 }, 5, false],
  ])("bought %j with a max of %i has spot machines: %s", (onDemand, max, spot) => {
    expect(plan({ instanceTypes: ["m7i.large", "m6i.large"], min: 1, max, onDemand }).purchase).toEqual({
      kind: "mixed",
      instanceTypes: ["m7i.large", "m6i.large"],
      onDemandBase: onDemand.base,
      onDemandPercentAboveBase: onDemand.percentAboveBase,
      spot,
    });
  });

  test("with a warm pool keeps stopped machines of its one type", () => {
    const { purchase } = plan({ instanceTypes: ["m7i.large"], min: 1, max: 9, warmPool: { min: 2, max: 6 } });
    expect(purchase).toEqual({ kind: "warm", instanceTypes: ["m7i.large"], minStopped: 2, maxPrepared: 6 });
  });

  test.each([
    ["no instance type", { instanceTypes: [] }],
    ["a warm pool", { instanceTypes: ["m7i.large", "m6i.large"], warmPool: { min: 0, max: 1 } }],
    ["a warm pool", { warmPool: { min: 0, max: 1 }, onDemand: { base: 0, percentAboveBase: 0 } }],
  ])("that AWS would refuse is refused: %s", (message, change) => {
    expect(() => planUnchecked(change)).toThrow(`worker pool batch has ${message}`);
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
