/** Type checker of CEL, by the rules of cel-go (checker/checker.go of v0.26), which the API server compiles expressions with. */

import type { Environment } from "./environments.plan";
import { checkLiteral, formatProblem } from "./literals.plan";
import { library } from "./library.plan";
import { noOverload, unknownField, unknownFunction, unknownVariable } from "./messages.plan";
import type { Overload } from "./library.plan";
import type { Call, Expression, List, Macro, MapLiteral, Selection } from "./syntax.plan";
import { CelError } from "./tokens.plan";
import type { Type } from "./types.plan";
import {
  Substitutions,
  boolType,
  dynType,
  errorType,
  formatType,
  intType,
  isParameter,
  listType,
  mapType,
  mostGeneral,
  optionalType,
  optionalValue,
  sameType,
} from "./types.plan";

const literalTypes = Object.fromEntries(
  ["bool", "int", "uint", "double", "string", "bytes", "null"].map((name) => [name, { name, parameters: [] }]),
) as Readonly<Record<string, Type>>;

class Checker {
  readonly errors: CelError[] = [];
  private readonly substitutions = new Substitutions();
  private readonly scopes: Map<string, Type>[] = [];
  /** Depth of calls of `format`, whose arguments may have different types. */
  private formats = 0;

  constructor(private readonly environment: Environment) {}

  /** Type of a whole expression, without type parameters. */
  whole(expression: Expression): Type {
    return this.substitutions.apply(this.check(expression), dynType);
  }

  private fail(at: number, message: string): Type {
    this.errors.push(new CelError(message, at));
    return errorType;
  }

  private assign(from: Type, to: Type): boolean {
    return this.substitutions.assign([from], [to]);
  }

  private resolved(type: Type): Type {
    return this.substitutions.apply(type);
  }

  private readonly format = (type: Type): string => formatType(this.resolved(type));

  private check(expression: Expression): Type {
    switch (expression.kind) {
      case "literal":
        return literalTypes[expression.type] ?? dynType;
      case "identifier":
        return (
          this.variable(expression.name) ??
          this.fail(expression.at, unknownVariable(expression.name, Object.keys(this.environment)))
        );
      case "selection":
        return this.selection(expression);
      case "call":
        return this.call(expression);
      case "list":
        return this.list(expression);
      case "map":
        return this.map(expression);
      case "message":
        return this.fail(expression.at, `unknown type ${expression.name}; messages are not available`);
      case "macro":
        return this.macro(expression);
    }
  }

  private variable(name: string): Type | undefined {
    for (const scope of [...this.scopes].reverse()) {
      const found = scope.get(name);
      if (found !== undefined) return found;
    }
    return this.environment[name] ?? library.types.get(name);
  }

  private selection({ operand, field, form, at }: Selection): Type {
    const qualified = form === "value" ? qualifiedName(operand) : undefined;
    const variable = qualified === undefined ? undefined : this.variable(`${qualified}.${field}`);
    if (variable !== undefined) return variable;
    const type = this.resolved(this.check(operand));
    const value = optionalValue(type);
    const result = this.field(value ?? type, field, at);
    if (form === "test") return boolType;
    return value !== undefined || form === "optional" ? optionalType(result) : result;
  }

  private field(type: Type, field: string, at: number): Type {
    if (type.name === "map") return type.parameters[1] ?? dynType;
    if (type.fields !== undefined) {
      const found = Object.hasOwn(type.fields, field) ? type.fields[field] : undefined;
      return found ?? this.fail(at, unknownField(type, field));
    }
    if (isParameter(type)) {
      this.assign(dynType, type);
      return dynType;
    }
    if (["dyn", "any", errorType.name].includes(type.name)) return dynType;
    return this.fail(at, `${this.format(type)} has no field ${field}`);
  }

  private call(call: Call): Type {
    const { name, target, args, at } = call;
    this.formats += name === "format" ? 1 : 0;
    const types = args.map((arg) => this.check(arg));
    this.formats -= name === "format" ? 1 : 0;
    const prefix = target && qualifiedName(target);
    const namespaced = prefix === undefined ? undefined : library.functions.get(`${prefix}.${name}`);
    if (namespaced?.some(({ method }) => !method))
      return this.resolve(call, `${prefix}.${name}`, namespaced, false, types);
    const receiver = target && this.check(target);
    const overloads = library.functions.get(name);
    if (overloads === undefined) return this.fail(at, unknownFunction(name, target !== undefined));
    return this.resolve(call, name, overloads, target !== undefined, receiver ? [receiver, ...types] : types);
  }

  private formatting({ name, target, args: [list] }: Call): { at: number; message: string } | undefined {
    if (name !== "format" || target?.kind !== "literal" || target.text === undefined || list?.kind !== "list") return;
    const errors = this.errors.length;
    this.formats++;
    const types = list.elements.map(({ value }) => this.resolved(this.check(value)));
    this.formats--;
    // The elements have been checked before: their errors are known.
    this.errors.length = errors;
    const message = formatProblem(target.text, types);
    return message === undefined ? undefined : { at: target.at, message };
  }

  private resolve(
    call: Call,
    name: string,
    overloads: readonly Overload[],
    method: boolean,
    types: readonly Type[],
  ): Type {
    const { args, at } = call;
    if (name === "_&&_" || name === "_||_") return this.logical(name, args, types);
    let result: Type | undefined;
    for (const overload of overloads) {
      if (overload.method !== method) continue;
      const [returned = dynType, ...wanted] = this.substitutions.instantiate([overload.result, ...overload.args]);
      if (!this.substitutions.assign(types, wanted)) continue;
      const found = this.resolved(returned);
      if (result === undefined) result = found;
      else if (!sameType(result, found)) result = dynType;
    }
    if (result === undefined) return this.fail(at, noOverload(name, method, types.map(this.format)));
    const problem = checkLiteral(name, args) ?? this.formatting(call);
    return problem === undefined ? result : this.fail(problem.at, problem.message);
  }

