/**
 * Plan ids into ids of the running AWS. The plan's simulated AWS and moto each invent their own; whatever refers to an
 * earlier resource is rewritten before it is made. Pure.
 */

/** Ids, ARNs and names that differ between the plan and the running AWS. */
export class IdMapping {
  readonly #real = new Map<string, string>();
  #pattern: RegExp | undefined;

  /** Notes that what the plan calls `planned` is `real` here. Other types than strings are no identity and are ignored. */
  learn(planned: unknown, real: unknown): void {
    if (typeof planned !== "string" || typeof real !== "string") return;
    if (planned === real || planned.length < 6) return;
    this.#real.set(planned, real);
    this.#pattern = undefined;
  }

  /** The value with every identity in any of its strings replaced; keys of objects stay. */
  replace<T>(value: T): T {
    return this.#walk(value) as T;
  }

  /** Text that holds ids and crosses the wire in base64 (user data). */
  replaceEncoded(base64: string): string {
    return Buffer.from(this.#text(Buffer.from(base64, "base64").toString("utf8"))).toString("base64");
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.#walk(item));
    if (value === null || typeof value !== "object" || Buffer.isBuffer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#walk(item)]));
  }

  #text(text: string): string {
    if (this.#real.size === 0) return text;
    this.#pattern ??= wholeWords([...this.#real.keys()]);
    return text.replace(this.#pattern, (planned) => this.#real.get(planned) ?? planned);
  }
}

/** Longest first: an ARN that ends in an id is one identity, not the id within it. */
function wholeWords(words: string[]): RegExp {
  const escaped = words
    .toSorted((left, right) => right.length - left.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![A-Za-z0-9-])(?:${escaped.join("|")})(?![A-Za-z0-9-])`, "g");
}
