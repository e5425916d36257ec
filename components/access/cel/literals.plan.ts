/** Literal arguments that the API server checks when it compiles an expression (cel-go's AST validators). */

import type { Expression } from "./syntax.plan";
import type { Type } from "./types.plan";

/** Go's time.ParseDuration. */
const duration = /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$/;
/** RFC 3339. */
const timestamp = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)$/;

/** Problem of a literal argument of a function; undefined if there is none, or if the argument is no literal. */
export function checkLiteral(
  name: string,
  args: readonly Expression[],
): { readonly at: number; readonly message: string } | undefined {
  const [argument] = args;
  if (argument?.kind !== "literal" || argument.text === undefined) return undefined;
  const { text, at } = argument;
  if (name === "duration" && !duration.test(text)) return { at, message: "is no duration; write one such as 1h30m" };
  if (name === "timestamp" && !(timestamp.test(text) && Number.isFinite(Date.parse(text)))) {
    return { at, message: "is no timestamp; write one such as 2026-01-31T12:00:00Z" };
  }
  if (name === "matches" && args.length === 1) {
    const problem = patternProblem(text);
    if (problem !== undefined) return { at, message: problem };
  }
  return undefined;
}

/** Types that the clauses of a format accept, besides `dyn`. */
const clauses: Readonly<Record<string, readonly string[]>> = {
  s: ["list", "map", "int", "uint", "double", "bool", "string", "timestamp", "bytes", "duration", "type", "null"],
  d: ["int", "uint"],
  f: ["double", "string"],
  e: ["double", "string"],
  b: ["int", "uint", "bool"],
  x: ["int", "uint", "string", "bytes"],
  X: ["int", "uint", "string", "bytes"],
  o: ["int", "uint"],
};

/** Problem of a literal format with a literal list of arguments. @param types of the arguments. */
export function formatProblem(format: string, types: readonly Type[]): string | undefined {
  const found = format.replaceAll("%%", "").match(/%(\.\d+)?[^]?/g) ?? [];
  if (found.length !== types.length) return `the format has ${found.length} clauses, but ${types.length} arguments`;
  for (const [index, clause] of found.entries()) {
    const accepted = clauses[clause.slice(-1)];
    if (accepted === undefined) return `unknown clause ${clause}; write one of %s, %d, %f, %e, %b, %x, %X, %o`;
    const { name } = types[index] as Type;
    if (name === "any") return `${clause} cannot format a claim, which has no type; write string(…) around it`;
    if (name !== "dyn" && !accepted.includes(name)) return `${clause} cannot format ${name}`;
  }
  return undefined;
}

/** RE2 differs from JavaScript's expressions; parts that only one of them has are judged here, or not at all. */
function patternProblem(pattern: string): string | undefined {
  if (/\(\?(=|!|<=|<!)/.test(pattern))
    return "uses a look-around, which RE2 does not have; write the expression without it";
  if (/(^|[^\\])(\\\\)*\\[1-9]/.test(pattern)) {
    return "uses a back-reference, which RE2 does not have; write the expression without it";
  }
  if (/\(\?[^:]|\\[pPQEzACx]|\[\[:/.test(pattern)) return undefined;
  try {
    new RegExp(pattern);
    return undefined;
  } catch {
    return "is no regular expression; write one in the syntax of RE2";
  }
}