  private logical(name: string, args: readonly Expression[], types: readonly Type[]): Type {
    for (const [index, type] of types.entries()) {
      if (this.assign(type, boolType)) continue;
      this.fail(args[index]?.at ?? 0, `${name.slice(1, -1)} needs bool, but this is ${this.format(type)}`);
    }
    return boolType;
  }

  private join(previous: Type | undefined, type: Type, at: number): Type {
    if (previous === undefined) return type;
    if (this.assign(previous, type)) {
      const [a, b] = [this.resolved(previous), this.resolved(type)];
      const same = formatType(a) === formatType(b) || isParameter(a) || isParameter(b);
      if (same || [a, b].includes(errorType)) return mostGeneral(a, b);
    }
    if (this.formats > 0) return dynType;
    return this.fail(at, `all elements must have one type, but ${this.format(type)} follows ${this.format(previous)}`);
  }

  private element({ value, optional }: { readonly value: Expression; readonly optional: boolean }): Type {
    const type = this.check(value);
    if (!optional) return type;
    const resolved = this.resolved(type);
    return (
      optionalValue(resolved) ?? this.fail(value.at, `after ? an optional value must follow, not ${this.format(type)}`)
    );
  }

  private list({ elements }: List): Type {
    let type: Type | undefined;
    for (const element of elements) type = this.join(type, this.element(element), element.value.at);
    return listType(type ?? this.substitutions.newParameter());
  }

  private map({ entries }: MapLiteral): Type {
    let key: Type | undefined;
    let value: Type | undefined;
    for (const entry of entries) {
      key = this.join(key, this.check(entry.key), entry.key.at);
      value = this.join(value, this.element(entry), entry.value.at);
    }
    return mapType(key ?? this.substitutions.newParameter(), value ?? this.substitutions.newParameter());
  }

  private macro(macro: Macro): Type {
    const { name, range, variables, args, at } = macro;
    const type = this.resolved(this.check(range));
    const types = name.startsWith("opt")
      ? this.optionalVariable(type, range.at)
      : this.iterated(type, variables, range.at);
    this.scopes.push(new Map(variables.map((variable, index) => [variable, types[index] ?? dynType])));
    const found = args.map((arg) => this.check(arg));
    this.scopes.pop();
    const [first = dynType, last = first] = found;
    const filtered = found.length > 1;
    if (/^(all|exists|filter)/.test(name) || filtered) {
      if (!this.assign(boolType, first)) this.fail(args[0]?.at ?? at, `must be bool, but is ${this.format(first)}`);
    }
    if (/^(all|exists)/.test(name)) return boolType;
    if (name === "filter") return listType(types[0] ?? dynType);
    if (name === "optMap") return optionalType(this.resolved(first));
    if (name === "optFlatMap") return this.flattened(first, args[0]?.at ?? at);
    if (name === "sortBy") return this.sorted(type, first, at);
    if (name === "transformMap") return mapType(types[0] ?? dynType, this.resolved(last));
    if (name === "transformMapEntry") return this.resolved(last);
    return listType(this.resolved(last));
  }

  private flattened(result: Type, at: number): Type {
    if (this.assign(result, optionalType(this.substitutions.newParameter()))) return this.resolved(result);
    return this.fail(at, `must be an optional value, but is ${this.format(result)}`);
  }

  private sorted(range: Type, key: Type, at: number): Type {
    if (!this.assign(range, listType(this.substitutions.newParameter()))) {
      return this.fail(at, `sortBy needs a list, not ${this.format(range)}`);
    }
    const overloads = library.functions.get("@sortByAssociatedKeys") ?? [];
    const wanted = overloads.map(({ args }) => args[1] ?? dynType);
    if (wanted.some((keys) => this.assign(listType(key), keys))) return range;
    return this.fail(at, `cannot sort by ${this.format(key)}`);
  }

  /** Types of the variables of a macro over a list or map. */
  private iterated(type: Type, variables: readonly string[], at: number): readonly Type[] {
    const [first = dynType, second = dynType] = type.parameters;
    if (type.name === "list") return variables.length > 1 ? [intType, first] : [first];
    if (type.name === "map") return [first, second];
    if (isParameter(type)) this.assign(dynType, type);
    else if (type.name !== "dyn" && type.name !== errorType.name) {
      const hint = type.name === "any" ? "a claim has no type; write dyn(…) around it" : `not ${this.format(type)}`;
      return [this.fail(at, `a macro needs a list or a map, ${hint}`), errorType];
    }
    return [dynType, dynType];
  }

  private optionalVariable(type: Type, at: number): readonly Type[] {
    const value = optionalValue(type);
    if (value !== undefined) return [value];
    if (["dyn", "any", "null"].includes(type.name) || isParameter(type)) return [dynType];
    return [type === errorType ? errorType : this.fail(at, `needs an optional value, not ${this.format(type)}`)];
  }
}

/** `a.b.c` for selections of a name; undefined for other expressions. */
function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === "identifier") return expression.name;
  if (expression.kind !== "selection" || expression.form !== "value") return undefined;
  const operand = qualifiedName(expression.operand);
  return operand === undefined ? undefined : `${operand}.${expression.field}`;
}

/** Result of checking the types of an expression. */
export interface CheckedCel {
  /** Type of the result. */
  readonly type: Type;
  readonly errors: readonly CelError[];
}

/** Checks the types of a parsed expression. */
export function checkCel(expression: Expression, environment: Environment): CheckedCel {
  const checker = new Checker(environment);
  const type = checker.whole(expression);
  return { type, errors: checker.errors };
}
