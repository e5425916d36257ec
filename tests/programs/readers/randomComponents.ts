/** Random settings of kubelets, API server and controller manager: mostly valid, with values beyond the limits among them. */
import fc from "fast-check";

const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3) => fc.array(arbitrary, { maxLength });

/** Some keys of a random mapping; keys with dots, such as eviction signals, too. */
const some = (shape: Readonly<Record<string, fc.Arbitrary<unknown>>>) => fc.record(shape, { requiredKeys: [] });
/** Mostly the good values: settings with many bad ones lose all of them, and then test nothing. */
const mostly = <T>(good: readonly T[], ...odd: readonly T[]) =>
  fc.oneof({ weight: 19, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const duration = (...texts: readonly string[]) => mostly(texts, "0s", "90", "1h1m1s", "1.5h", "-1s", "300ms");
const quantity = (...texts: readonly (string | number)[]) => mostly(texts, "1e3", "0", "1.5Gi", "0.5", "-1", "1 Gi");
const signals = <T>(value: fc.Arbitrary<T>) =>
  some({
    "memory.available": value,
    "nodefs.available": value,
    "nodefs.inodesFree": value,
    "imagefs.available": value,
    "pid.available": value,
  });
const thresholds = signals(mostly(["100Mi", "1Gi", "2Gi", "10%", "20%", "7.5%"], "0%", "100%", "101%", "5", "x"));
const reserved = some({
  cpu: quantity("0", "100m", "500m", 1),
  memory: quantity("256Mi", "1Gi", "1000M"),
  "ephemeral-storage": quantity("1Gi"),
  pid: quantity("1000"),
});
const reservedMemory = few(
  fc.record({
    numaNode: fc.integer({ min: 0, max: 1 }),
    limits: fc.record({ memory: quantity("800Mi", "400Mi", "1Gi") }),
  }),
  2,
);
const between = (min: number, max: number) => fc.integer({ min, max });
export const kubelet = some({
  podPidsLimit: between(1000, 10_000),
  systemReserved: reserved,
  kubeReserved: reserved,
  evictionHard: thresholds,
  evictionSoft: thresholds,
  evictionSoftGracePeriod: signals(duration("30s", "5m")),
  evictionMinimumReclaim: thresholds,
  evictionMaxPodGracePeriod: between(0, 301),
  evictionPressureTransitionPeriod: duration("30s", "10m"),
  imageGCHighThresholdPercent: between(60, 100),
  imageGCLowThresholdPercent: between(40, 80),
  imageMinimumGCAge: duration("1m", "10m"),
  imageMaximumGCAge: duration("5m", "168h"),
  containerLogMaxSize: quantity("10Mi", "100Mi", "2Gi"),
  containerLogMaxFiles: mostly([2, 5, 10], 1, 11),
  serializeImagePulls: fc.boolean(),
  maxParallelImagePulls: between(0, 10),
  registryPullQPS: between(0, 20),
  registryBurst: between(0, 20),
  eventRecordQPS: between(1, 100),
  eventBurst: between(0, 100),
  kubeAPIQPS: between(0, 100),
  kubeAPIBurst: between(0, 100),
  allowedUnsafeSysctls: few(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("net.*", "net.core.somaxconn", "kernel.shm*", "kernel.sem", "kernel.msg*", "fs.mqueue.*", "net.ipv4.tcp_*") },
      { weight: 1, arbitrary: fc.constantFrom("net/ipv4/ip_forward", "kernel.*", "vm.swappiness", "net.-a", "kernel.sem*", "net") },
      { weight: 1, arbitrary: fc.stringMatching(/^(net|kernel|fs\.mqueue)(\.[a-z0-9_*-]{1,6}){1,3}$/) },
    ),
  ),
  cpuCFSQuota: fc.boolean(),
  cpuManagerPolicy: fc.constantFrom("none", "static"),
  cpuManagerPolicyOptions: some({
    "full-pcpus-only": fc.boolean(),
    "distribute-cpus-across-numa": fc.boolean(),
    "strict-cpu-reservation": fc.boolean(),
    "prefer-align-cpus-by-uncorecache": fc.boolean(),
  }),
  memoryManagerPolicy: fc.constantFrom("None", "Static"),
  reservedMemory,
  topologyManagerPolicy: fc.constantFrom("none", "best-effort", "restricted", "single-numa-node"),
  topologyManagerScope: fc.constantFrom("container", "pod"),
  shutdownGracePeriod: duration("30s", "2m"),
  shutdownGracePeriodCriticalPods: duration("10s", "30s", "2m"),
  singleProcessOOMKill: fc.boolean(),
  crashLoopBackOff: some({ maxContainerRestartPeriod: duration("10s", "5m") }),
  streamingConnectionIdleTimeout: duration("5m", "1h"),
}); // prettier-ignore

export const apiServer = some({
  maxRequestsInflight: between(0, 3000),
  maxMutatingRequestsInflight: between(0, 3000),
  eventTTL: duration("30m", "24h"),
  defaultNotReadyTolerationSeconds: between(-1, 600),
  defaultUnreachableTolerationSeconds: between(-1, 600),
  requestTimeout: duration("30s", "5m"),
  minRequestTimeout: between(0, 3600),
  serviceAccountExtendTokenExpiration: fc.boolean(),
});
export const controllerManager = some({
  horizontalPodAutoscalerSyncPeriod: duration("5s", "1m"),
  horizontalPodAutoscalerDownscaleStabilization: duration("1m"),
  horizontalPodAutoscalerInitialReadinessDelay: duration("1m"),
  horizontalPodAutoscalerCpuInitializationPeriod: duration("1m"),
  terminatedPodGCThreshold: between(0, 20_000),
});
