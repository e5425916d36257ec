import { controlPlanePatches, poolPatches } from "../../../components/node/kubeadmPatches.plan";
import { specOf } from "../../specs";

const kubelet = "kubeletconfiguration1settings+merge.json";
const read = (text: string | undefined): unknown => JSON.parse(text ?? "");

test("without settings there is no patch", () => {
  const spec = specOf({ name: "blue" });
  expect(controlPlanePatches(spec)).toEqual({});
  expect(poolPatches(spec, "general")).toEqual({});
});

test("settings of a pool take precedence over those of all nodes, key by key", () => {
  const spec = specOf({
    name: "blue",
    nodes: { kubelet: { podPidsLimit: 2048, evictionHard: { "memory.available": "300Mi", "pid.available": "10%" } } },
    workers: { general: {}, big: { kubelet: { podPidsLimit: 8192, evictionHard: { "memory.available": "1Gi" } } } },
    controlPlane: { kubelet: { kubeReserved: { memory: "1Gi" } } },
  });
  const all = { podPidsLimit: 2048, evictionHard: { "memory.available": "300Mi", "pid.available": "10%" } };
  expect(read(poolPatches(spec, "general")[kubelet])).toEqual(all);
  expect(read(poolPatches(spec, "big")[kubelet])).toEqual({
    podPidsLimit: 8192,
    evictionHard: { "memory.available": "1Gi", "pid.available": "10%" },
  });
  expect(read(controlPlanePatches(spec)[kubelet])).toEqual({ ...all, kubeReserved: { memory: "1Gi" } });
});

test("fields that follow from others are added", () => {
  const spec = specOf({
    name: "blue",
    workers: {
      general: { kubelet: { serializeImagePulls: true, singleProcessOOMKill: false } },
      numa: {
        kubelet: {
          memoryManagerPolicy: "Static",
          kubeReserved: { memory: "1Gi" },
          cpuManagerPolicy: "static",
          cpuManagerPolicyOptions: { "full-pcpus-only": true },
        },
      },
    },
  });
  expect(read(poolPatches(spec, "general")[kubelet])).toEqual({ serializeImagePulls: true, maxParallelImagePulls: 1 });
  expect(read(poolPatches(spec, "numa")[kubelet])).toMatchObject({
    // 200 MiB for the system and 200 MiB below which pods are evicted.
    reservedMemory: [{ numaNode: 0, limits: { memory: "1424Mi" } }],
    cpuManagerPolicyOptions: { "full-pcpus-only": "true" },
  });
});

test("settings of components are appended to their commands", () => {
  const spec = specOf({
    name: "blue",
    controlPlane: {
      apiServer: { maxRequestsInflight: 800, eventTTL: "3h", serviceAccountExtendTokenExpiration: false },
      controllerManager: { terminatedPodGCThreshold: 500, horizontalPodAutoscalerCpuInitializationPeriod: "1m" },
    },
  });
  const added = (flags: readonly string[]) =>
    flags.map((value) => ({ op: "add", path: "/spec/containers/0/command/-", value }));
  const patches = controlPlanePatches(spec);
  expect(Object.keys(patches)).toHaveLength(2);
  expect(read(patches["kube-apiserver1settings+json.json"])).toEqual(
    added(["--max-requests-inflight=800", "--event-ttl=3h", "--service-account-extend-token-expiration=false"]),
  );
  expect(read(patches["kube-controller-manager1settings+json.json"])).toEqual(
    added(["--horizontal-pod-autoscaler-cpu-initialization-period=1m", "--terminated-pod-gc-threshold=500"]),
  );
});
