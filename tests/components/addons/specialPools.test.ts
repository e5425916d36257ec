import { gpuDevicePluginValues } from "../../../components/addons/gpuDevicePlugin/values.plan";
import { gvisorRuntimeClass } from "../../../components/addons/gvisor/runtimeClass.plan";

test("the RuntimeClass selects gVisor nodes and tolerates each of their taints once", () => {
  const taint = { key: "workload", value: "untrusted", effect: "NoSchedule" } as const;
  const other = { ...taint, value: "other" };
  const pools = {
    first: { taints: [taint], sandbox: "gvisor" },
    second: { taints: [taint, other], sandbox: "gvisor" },
    general: { taints: [{ ...taint, value: "general" }] },
  };
  expect(gvisorRuntimeClass(pools)).toEqual({
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

test("the device plugin runs on GPU nodes only, and shares a GPU only by setting", () => {
  const exclusive = gpuDevicePluginValues({ enabled: true, timeSlices: 1 });
  expect(exclusive).toMatchObject({
    affinity: null,
    nodeSelector: { "nvidia.com/gpu": "true" },
    tolerations: [{ operator: "Exists" }],
    gfd: { enabled: false },
  });
  expect(exclusive.config).toBeUndefined();
  const { config } = gpuDevicePluginValues({ enabled: true, timeSlices: 4 });
  expect(JSON.parse(config?.map.default ?? "")).toEqual({
    version: "v1",
    sharing: { timeSlicing: { resources: [{ name: "nvidia.com/gpu", replicas: 4 }] } },
  });
});
