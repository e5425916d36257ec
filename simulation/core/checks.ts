import type { Refuse } from "./resourceType";
import { toText } from "./text";

interface Context {
  readonly refuse: Refuse;
}

/** Refuses text that is too long or does not match the pattern. */
export function checkText(
  { refuse }: Context,
  property: string,
  value: unknown,
  rule: { readonly maxLength: number; readonly pattern: RegExp; readonly code?: string },
): void {
  if (value === undefined || value === null) return;
  const code = rule.code ?? "ValidationError";
  if (typeof value !== "string" || value.length === 0 || value.length > rule.maxLength) {
    refuse(property, code, `1 validation error detected: must have length between 1 and ${rule.maxLength}`);
  } else if (!rule.pattern.test(value)) {
    refuse(property, code, `1 validation error detected: '${value}' must satisfy ${String(rule.pattern)}`);
  }
}

/** Refuses numbers outside a range, which includes both ends. */
export function checkRange(
  { refuse }: Context,
  property: string,
  value: unknown,
  [min, max]: readonly [number, number],
  code = "ValidationError",
): void {
  if (value === undefined || value === null) return;
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max) {
    refuse(property, code, `Value ${toText(value)} must be a whole number from ${min} to ${max}`);
  }
}

/** Refuses values outside a list. */
export function checkOneOf(
  { refuse }: Context,
  property: string,
  value: unknown,
  allowed: readonly (string | number)[],
  code = "ValidationError",
): void {
  if (value === undefined || value === null || (allowed as readonly unknown[]).includes(value)) return;
  refuse(property, code, `Value '${toText(value)}' must be one of ${allowed.join(", ")}`);
}
