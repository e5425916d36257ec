import type { NodeConfig } from "../../../../components/node/nodeConfig.plan";
import { FakeMachine, machines } from "../nodeSupport";

const gpuNode = { ...machines.worker, pool: { ...machines.worker.pool, gpu: true } } as const;

function machineWith(tools: readonly string[], node: NodeConfig = gpuNode) {
  const machine = new FakeMachine(node);
  for (const tool of tools) machine.stub(tool, 'echo "GPU 0: NVIDIA L4"');
  const run = () => machine.run(["steps/gpu"], { HOLDFAST_CONTAINERD: machine.path("conf.d") });
  return { machine, run, dropIn: () => machine.read("conf.d/holdfast-nvidia.toml") };
}

test("containers of a GPU machine use NVIDIA's runtime", async () => {
  const { machine, run, dropIn } = machineWith(["nvidia-smi", "nvidia-container-runtime"]);
  const { code, output } = await run();
  expect([code, output]).toEqual([0, expect.stringContaining("1 GPUs")]);
  expect(dropIn()).toContain(`BinaryName = '${machine.path("stubs/nvidia-container-runtime")}'`);
  expect(dropIn()).toContain("default_runtime_name = 'nvidia'");
  const before = dropIn();
  await run();
  expect(dropIn()).toBe(before);
});

test.each([
  ["nvidia-smi", ["nvidia-container-runtime"]],
  ["nvidia-container-runtime", ["nvidia-smi"]],
])("an image without %s is refused", async (missing, tools) => {
  const { code, output } = await machineWith(tools).run();
  expect([code, output]).toEqual([78, expect.stringContaining(`the image lacks ${missing}`)]);
});

test("other machines are not changed", async () => {
  const { run, dropIn } = machineWith([], machines.worker);
  expect((await run()).code).toBe(0);
  expect(dropIn()).toBe("");
});
