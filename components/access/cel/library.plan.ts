/** Functions, methods and names of CEL in Kubernetes, from library.txt. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Type } from "./types.plan";
import { parseType, splitTypes } from "./types.plan";

/** One form of a function; that of a method has its receiver first. */
export interface Overload {
  readonly method: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
}

/**
 * Overloads by name, and types by the name of a type. The text lists the environment of k8s.io/apiserver v0.36.3;
 * tests/programs/readers compares it with that of the pinned version.
 */
function readLibrary(): {
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  readonly types: ReadonlyMap<string, Type>;
} {
  const functions = new Map<string, Overload[]>();
  const types = new Map<string, Type>();
  for (const line of readFileSync(join(__dirname, "library.txt"), "utf8").trimEnd().split("\n")) {
    const [, receiver, name = "", args, result = ""] = /^(?:(.+)->)?([^(]+?)(?:\((.*)\))?: (.+)$/.exec(line) ?? [];
    if (args === undefined) {
      types.set(name, parseType(result));
      continue;
    }
    const own = [...(receiver === undefined ? [] : [receiver]), ...splitTypes(args)].map(parseType);
    const overload = { method: receiver !== undefined, args: own, result: parseType(result) };
    functions.set(name, [...(functions.get(name) ?? []), overload]);
  }
  return { functions, types };
}

export const library = readLibrary();
