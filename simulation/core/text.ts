/** Any value as text, for messages. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "nothing" : JSON.stringify(value);
}
