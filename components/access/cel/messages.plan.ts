/** Messages about names and types in CEL expressions. */

import { nearest } from "../../settings/suggestions";
import { library } from "./library.plan";
import type { Type } from "./types.plan";

export const unknownVariable = (name: string, known: readonly string[]): string =>
  `unknown variable ${name}; available here: ${known.join(", ")}`;

export function unknownField({ fields = {} }: Type, field: string): string {
  const known = Object.keys(fields);
  const meant = nearest(field, known);
  return `unknown field ${field}; ${meant === undefined ? `write one of ${known.join(", ")}` : `did you mean ${meant}?`}`;
}

export function unknownFunction(name: string, method: boolean): string {
  const meant = nearest(
    name,
    [...library.functions.keys()].filter((key) => /^\w+$/.test(key)),
  );
  const hint = meant === undefined ? "remove it" : `did you mean ${meant}?`;
  return `unknown ${method ? "method" : "function"} ${name}; ${hint}`;
}

/** @param types of the arguments, as texts; those of a method begin with its receiver. */
export function noOverload(name: string, method: boolean, types: readonly string[]): string {
  const [first = "", ...rest] = types;
  if (method) return `${first} has no method ${name}(${rest.join(", ")})`;
  if (name === "_[_]" || name === "_[?_]") return `${first} has no index of type ${rest.join(", ")}`;
  if (name === "_?_:_") {
    return `the condition must be bool and both results of one type, but they are ${types.join(", ")}`;
  }
  const operator = /^(@in|\W_|_\W+_)$/.test(name) ? name.replace(/[_@]/g, "") : undefined;
  if (operator === undefined) return `there is no function ${name}(${types.join(", ")})`;
  return `${operator} cannot be applied to ${types.join(" and ")}`;
}
