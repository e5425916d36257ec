import type { Value } from "../model/value";
import type { InstanceSize } from "./tables.plan";

/**
 * Price protection of attribute-based instance selection: AWS chooses no type whose price exceeds the lowest price by more than
 * 20 % on demand, 100 % as spot. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRequirements.html
 */
export const priceProtection = { onDemand: 1.2, spot: 2 } as const;

/** Test of instance types against the requirements of a mixed instances policy. */
export function matcherOf(requirements: Value): (type: string, size: InstanceSize) => boolean {
  const range = (name: string): ((value: number) => boolean) => {
    const [min, max] = [requirements.at(name, "min").number() ?? 0, requirements.at(name, "max").number() ?? Infinity];
    return (value) => min <= value && value <= max;
  };
  const hasVcpus = range("vcpuCount");
  const hasMemory = range("memoryMib");
  const hasAccelerators = range("acceleratorCount");
  const manufacturers = requirements.at("cpuManufacturers").strings();
  const makers = requirements.at("acceleratorManufacturers").strings();
  const generations = requirements.at("instanceGenerations").strings();
  const excluded = requirements.at("excludedInstanceTypes").strings().map(globPattern);
  const allowed = requirements.at("allowedInstanceTypes").strings().map(globPattern);
  // AWS excludes both by default.
  const burstable = requirements.at("burstablePerformance").string() ?? "excluded";
  const bareMetal = requirements.at("bareMetal").string() ?? "excluded";
  return (type, size) =>
    hasVcpus(size.vcpus) &&
    hasMemory(size.memoryMiB) &&
    hasAccelerators(size.accelerators) &&
    (manufacturers.length === 0 || manufacturers.includes(manufacturerOf(type))) &&
    (makers.length === 0 || size.accelerators === 0 || makers.includes(size.acceleratorMaker)) &&
    (generations.length === 0 || generations.includes(size.current ? "current" : "previous")) &&
    isPermitted(burstable, /^t\d/.test(type)) &&
    isPermitted(bareMetal, /\.metal/.test(type)) &&
    !excluded.some((pattern) => pattern.test(type)) &&
    (allowed.length === 0 || allowed.some((pattern) => pattern.test(type)));
}

const isPermitted = (policy: string, has: boolean): boolean => (has ? policy !== "excluded" : policy !== "required");

const globPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);

/** Capabilities in a family's name: `g` is Graviton, `a` is AMD. */
function manufacturerOf(type: string): string {
  const capabilities = /^[a-z]+\d+([a-z]*)/.exec(type)?.[1] ?? "";
  if (/^a1\./.test(type) || capabilities.includes("g")) return "amazon-web-services";
  return capabilities.includes("a") ? "amd" : "intel";
}

/** True for families c, m and r. AWS takes the lowest price among them, and among all types only if none of them matches. */
export const isGeneralPurpose = (type: string): boolean => /^[cmr]\d/.test(type);
