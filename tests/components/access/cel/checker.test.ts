import { checkCondition, checkExpression } from "../../../../components/access/cel/checks";
import { claimsEnvironment, policyEnvironment } from "../../../../components/access/cel/environments.plan";
import { CelError } from "../../../../components/access/cel/tokens.plan";
import { parseCel } from "../../../../components/access/cel/parser.plan";
import { parseType, formatType } from "../../../../components/access/cel/types.plan";
import { environments } from "./environments";
import { invalidConditions, validConditions } from "./expressions";
import type { EnvironmentName } from "./expressions";

function problems(environment: EnvironmentName, expression: string): readonly string[] {
  try {
    parseCel(expression);
  } catch (error) {
    if (error instanceof CelError) return [error.message];
    throw error;
  }
  return [...checkCondition(["x"], expression, environments[environment])].map(({ message }) => message);
}

test.each(validConditions)("%s: %s is accepted", (environment, expression) => {
  expect(problems(environment, expression)).toEqual([]);
});

test.each(invalidConditions)("%s: %s is refused", (environment, expression, message) => {
  expect(problems(environment, expression)).toEqual([expect.stringContaining(message)]);
});

test("all errors of an expression are reported, with their places", () => {
  expect(problems("user", "user.name == nosuch(1) || other")).toEqual([
    "unknown field name; write one of username, uid, groups, extra (character 6)",
    "unknown function nosuch; remove it (character 14)",
    "unknown variable other; available here: user (character 27)",
  ]);
});

test("variables of a policy have the types of their expressions", () => {
  const environment = policyEnvironment({ names: parseType("list(string)"), size: parseType("int") });
  const found = (expression: string) =>
    [...checkCondition(["x"], expression, environment)].map(({ message }) => message);
  expect(found("variables.names.exists(n, n == 'a') && variables.size > 1")).toEqual([]);
  expect(found("variables.size == 'a' || variables.sizes == 1")).toEqual([
    "== cannot be applied to int and string (character 16)",
    "unknown field sizes; did you mean size? (character 36)",
  ]);
});

test.each([
  ["claims.sub", "dyn"],
  ["'a' + claims.sub", "string"],
  ["dyn(claims.groups).map(g, 'x:' + string(g))", "list(string)"],
  ["{'a': [1]}", "map(string, list(int))"],
  ["[]", "list(dyn)"],
  ["optional.none()", "optional_type(dyn)"],
])("the type of %s is %s", (expression, type) => {
  const checked = checkExpression(["x"], expression, claimsEnvironment);
  let step = checked.next();
  while (step.done !== true) step = checked.next();
  expect(formatType(step.value)).toBe(type);
});
