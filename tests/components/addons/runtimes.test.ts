import { gpuValues } from "../../../components/addons/gpuDevicePlugin/values.plan";
import { sandboxedPools, sandboxRuntimeClass } from "../../../components/addons/gvisor/runtimeClass.plan";

const taint = { key: "workload", value: "untrusted", effect: "NoSchedule" } as const;

describe("the sandbox", () => {
  test("is on pools that ask for it", () => {
    const untrusted = { taints: [taint], sandbox: "gvisor" };
    expect(sandboxedPools({ untrusted, general: { taints: [] } })).toEqual([untrusted]);
  });

  test("takes pods to their nodes, past their taints, each once", () => {
    const other = { ...taint, value: "other" };
    expect(sandboxRuntimeClass([{ taints: [taint] }, { taints: [taint, other] }])).toEqual({
      metadata: { name: "gvisor" },
      handler: "runsc",
      scheduling: {
        nodeSelector: { "holdfast.dev/sandbox": "gvisor" },
        tolerations: [
          { key: "workload", operator: "Equal", value: "untrusted", effect: "NoSchedule" },
          { key: "workload", operator: "Equal", value: "other", effect: "NoSchedule" },
        ],
      },
    });
  });
});

describe("the device plugin", () => {
  test("is on machines of GPU pools, whatever taints they have, and looks for no devices elsewhere", () => {
    expect(gpuValues({ enabled: true, timeSlices: 1 })).toMatchObject({
      affinity: null,
      nodeSelector: { "nvidia.com/gpu": "true" },
      tolerations: [{ operator: "Exists" }],
      gfd: { enabled: false },
    });
    expect(gpuValues({ enabled: true, timeSlices: 1 })).not.toHaveProperty("config");
  });

  test("lets pods share a GPU where asked", () => {
    const { config } = gpuValues({ enabled: true, timeSlices: 4 });
    expect(JSON.parse(config?.map.default ?? "")).toEqual({
      version: "v1",
      sharing: { timeSlicing: { resources: [{ name: "nvidia.com/gpu", replicas: 4 }] } },
    });
  });
});
