/** Names, labels and quantities as the API server validates them (k8s.io/apimachinery, `pkg/util/validation`). */

import type { NameRule } from "./kinds";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualified = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Problem of an object's name; undefined for a valid name. */
export function nameProblem(name: string, rule: NameRule): string | undefined {
  switch (rule) {
    case "subdomain":
      return name.length <= 253 && subdomain.test(name)
        ? undefined
        : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'";
    case "label":
      return name.length <= 63 && label.test(name)
        ? undefined
        : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'";
    case "letterLabel":
      return name.length <= 63 && label.test(name) && /^[a-z]/.test(name)
        ? undefined
        : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', and start with a letter";
    case "pathSegment":
      return name !== "." && name !== ".." && !/[/%]/.test(name) ? undefined : "may not be '.', '..' or contain / or %";
  }
}

/** Problem of the key of a label or an annotation. */
export function keyProblem(key: string): string | undefined {
  const [name = "", prefix, ...rest] = key.split("/").reverse();
  const validPrefix = prefix === undefined || (prefix.length <= 253 && subdomain.test(prefix));
  if (rest.length === 0 && validPrefix && name.length <= 63 && qualified.test(name)) return undefined;
  return "name part must consist of alphanumeric characters, '-', '_' or '.', at most 63 of them";
}

/** Problem of the value of a label. */
export const labelValueProblem = (value: string): string | undefined =>
  value === "" || (value.length <= 63 && qualified.test(value))
    ? undefined
    : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', at most 63";

const suffixes: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** Number that a quantity (`250m`, `64Mi`) stands for; undefined for an invalid quantity. */
export function quantity(value: string | number): number | undefined {
  const [, digits = "", suffix = ""] = /^([+-]?\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(value)) ?? [];
  const unit = suffixes[suffix];
  return digits === "" || unit === undefined ? undefined : Number(digits) * unit;
}
