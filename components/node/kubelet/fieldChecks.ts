import { lt } from "semver";

import { parseDuration } from "../../settings/durations";
import type { SettingPath } from "../../settings/problems";
import { compareQuantities, formatQuantity, parseQuantity } from "../../tenancy/quantity.plan";
import { reservedMemoryOf, withDefaults } from "./effective.plan";
import { evictionSignals } from "./settings";
import type { KubeletSettings } from "./settings";

/** Problem of a field of KubeletConfiguration, with the fields that cause it, too. */
export interface FieldProblem {
  readonly field: SettingPath;
  readonly message: string;
  readonly involves?: readonly SettingPath[];
}

/** An API server serves 15 s longer (`shutdown-delay-duration`) and then ends its requests. */
const minControlPlaneShutdown = 30;

/** Rules of kubelet between fields (pkg/kubelet/apis/config/validation, and its managers at start). */
export function* checkFields(
  settings: KubeletSettings,
  isControlPlane: boolean,
  kubernetesVersion: string,
): Iterable<FieldProblem> {
  const values = withDefaults(settings);
  yield* checkImages(values);
  if (values.eventRecordQPS === 0 && lt(kubernetesVersion, "1.37.0")) {
    // kubernetes/kubernetes#117119; client-go's DefaultQPS.
    const message = `kubelet ${kubernetesVersion} takes 0 for 5 events per second, not for no limit, which it does from Kubernetes 1.37 on; write 1000`;
    yield { field: ["eventRecordQPS"], message };
  }
  yield* checkSoftEvictions(settings);
  yield* checkCpuManager(settings);
  yield* checkMemoryManager(settings);
  const critical = seconds(values.shutdownGracePeriodCriticalPods);
  if (critical > seconds(values.shutdownGracePeriod)) {
    const message = `longer than shutdownGracePeriod (${values.shutdownGracePeriod}), of which it is the last part; write at most that, or raise shutdownGracePeriod`;
    yield { field: ["shutdownGracePeriodCriticalPods"], message, involves: [["shutdownGracePeriod"]] };
  }
  if (isControlPlane && critical < minControlPlaneShutdown) {
    const message = `too short for API servers, which need ${minControlPlaneShutdown}s to end their requests; write at least that, or write it to the worker pools instead`;
    yield { field: ["shutdownGracePeriodCriticalPods"], message };
  }
}

const seconds = (text: string): number => parseDuration(text) ?? 0;

function* checkImages(values: ReturnType<typeof withDefaults>): Iterable<FieldProblem> {
  const { imageGCLowThresholdPercent: low, imageGCHighThresholdPercent: high } = values;
  if (low >= high) {
    const message = `must be below imageGCHighThresholdPercent (${high}); write at most ${high - 1}, or raise that`;
    yield { field: ["imageGCLowThresholdPercent"], message, involves: [["imageGCHighThresholdPercent"]] };
  }
  const [least, most] = [seconds(values.imageMinimumGCAge), seconds(values.imageMaximumGCAge)];
  if (most > 0 && most <= least) {
    const message = `must be longer than imageMinimumGCAge (${values.imageMinimumGCAge}); write a longer time, or 0s for none`;
    yield { field: ["imageMaximumGCAge"], message, involves: [["imageMinimumGCAge"]] };
  }
  if (values.serializeImagePulls && values.maxParallelImagePulls > 1) {
    const message = "only valid with serializeImagePulls: false; remove one of the two";
    yield { field: ["maxParallelImagePulls"], message, involves: [["serializeImagePulls"]] };
  }
}

