/** Literal arguments that the API server checks when it compiles an expression (cel-go's AST validators). */

import type { Expression } from "./syntax.plan";
import { parts } from "./syntax.plan";
import type { Type } from "./types.plan";

/** Go's time.ParseDuration. */
const duration = /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$/;
/** RFC 3339. */
const timestamp = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)$/;

/** Texts that conversions accept: Go's strconv.ParseInt, ParseUint, ParseFloat and ParseBool. */
const conversions: Readonly<Record<string, RegExp>> = {
  int: /^[-+]?\d{1,19}$/,
  uint: /^\d{1,20}$/,
  double: /^[-+]?((\d[\d_]*(\.\d*)?|\.\d+)(e[-+]?\d+)?|inf(inity)?|nan|0x[\da-f.]+p[-+]?\d+)$/i,
  bool: /^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/,
};

/** A constant that can be the key of no map. */
function isNoKey(expression: Expression): boolean {
  if (expression.kind === "literal") return expression.type === "null" || expression.type === "bytes";
  if (expression.kind === "call" && expression.name === "type") return expression.args.every(isConstant);
  return (expression.kind === "list" || expression.kind === "map") && isConstant(expression);
}

const isConstant = (expression: Expression): boolean =>
  ["literal", "list", "map"].includes(expression.kind) && parts(expression).every(isConstant);

/** Problem of a literal argument of a function; undefined if there is none, or if the argument is no literal. */
export function checkLiteral(
  name: string,
  args: readonly Expression[],
): { readonly at: number; readonly message: string } | undefined {
  const [argument, index] = args;
  if (/^_\[\??_\]$/.test(name) && index && isNoKey(index)) {
    return { at: index.at, message: "cannot be an index; write a text, a number or a boolean" };
  }
  if (name === "uint" && argument?.kind === "call" && argument.name === "-_" && argument.args[0]?.kind === "literal") {
    return { at: argument.at, message: "is negative; write int(…)" };
  }
  if (argument?.kind !== "literal" || argument.text === undefined) return undefined;
  const { text, at } = argument;
  if (name === "duration" && !duration.test(text)) return { at, message: "is no duration; write one such as 1h30m" };
  if (name === "timestamp" && !(timestamp.test(text) && Number.isFinite(Date.parse(text)))) {
    return { at, message: "is no timestamp; write one such as 2026-01-31T12:00:00Z" };
  }
  const conversion = Object.hasOwn(conversions, name) ? conversions[name] : undefined;
  if (conversion !== undefined && !conversion.test(text)) return { at, message: `cannot be converted to ${name}` };
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
