/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) as exact integers of nano-units. Floating point would accept a quota that is
 * exceeded by a rounding error, or reject one that fits.
 */

/** Nano-units in one unit; Kubernetes has no finer step. */
const nanosInOne = 1_000_000_000n;

/** Nano-units by suffix (k8s.io/apimachinery/pkg/api/resource). */
const decimal: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  "": nanosInOne,
  k: nanosInOne * 10n ** 3n,
  M: nanosInOne * 10n ** 6n,
  G: nanosInOne * 10n ** 9n,
  T: nanosInOne * 10n ** 12n,
  P: nanosInOne * 10n ** 15n,
  E: nanosInOne * 10n ** 18n,
};
const binarySuffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const binary: Readonly<Record<string, bigint>> = Object.fromEntries(
  binarySuffixes.map((suffix, index) => [suffix, nanosInOne * 1024n ** BigInt(index + 1)]),
);

const form = /^(\d{1,28})(?:\.(\d{1,9}))?(?:([eE])(\+?\d{1,2}|-\d)|([KMGTPE]i|[numkMGTPE]?))$/;

/** Largest quantity: Kubernetes represents up to 2^63 - 1 units exactly. */
const maxNanos = (2n ** 63n - 1n) * nanosInOne;

/** Nano-units; undefined for a text that is not a quantity, negative, or not exact in nano-units. */
export function parseQuantity(text: string): bigint | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [, whole = "", fraction = "", exponentSign, exponent = "0", suffix = ""] = parts;
  const scale = decimal[suffix] ?? binary[suffix];
  if (scale === undefined) return undefined;
  const digits = BigInt(whole + fraction);
  const power = (exponentSign === undefined ? 0 : Number(exponent)) - fraction.length;
  const scaled = digits * scale;
  const divisor = power < 0 ? 10n ** BigInt(-power) : 1n;
  if (scaled % divisor !== 0n) return undefined;
  const nanos = power < 0 ? scaled / divisor : scaled * 10n ** BigInt(power);
  return nanos > maxNanos ? undefined : nanos;
}

/** Kind of a quantity, which determines its format. */
export type Unit = "cores" | "bytes" | "count";

/** Formats nano-units as `kubectl` does: fractions of cores in thousandths, bytes with binary suffixes. */
export function formatQuantity(nanos: bigint, unit: Unit): string {
  if (nanos % nanosInOne !== 0n) return smallest(nanos);
  const units = nanos / nanosInOne;
  if (unit !== "bytes" || units === 0n) return String(units);
  const suffix = binarySuffixes.findLast((each) => nanos % (binary[each] ?? 1n) === 0n);
  return suffix === undefined ? String(units) : `${nanos / (binary[suffix] ?? 1n)}${suffix}`;
}

function smallest(nanos: bigint): string {
  for (const suffix of ["m", "u"]) {
    const scale = decimal[suffix] ?? 1n;
    if (nanos % scale === 0n) return `${nanos / scale}${suffix}`;
  }
  return `${nanos}n`;
}

/** Nano-units of a whole number. */
export const wholeUnits = (count: number): bigint => BigInt(count) * nanosInOne;

/** Compares quantities; undefined if one is absent or invalid. */
export function compareQuantities(one: string | undefined, other: string | undefined): -1 | 0 | 1 | undefined {
  const [left, right] = [one, other].map((text) => (text === undefined ? undefined : parseQuantity(text)));
  if (left === undefined || right === undefined) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}
