import { finding } from "../../settings/problems";
import type { Finding, SettingPath } from "../../settings/problems";
import { checkCel } from "./checker.plan";
import type { Environment } from "./environments.plan";
import { findExpression } from "./parser.plan";
import type { Expression } from "./syntax.plan";
import { parts } from "./syntax.plan";
import type { Type } from "./types.plan";
import { dynType, formatType } from "./types.plan";

/** Types that the result may have. */
export interface Wanted {
  /** Names of types; absent: any. */
  readonly types?: readonly string[];
  /** Accepts a type that only the evaluation shows. */
  readonly orDynamic?: boolean;
}

/** Rules, which must be true. The API server refuses a result of unknown type. */
const condition: Wanted = { types: ["bool"] };

/** Checks an expression that must be true. */
export function* checkCondition(path: SettingPath, expression: string, environment: Environment): Iterable<Finding> {
  yield* checkExpression(path, expression, environment, condition);
}

/** Checks names, functions and types of an expression as the API server does when it starts. Returns the type. */
export function* checkExpression(
  path: SettingPath,
  expression: string,
  environment: Environment,
  { types, orDynamic = false }: Wanted = {},
): Generator<Finding, Type> {
  const parsed = findExpression(expression);
  if (parsed === undefined) return dynType;
  const { type, errors } = checkCel(parsed, environment);
  for (const { message, at } of errors) yield finding(path, `${message} (character ${at + 1})`);
  if (errors.length > 0 || types === undefined || types.includes(type.name)) return type;
  const dynamic = type.name === "dyn" || type.name === "any";
  if (dynamic && orDynamic) return type;
  const hint = dynamic ? "; compare the value, for example with == true" : "";
  yield finding(path, `must be ${types.join(" or ")}, but is ${formatType(type)}${hint}`);
  return type;
}

/** True if an expression selects a field of a variable, as `claims.email`; `indexed` includes `claims["email"]`. */
export function selects(
  expression: Expression | undefined,
  variable: string,
  field: string,
  { indexed = false } = {},
): boolean {
  if (expression === undefined) return false;
  if (expression.kind === "selection" && expression.field === field && isVariable(expression.operand, variable))
    return true;
  if (indexed && expression.kind === "call" && /^_\[\??_\]$/.test(expression.name)) {
    const [operand, index] = expression.args;
    if (operand && isVariable(operand, variable) && index?.kind === "literal" && index.text === field) return true;
  }
  return parts(expression).some((part) => selects(part, variable, field, { indexed }));
}

const isVariable = (expression: Expression, name: string): boolean =>
  expression.kind === "identifier" && expression.name === name;
