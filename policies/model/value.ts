/**
 * Typed access to inputs that may be unknown, missing or of the wrong type. Rules never read raw inputs: an unreadable
 * input throws an error that becomes an outcome, so that rules neither crash nor pass on inputs they could not read.
 */

/** Input that is unknown until another resource has been created. */
export class Unknown {
  /** @param cause error of the SDK for the access, if any. */
  constructor(readonly cause?: unknown) {}
}

/** Error: a rule read an unknown input. */
export class UnknownInputError extends Error {
  constructor(
    readonly path: string,
    readonly value: Unknown,
  ) {
    super(`${path} is not known yet`);
  }
}

/** Error: a rule read an input of the wrong type. */
export class WrongTypeError extends Error {
  constructor(
    readonly path: string,
    readonly expected: string,
  ) {
    super(`${path} is not ${expected}`);
  }
}

type Mapping = Readonly<Record<string, unknown>>;

/** Value at a path of a resource's inputs. Readers throw {@link UnknownInputError} or {@link WrongTypeError}. */
export class Value {
  constructor(
    private readonly raw: unknown,
    /** Property path, such as `metadataOptions.httpTokens`. */
    readonly path: string,
  ) {}

  /** Nested value; absent if any parent is absent. */
  at(...keys: readonly string[]): Value {
    return keys.reduce<Value>((value, key) => value.below(key), this);
  }

  private below(key: string): Value {
    const path = this.path === "" ? key : `${this.path}.${key}`;
    if (this.raw instanceof Unknown) return new Value(this.raw, path);
    return new Value(this.mapping()?.[key], path);
  }

  /** True for undefined and null. */
  get absent(): boolean {
    return this.known() === undefined;
  }

  get isList(): boolean {
    return Array.isArray(this.known());
  }

  get isString(): boolean {
    return typeof this.known() === "string";
  }

  string(): string | undefined {
    const value = this.known();
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new WrongTypeError(this.path, "a string");
  }

  /** Providers also accept numbers and booleans as strings. */
  number(): number | undefined {
    const value = this.known();
    if (value === undefined || typeof value === "number") return value;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
    if (Number.isNaN(number)) throw new WrongTypeError(this.path, "a number");
    return number;
  }

  boolean(): boolean | undefined {
    const value = this.known();
    if (value === undefined || typeof value === "boolean") return value;
    if (value !== "true" && value !== "false") throw new WrongTypeError(this.path, "true or false");
    return value === "true";
  }

  items(): readonly Value[] {
    const value = this.known() ?? [];
    if (!Array.isArray(value)) throw new WrongTypeError(this.path, "a list");
    return value.map((item: unknown, index) => new Value(item, `${this.path}[${index}]`));
  }

  strings(): readonly string[] {
    return this.items().flatMap((item) => item.string() ?? []);
  }

  /** A string or a list of strings, as in policy documents. */
  stringOrList(): readonly string[] {
    return this.isList ? this.strings() : [this.string()].flatMap((value) => value ?? []);
  }

  entries(): readonly (readonly [string, Value])[] {
    return Object.keys(this.mapping() ?? {}).map((key) => [key, this.at(key)]);
  }

  /** Policy document, given as an object or as JSON. */
  document(): Value {
    const value = this.known();
    if (typeof value !== "string") return this;
    try {
      return new Value(JSON.parse(value) as unknown, this.path);
    } catch {
      throw new WrongTypeError(this.path, "JSON");
    }
  }

  /** All known strings, at any depth. */
  knownStrings(): readonly string[] {
    return leavesOf(this.raw).filter((leaf) => typeof leaf === "string");
  }

  /** First unknown value, at any depth. */
  get firstUnknown(): Unknown | undefined {
    return leavesOf(this.raw).find((leaf) => leaf instanceof Unknown);
  }

  private known(): unknown {
    if (this.raw instanceof Unknown) throw new UnknownInputError(this.path, this.raw);
    return this.raw ?? undefined;
  }

  private mapping(): Mapping | undefined {
    const value = this.known();
    if (value === undefined) return undefined;
    if (typeof value !== "object" || Array.isArray(value))
      throw new WrongTypeError(this.path || "the resource", "an object");
    return value as Mapping;
  }
}

function leavesOf(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null || value instanceof Unknown) return [value];
  return Object.values(value).flatMap(leavesOf);
}
