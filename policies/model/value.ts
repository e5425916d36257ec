/**
 * Reading inputs that may be unknown, missing or of a wrong type. Rules never touch raw inputs: what cannot be read ends a
 * rule's judgement of that resource by an exception that the evaluation turns into an outcome, so that no rule crashes and
 * nothing that was not seen counts as a pass.
 */

/** Stands for an input that will be known only after something has been made. */
export class Unknown {
  /** @param cause the SDK's own complaint about the access, where there was one. */
  constructor(readonly cause?: unknown) {}
}

/** A rule asked for an input that is not known yet. */
export class NotKnown extends Error {
  constructor(
    readonly path: string,
    readonly value: Unknown,
  ) {
    super(`${path} is not known yet`);
  }
}

/** A rule asked for an input that is something else than the resource takes. */
export class WrongType extends Error {
  constructor(
    readonly path: string,
    readonly wanted: string,
  ) {
    super(`${path} is not ${wanted}`);
  }
}

type Mapping = Readonly<Record<string, unknown>>;

/** A place in a resource's inputs: asked for what it should be, it answers, or throws {@link NotKnown} or {@link WrongType}. */
export class Value {
  constructor(
    private readonly raw: unknown,
    /** Where it stands, as a program writes it: `metadataOptions.httpTokens`. */
    readonly path: string,
  ) {}

  /** What stands below; below what is missing, everything is. */
  at(...keys: readonly string[]): Value {
    return keys.reduce<Value>((value, key) => value.below(key), this);
  }

  private below(key: string): Value {
    const path = this.path === "" ? key : `${this.path}.${key}`;
    if (this.raw instanceof Unknown) return new Value(this.raw, path);
    return new Value(this.mapping()?.[key], path);
  }

  /** Whether nothing was written here. */
  get absent(): boolean {
    return this.known() === undefined;
  }

  get isList(): boolean {
    return Array.isArray(this.known());
  }

  get isText(): boolean {
    return typeof this.known() === "string";
  }

  text(): string | undefined {
    const value = this.known();
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new WrongType(this.path, "a text");
  }

  /** Providers take numbers and flags as texts too. */
  number(): number | undefined {
    const value = this.known();
    if (value === undefined || typeof value === "number") return value;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
    if (Number.isNaN(number)) throw new WrongType(this.path, "a number");
    return number;
  }

  flag(): boolean | undefined {
    const value = this.known();
    if (value === undefined || typeof value === "boolean") return value;
    if (value !== "true" && value !== "false") throw new WrongType(this.path, "true or false");
    return value === "true";
  }

  items(): readonly Value[] {
    const value = this.known() ?? [];
    if (!Array.isArray(value)) throw new WrongType(this.path, "a list");
    return value.map((item: unknown, index) => new Value(item, `${this.path}[${index}]`));
  }

  texts(): readonly string[] {
    return this.items().flatMap((item) => item.text() ?? []);
  }

  /** One text or several, as policy documents have it. */
  oneOrMoreTexts(): readonly string[] {
    return this.isList ? this.texts() : [this.text()].flatMap((text) => text ?? []);
  }

  entries(): readonly (readonly [string, Value])[] {
    return Object.keys(this.mapping() ?? {}).map((key) => [key, this.at(key)]);
  }

  /** A policy document: written as an object or as its JSON. */
  document(): Value {
    const value = this.known();
    if (typeof value !== "string") return this;
    try {
      return new Value(JSON.parse(value) as unknown, this.path);
    } catch {
      throw new WrongType(this.path, "JSON");
    }
  }

  /** Every known text in here, however deep; what is unknown is left out. */
  knownTexts(): readonly string[] {
    return textsIn(this.raw);
  }

  /** The first unknown in here, however deep. */
  get firstUnknown(): Unknown | undefined {
    return unknownIn(this.raw);
  }

  private known(): unknown {
    if (this.raw instanceof Unknown) throw new NotKnown(this.path, this.raw);
    return this.raw ?? undefined;
  }

  private mapping(): Mapping | undefined {
    const value = this.known();
    if (value === undefined) return undefined;
    if (typeof value !== "object" || Array.isArray(value))
      throw new WrongType(this.path || "the resource", "a mapping");
    return value as Mapping;
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || value instanceof Unknown) return [];
  return Object.values(value).flatMap(textsIn);
}

function unknownIn(value: unknown): Unknown | undefined {
  if (value instanceof Unknown) return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const item of Object.values(value)) {
    const unknown = unknownIn(item);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}
