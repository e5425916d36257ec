import type { MachineRole } from "../aws/tags.plan";
import instanceSizes from "./instanceSizes.json";
import { suggest } from "./suggestions";

/**
 * Properties of EC2 instance types, derived from their names. Verified against the 1,263 types in moto 5.2, which come
 * from `describe-instance-types`; unlike a list, the rules also cover future families.
 */

/** Family letters, generation, capabilities, variant: `m7gd`, `m7i-flex`, `p6e-gb200`, `u7in-16tb`, `u-6tb1`. */
const familyPattern = /^(?<letters>[a-z]+)(?<generation>\d+)(?<capabilities>[a-z]*)(?:-(?<variant>[a-z0-9]+))?$/;
const highMemoryPattern = /^u-\d+tb\d$/;
const sizePattern = /^(nano|micro|small|medium|large|xlarge|[1-9]\d{0,2}xlarge|metal|metal-[1-9]\d{0,2}xl)$/;

const family = (instanceType: string): string => instanceType.split(".")[0] ?? "";
const size = (instanceType: string): string => instanceType.split(".")[1] ?? "";

/** Sizes by family, from AWS's model of the EC2 API (`InstanceType` of @aws-sdk/client-ec2). */
const sizesByFamily: Readonly<Record<string, string>> = instanceSizes;

/** Problem of an instance type, or undefined. Families that are newer than AWS's model above are accepted. */
export function instanceTypeProblem(text: string): string | undefined {
  const [name = "", sizeName = "", ...rest] = text.split(".");
  const isFamily = familyPattern.test(name) || highMemoryPattern.test(name);
  if (sizeName === "" || rest.length > 0 || !isFamily)
    return "write an instance type as <family>.<size>, such as m6i.large or c7g.2xlarge";
  if (!Object.hasOwn(sizesByFamily, name)) {
    return sizePattern.test(sizeName) ? undefined : "unknown size; write one such as large or 2xlarge";
  }
  const sizes = sizesByFamily[name]?.split(" ") ?? [];
  if (sizes.includes(sizeName)) return undefined;
  return `${name} has no size ${sizeName}; ${suggest(
    text,
    sizes.map((known) => `${name}.${known}`),
  )}`;
}

/** Mac instances run macOS on dedicated hosts and cannot be nodes. */
export const isMac = (instanceType: string): boolean => /^mac/.test(instanceType);

/** CPU architecture, as Kubernetes and Go name it. */
export type Architecture = "amd64" | "arm64";

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
 * Reason why the preflight of a node refuses this type, or undefined: a control-plane machine needs two CPUs, members need
 * 1700 MB of memory, workers 800 MB (node/files/lib/preflight-checks.sh). `medium` has one CPU except in the t families.
 */
export function tooSmall(instanceType: string, role: MachineRole): string | undefined {
  const sizeName = size(instanceType);
  if (sizeName === "nano" && role === "worker") return "less than 800 MB of memory; write at least t3.micro";
  if (/^(nano|micro)$/.test(sizeName) && role !== "worker") {
    return "less than 1700 MB of memory; write at least t3.small or m6i.large";
  }
  const burstable = /^t\d/.test(family(instanceType));
  const oneCpu = (sizeName === "medium" && !burstable) || /^(t2|m1)\.small$/.test(instanceType);
  return oneCpu && role === "control-plane"
    ? "one CPU, but kubeadm requires two; write at least t3.small or m6i.large"
    : undefined;
}
