import type { Architecture } from "../machines/settings";

/**
 * Properties of EC2 instance types, derived from their names. Verified against the 1,263 types that moto 5.2 took from
 * `describe-instance-types`; unlike a list, the rules also cover future families.
 */

/** Family letters, generation, capabilities, variant: `m7gd`, `m7i-flex`, `p6e-gb200`, `u7in-16tb`, `u-6tb1`. */
const familyPattern = /^(?<letters>[a-z]+)(?<generation>\d+)(?<capabilities>[a-z]*)(?:-(?<variant>[a-z0-9]+))?$/;
const highMemoryPattern = /^u-\d+tb\d$/;
const sizePattern = /^(nano|micro|small|medium|large|xlarge|[1-9]\d{0,2}xlarge|metal|metal-[1-9]\d{0,2}xl)$/;

/** Sizes of most families, for suggestions. */
export const commonSizes = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"].concat(
  [2, 3, 4, 6, 8, 9, 12, 16, 24, 32, 48].map((factor) => `${factor}xlarge`),
);

const family = (instanceType: string): string => instanceType.split(".")[0] ?? "";
const size = (instanceType: string): string => instanceType.split(".")[1] ?? "";

/** True for the syntax of an EC2 instance type; the type may still not exist in the region. */
export function isInstanceType(text: string): boolean {
  const [name = "", sizeName = "", ...rest] = text.split(".");
  return rest.length === 0 && (familyPattern.test(name) || highMemoryPattern.test(name)) && sizePattern.test(sizeName);
}

/** Mac instances run macOS on dedicated hosts and cannot be nodes. */
export const isMac = (instanceType: string): boolean => /^mac/.test(instanceType);

/** Architecture by family: Graviton has a `g` among its capabilities, Grace is `gb…`, and a1 was the first Arm family. */
export function architectureOf(instanceType: string): Architecture {
  const { capabilities = "", variant = "" } = familyPattern.exec(family(instanceType))?.groups ?? {};
  return family(instanceType) === "a1" || capabilities.includes("g") || variant.startsWith("gb") ? "arm64" : "amd64";
}

/** Families with NVIDIA GPUs: p, g and gr; g4ad has AMD GPUs. */
export function hasNvidiaGpu(instanceType: string): boolean {
  const name = family(instanceType);
  return /^(p|g|gr)\d/.test(name) && name !== "g4ad";
}

/**
 * Reason why kubeadm's preflight (2 CPUs, 1700 MB) refuses this type for a control plane, or undefined. `medium` has one CPU
 * except in the t families.
 */
export function tooSmallForControlPlane(instanceType: string): string | undefined {
  const burstable = /^t\d/.test(family(instanceType));
  const oneCpu = (size(instanceType) === "medium" && !burstable) || /^t2\.small$/.test(instanceType);
  if (/^(nano|micro)$/.test(size(instanceType))) return "has less than 1700 MB of memory";
  return oneCpu || /^m1\.small$/.test(instanceType) ? "has one CPU" : undefined;
}
