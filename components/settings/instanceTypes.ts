import type { Architecture } from "../clusterSpec";

/**
 * What an EC2 instance type's name tells. The rules were checked against the 1,263 types that moto 5.2 took from
 * `describe-instance-types`; they also hold for families that are not out yet, which a list would not.
 */

/** Family letters, generation, capabilities, variant: `m7gd`, `m7i-flex`, `p6e-gb200`, `u7in-16tb`, `u-6tb1`. */
const familyPattern = /^(?<letters>[a-z]+)(?<generation>\d+)(?<capabilities>[a-z]*)(?:-(?<variant>[a-z0-9]+))?$/;
const highMemoryPattern = /^u-\d+tb\d$/;
const sizePattern = /^(nano|micro|small|medium|large|xlarge|[1-9]\d{0,2}xlarge|metal|metal-[1-9]\d{0,2}xl)$/;

/** Sizes that most families have; for suggestions only. */
export const commonSizes = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"].concat(
  [2, 3, 4, 6, 8, 9, 12, 16, 24, 32, 48].map((factor) => `${factor}xlarge`),
);

const family = (instanceType: string): string => instanceType.split(".")[0] ?? "";
const size = (instanceType: string): string => instanceType.split(".")[1] ?? "";

/** Whether this is written like an EC2 instance type; it may still not exist in the region. */
export function isInstanceType(text: string): boolean {
  const [name = "", sizeName = "", ...rest] = text.split(".");
  return rest.length === 0 && (familyPattern.test(name) || highMemoryPattern.test(name)) && sizePattern.test(sizeName);
}

/** Macs run macOS on hosts of their own and cannot be nodes. */
export const isMac = (instanceType: string): boolean => /^mac/.test(instanceType);

/** Architecture by family: Graviton has a `g` among its capabilities, Grace is `gb…`, and a1 was the first Arm family. */
export function architectureOf(instanceType: string): Architecture {
  const { capabilities = "", variant = "" } = familyPattern.exec(family(instanceType))?.groups ?? {};
  return family(instanceType) === "a1" || capabilities.includes("g") || variant.startsWith("gb") ? "arm64" : "amd64";
}

/** Families with NVIDIA GPUs: p and g (but not g4ad, which has AMD's), and gr. */
export function hasNvidiaGpu(instanceType: string): boolean {
  const name = family(instanceType);
  return /^(p|g|gr)\d/.test(name) && name !== "g4ad";
}

/**
 * Why kubeadm would refuse this type for a control plane (its preflight wants 2 CPUs and 1700 MB), or undefined.
 * `medium` has one CPU everywhere but in the t families.
 */
export function tooSmallForControlPlane(instanceType: string): string | undefined {
  const burstable = /^t\d/.test(family(instanceType));
  const oneCpu = (size(instanceType) === "medium" && !burstable) || /^t2\.small$/.test(instanceType);
  if (/^(nano|micro)$/.test(size(instanceType))) return "has less than 1700 MB of memory";
  return oneCpu || /^m1\.small$/.test(instanceType) ? "has one CPU" : undefined;
}
