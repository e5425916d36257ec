/** Types of CEL and their unification, by the rules of cel-go's type checker (checker/types.go of v0.26). */

/** Type by its name, with parameters for `list`, `map`, `optional_type` and `type`. */
export interface Type {
  /** Name as cel-go prints it; type parameters are single capitals or `#n`. */
  readonly name: string;
  readonly parameters: readonly Type[];
  /** Fields of an object; absent: not an object. */
  readonly fields?: Readonly<Record<string, Type>>;
}

const simple = (name: string): Type => ({ name, parameters: [] });

export const boolType = simple("bool");
export const intType = simple("int");
export const stringType = simple("string");
/** Any type; checked when the expression is evaluated. */
export const dynType = simple("dyn");
/** Any type that cannot be the range of a macro: claims of a token. */
export const anyType = simple("any");
/** Type of a part with an error, which further errors do not repeat. */
export const errorType = simple("!error!");

export const listType = (element: Type): Type => ({ name: "list", parameters: [element] });
export const mapType = (key: Type, value: Type): Type => ({ name: "map", parameters: [key, value] });
export const optionalType = (value: Type): Type => ({ name: "optional_type", parameters: [value] });
export const objectType = (name: string, fields: Readonly<Record<string, Type>>): Type => ({
  name,
  parameters: [],
  fields,
});

/** Parses a type as cel-go prints it, such as `map(string, list(A))`. */
export function parseType(text: string): Type {
  const [, name = text, inside] = /^([^(]+)\((.*)\)$/.exec(text) ?? [];
  return { name, parameters: inside === undefined ? [] : splitTypes(inside).map(parseType) };
}

/** Splits a list of types at its outer commas. */
export function splitTypes(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let rest = "";
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === "," && depth === 0) {
      found.push(rest.trim());
      rest = "";
    } else rest += character;
  }
  return rest.trim() === "" ? found : [...found, rest.trim()];
}

/** Text for messages. */
export function formatType({ name, parameters }: Type): string {
  if (name.startsWith("#") || name === "any") return "dyn";
  return parameters.length === 0 ? name : `${name}(${parameters.map(formatType).join(", ")})`;
}

export const isParameter = ({ name }: Type): boolean => /^([A-Z]|#\d+)$/.test(name);
const isDyn = ({ name }: Type): boolean => name === "dyn" || name === "any" || name === errorType.name;

/** Equality of names and parameters. */
export const sameType = (a: Type, b: Type): boolean =>
  a.name === b.name &&
  a.parameters.length === b.parameters.length &&
  a.parameters.every((parameter, index) => sameType(parameter, b.parameters[index] as Type));

/** The value of an optional type; undefined for other types. */
export const optionalValue = ({ name, parameters }: Type): Type | undefined =>
  name === "optional_type" ? parameters[0] : undefined;

/** Types that may be null in spite of their name. */
const isNullable = ({ name, fields }: Type): boolean =>
  fields !== undefined || /\.|^(null|optional_type|duration|timestamp)$/.test(name);

function isAtMostAsSpecific(a: Type, b: Type): boolean {
  if (isDyn(a) || isParameter(a)) return true;
  if (isDyn(b) || isParameter(b)) return false;
  if (a.name !== b.name) return false;
  return a.parameters.every((parameter, index) => isAtMostAsSpecific(parameter, b.parameters[index] ?? parameter));
}

/** The more general one of two types that unify. */
export const mostGeneral = (a: Type, b: Type): Type => (isAtMostAsSpecific(a, b) ? a : b);

/** Values of type parameters, which grow while an expression is checked. */
export class Substitutions {
  private values = new Map<string, Type>();
  private fresh = 0;

  newParameter(): Type {
    return simple(`#${this.fresh++}`);
  }

  /** Gives the parameters of each declaration names of their own. */
  instantiate(types: readonly Type[]): readonly Type[] {
    const own = new Map<string, Type>();
    const rename = (type: Type): Type => {
      if (isParameter(type)) {
        const renamed = own.get(type.name) ?? this.newParameter();
        own.set(type.name, renamed);
        return renamed;
      }
      return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(rename) };
    };
    return types.map(rename);
  }

  /** Replaces known parameters. @param unknown replaces the others; default: they stay. */
  apply(type: Type, unknown?: Type): Type {
    const value = this.values.get(type.name);
    if (value !== undefined) return this.apply(value, unknown);
    if (isParameter(type)) return unknown ?? type;
    return type.parameters.length === 0
      ? type
      : { ...type, parameters: type.parameters.map((parameter) => this.apply(parameter, unknown)) };
  }

  /** Assigns all types or none. */
  assign(from: readonly Type[], to: readonly Type[]): boolean {
    const before = new Map(this.values);
    if (from.length === to.length && from.every((type, index) => this.unify(type, to[index] as Type))) return true;
    this.values = before;
    return false;
  }

  private unify(from: Type, to: Type): boolean {
    if (isParameter(to)) {
      const found = this.substitute(from, to);
      if (found !== "unrelated") return found === "valid";
    }
    if (isParameter(from)) return this.substitute(to, from) === "valid";
    if (isDyn(from) || isDyn(to)) return true;
    if (from.name === "null") return isNullable(to);
    if (to.name === "null") return isNullable(from);
    if (from.name === "type" && to.name === "type") return true;
    return (
      from.name === to.name &&
      from.parameters.length === to.parameters.length &&
      from.parameters.every((parameter, index) => this.unify(parameter, to.parameters[index] as Type))
    );
  }

  private substitute(type: Type, parameter: Type): "valid" | "invalid" | "unrelated" {
    if (sameType(type, parameter)) return "valid";
    const value = this.values.get(parameter.name);
    if (value === undefined) {
      if (this.contains(type, parameter)) return "unrelated";
      this.values.set(parameter.name, type);
      return "valid";
    }
    if (sameType(type, value)) return "valid";
    if (!this.unify(type, value)) return "invalid";
    const general = mostGeneral(type, value);
    if (!this.contains(general, parameter)) this.values.set(parameter.name, general);
    return "valid";
  }

  private contains(type: Type, parameter: Type): boolean {
    if (sameType(type, parameter)) return true;
    const value = this.values.get(type.name);
    if (value !== undefined) return this.contains(value, parameter);
    return type.parameters.some((each) => this.contains(each, parameter));
  }
}
