import type { Request } from "./resourceType";
import { show } from "./text";

type Asker = Pick<Request<unknown>, "refuse">;

/** Refuses text that is too long or has other characters than the pattern lets through. */
export function checkText(
  { refuse }: Asker,
  property: string,
  value: unknown,
  rule: { readonly longest: number; readonly pattern: RegExp; readonly code?: string },
): void {
  if (value === undefined || value === null) return;
  const code = rule.code ?? "ValidationError";
  if (typeof value !== "string" || value.length === 0 || value.length > rule.longest) {
    refuse(property, code, `1 validation error detected: must have length between 1 and ${show(rule.longest)}`);
  } else if (!rule.pattern.test(value)) {
    refuse(property, code, `1 validation error detected: '${value}' must satisfy ${show(rule.pattern)}`);
  }
}

/** Refuses numbers outside their range, ends included. */
export function checkRange(
  { refuse }: Asker,
  property: string,
  value: unknown,
  [least, most]: readonly [number, number],
  code = "ValidationError",
): void {
  if (value === undefined || value === null) return;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    refuse(property, code, `Value ${show(value)} must be a whole number from ${show(least)} to ${show(most)}`);
  }
}

/** Refuses what is not one of a service's words. */
export function checkOneOf(
  { refuse }: Asker,
  property: string,
  value: unknown,
  words: readonly (string | number)[],
  code = "ValidationError",
): void {
  if (value === undefined || value === null || (words as readonly unknown[]).includes(value)) return;
  refuse(property, code, `Value '${show(value)}' must be one of ${words.join(", ")}`);
}
