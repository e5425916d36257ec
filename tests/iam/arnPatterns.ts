/** ARNs of statements, compared with the ARN formats of AWS's service authorization reference. */

/** Part of a pattern: a character, or any character except those in `not`; `repeated`: any number of them. */
type Token = string | { readonly not: string; readonly repeated: boolean };

/** ARN of a statement: `*` stands for any text. */
const policyTokens = (arn: string): Token[] =>
  Array.from(arn, (character) => (character === "*" ? { not: "", repeated: true } : character));

/** ARN format: a variable stands for at least one character. Only keys of S3 objects contain colons. */
function formatTokens(format: string): Token[] {
  const not = format.includes(":s3:") ? "" : ":";
  return format.split(/(\$\{\w+\})/).flatMap((part): Token[] =>
    part.startsWith("${")
      ? [
          { not, repeated: false },
          { not, repeated: true },
        ]
      : Array.from(part),
  );
}

/** True if some ARN matches both the statement and the format. */
export function fitsFormat(arn: string, format: string): boolean {
  return overlap(policyTokens(arn), formatTokens(format));
}

/** True if some text matches both patterns. */
function overlap(left: readonly Token[], right: readonly Token[]): boolean {
  const seen = new Map<number, boolean>();
  const visit = (i: number, j: number): boolean => {
    const key = i * (right.length + 1) + j;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const found = step(i, j);
    seen.set(key, found);
    return found;
  };
  const step = (i: number, j: number): boolean => {
    const [a, b] = [left[i], right[j]];
    if (a === undefined && b === undefined) return true;
    if (isRepeated(a) && visit(i + 1, j)) return true;
    if (isRepeated(b) && visit(i, j + 1)) return true;
    if (a === undefined || b === undefined || !meet(a, b)) return false;
    // Two repeated parts that meet: one of the steps above ends one of them.
    if (isRepeated(a) && isRepeated(b)) return false;
    return visit(isRepeated(a) ? i : i + 1, isRepeated(b) ? j : j + 1);
  };
  return visit(0, 0);
}

const isRepeated = (token: Token | undefined): boolean => typeof token === "object" && token.repeated;

/** True if some character matches both. */
function meet(a: Token, b: Token): boolean {
  if (typeof a === "string") return typeof b === "string" ? a === b : !b.not.includes(a);
  return typeof b === "object" || !a.not.includes(b);
}
