import * as fc from "fast-check";

import { formatQuantity, parseQuantity } from "../../../components/tenancy/quantity.plan";

const one = 1_000_000_000n;

test.each<[string, bigint]>([
  ["0", 0n],
  ["1", one],
  ["500m", one / 2n],
  ["1.5", (one * 3n) / 2n],
  ["250u", 250_000n],
  ["7n", 7n],
  ["2k", 2000n * one],
  ["1Ki", 1024n * one],
  ["1.5Gi", (one * 3n * 1024n ** 3n) / 2n],
  ["3E", 3n * 10n ** 18n * one],
  ["1e3", 1000n * one],
  ["5E2", 500n * one],
  ["1e-3", one / 1000n],
  ["12e+3", 12_000n * one],
])("%s is %d nano-units", (text, nanos) => {
  expect(parseQuantity(text)).toBe(nanos);
});

test.each([
  "",
  "-1",
  "+1",
  "1 Gi",
  "1GB",
  "1gi",
  "1K",
  "one",
  ".5",
  "1.",
  "1e",
  "1ee3",
  "0.1n",
  "Gi",
  "1Gi1",
  "9e30",
  "12Ei",
])("%j is not a quantity", (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test("formatted quantities parse to the same amount", () => {
  const units = fc.constantFrom("cores" as const, "bytes" as const, "count" as const);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 90n }), units, (nanos, unit) => {
      expect(parseQuantity(formatQuantity(nanos, unit))).toBe(nanos);
    }),
  );
});

test.each<[bigint, "cores" | "bytes" | "count", string]>([
  [one * 4n, "cores", "4"],
  [one / 4n, "cores", "250m"],
  [one * 1024n ** 3n * 3n, "bytes", "3Gi"],
  [one * 1024n ** 2n * 1536n, "bytes", "1536Mi"],
  [one * 1000n, "bytes", "1000"],
  [one * 1024n, "count", "1024"],
  [0n, "bytes", "0"],
  [3n, "cores", "3n"],
])("%d nano-units of %s are formatted as %s", (nanos, unit, text) => {
  expect(formatQuantity(nanos, unit)).toBe(text);
});
