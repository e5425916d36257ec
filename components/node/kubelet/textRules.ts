import { parseQuantity, wholeUnits } from "../../tenancy/quantity.plan";
import type { TextRule } from "../../settings/textRules";

/** Kubernetes quantity in a range, both ends included. */
export const quantityRule =
  (least: string, most: string, example: string): TextRule =>
  (text) => {
    const [min = 0n, max = 0n] = [least, most].map(parseQuantity);
    const value = parseQuantity(text);
    if (value === undefined) return `write a quantity such as ${example}`;
    return value >= min && value <= max ? undefined : `write a quantity from ${least} to ${most}, such as ${example}`;
  };

/** Bytes as a whole number with a unit, in a range: kubelet reads some of them without fractions (`1.5Gi`) and exponents. */
export const bytesRule = (least: string, most: string, example: string): TextRule => {
  const rule = quantityRule(least, most, example);
  return (text) =>
    rule(text) ??
    (/^\d+([KMGT]i|[kMGT])?$/.test(text) ? undefined : `write a whole number of bytes such as ${example}`);
};

const isWhole = (text: string): boolean => (parseQuantity(text) ?? 0n) % wholeUnits(1) === 0n;

/**
 * Amount of a resource at which kubelet evicts pods: a quantity or a percentage. Kubernetes ignores 0% and 100%: without a
 * threshold, the kernel would kill processes of the node instead.
 */
export const thresholdRule: TextRule = (text) => {
  const percent = /^(\d{1,2}(?:\.\d{1,3})?)%$/.exec(text)?.[1];
  const positive = percent === undefined ? (parseQuantity(text) ?? 0n) > 0n && isWhole(text) : Number(percent) > 0;
  return positive
    ? undefined
    : "write a quantity above 0 such as 500Mi, or a percentage between 0% and 100% such as 10%";
};

const segment = "[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?";
/** Kernel parameters that Linux keeps per pod, and kubelet therefore accepts (k8s.io/component-helpers/node/util/sysctl). */
const namespaced = new RegExp(
  `^(?:kernel\\.(?:sem|shm\\*|shmall|shmmax|shmmni|shm_rmid_forced|msg\\*|msgmax|msgmnb|msgmni)|(?:net|fs\\.mqueue)(?:\\.${segment})*\\.(?:${segment}|(?:[a-z0-9][-_a-z0-9]*)?\\*))$`,
);

/** Name of a kernel parameter, or a pattern that ends in `*`. 64 characters suffice for every parameter, and user data is limited. */
export const sysctlRule: TextRule = (text) => {
  if (text.length > 64) return `${text.length} characters; write at most 64`;
  return namespaced.test(text)
    ? undefined
    : "write a parameter that each pod has its own value of, such as net.core.somaxconn, net.ipv4.*, kernel.shm*, kernel.msg*, kernel.sem or fs.mqueue.*";
};
