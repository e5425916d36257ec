/** Wildcards of IAM. Pure. */

/** True if the text matches a pattern in which `*` is any text and `?` one character. */
export function matchesGlob(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`).test(text);
}

/** True if an ARN matches a pattern; a wildcard does not reach beyond its part of the ARN. `*` alone matches everything. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === "*") return true;
  const [wanted, found] = [arnParts(pattern), arnParts(arn)];
  return wanted.length === found.length && wanted.every((part, index) => matchesGlob(part, found[index] ?? ""));
}

/** The six parts of an ARN; the last may contain colons. */
function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(":")] : [])];
}