function* checkSoftEvictions(settings: KubeletSettings): Iterable<FieldProblem> {
  const { evictionSoft = {}, evictionSoftGracePeriod = {} } = settings;
  const { evictionHard } = withDefaults(settings);
  for (const signal of evictionSignals) {
    const soft = evictionSoft[signal];
    const period = evictionSoftGracePeriod[signal];
    if (soft !== undefined && period === undefined) {
      const message = `requires a grace period; write evictionSoftGracePeriod: { ${signal}: 90s }, or remove this`;
      yield { field: ["evictionSoft", signal], message, involves: [["evictionSoftGracePeriod", signal]] };
    }
    if (soft === undefined && period !== undefined) {
      const message = "no soft threshold that it applies to; write one to evictionSoft, or remove this";
      yield { field: ["evictionSoftGracePeriod", signal], message, involves: [["evictionSoft", signal]] };
    }
    const hard = evictionHard[signal];
    if (soft !== undefined && hard !== undefined && (compareThresholds(soft, hard) ?? 1) <= 0) {
      const message = `must be above evictionHard (${hard}), which otherwise evicts first; write more`;
      yield { field: ["evictionSoft", signal], message, involves: [["evictionHard", signal]] };
    }
  }
}

/** Undefined for a percentage and a quantity. */
function compareThresholds(one: string, other: string): number | undefined {
  const [left, right] = [one, other].map((text) => /^(.*)%$/.exec(text)?.[1]);
  if (left === undefined && right === undefined) return compareQuantities(one, other);
  return left === undefined || right === undefined ? undefined : Number(left) - Number(right);
}

function* checkCpuManager(settings: KubeletSettings): Iterable<FieldProblem> {
  const { cpuManagerPolicyOptions: options = {} } = settings;
  const { cpuManagerPolicy, systemReserved, kubeReserved } = withDefaults(settings);
  const isStatic = cpuManagerPolicy === "static";
  const policy: SettingPath = ["cpuManagerPolicy"];
  const reserved = [systemReserved.cpu, kubeReserved.cpu].map((text) => parseQuantity(text ?? "") ?? 0n);
  if (isStatic && reserved.every((each) => each === 0n)) {
    const message =
      "the static policy keeps reserved CPUs for the node; write systemReserved.cpu or kubeReserved.cpu above 0";
    const involves: readonly SettingPath[] = [["systemReserved"], ["kubeReserved"]];
    yield { field: policy, message, involves };
  }
  if (!isStatic && Object.keys(options).length > 0) {
    const message = "only valid with cpuManagerPolicy: static; add that, or remove this";
    yield { field: ["cpuManagerPolicyOptions"], message, involves: [policy] };
  }
  if (options["distribute-cpus-across-numa"] === true && options["prefer-align-cpus-by-uncorecache"] === true) {
    const message = "not valid together with distribute-cpus-across-numa; remove one of the two";
    yield { field: ["cpuManagerPolicyOptions", "prefer-align-cpus-by-uncorecache"], message };
  }
}

function* checkMemoryManager(settings: KubeletSettings): Iterable<FieldProblem> {
  const { reservedMemory, memoryManagerPolicy } = settings;
  const field: SettingPath = ["reservedMemory"];
  const policy: SettingPath = ["memoryManagerPolicy"];
  if (memoryManagerPolicy !== "Static") {
    if (reservedMemory === undefined) return;
    yield {
      field,
      message: "only valid with memoryManagerPolicy: Static; add that, or remove this",
      involves: [policy],
    };
    return;
  }
  const total = reservedMemoryOf(settings);
  if (total === undefined) {
    const message = "a percentage, but memoryManagerPolicy: Static needs the amount; write a quantity such as 500Mi";
    yield { field: ["evictionHard", "memory.available"], message, involves: [policy] };
    return;
  }
  const nodes = reservedMemory?.map(({ numaNode }) => numaNode) ?? [];
  for (const [index, numaNode] of nodes.entries()) {
    if (nodes.indexOf(numaNode) === index) continue;
    yield { field: [...field, index], message: `duplicate NUMA node ${numaNode}; remove one` };
  }
  const sum = reservedMemory?.reduce((all, { limits }) => all + (parseQuantity(limits.memory) ?? 0n), 0n) ?? total;
  if (sum === total) return;
  const message = `sum of ${formatQuantity(sum, "bytes")}, but systemReserved, kubeReserved and evictionHard reserve ${formatQuantity(total, "bytes")}; write that sum, or remove reservedMemory`;
  yield { field, message, involves: [["systemReserved"], ["kubeReserved"], ["evictionHard"]] };
}
