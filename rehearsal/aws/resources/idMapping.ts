/** Mapping of planned ids to those of the rehearsed AWS, because the plan's simulated AWS and moto each invent ids. Pure. */

/** Ids, ARNs and names that differ between the plan and the rehearsed AWS. */
export class IdMapping {
  readonly #real = new Map<string, string>();
  #pattern: RegExp | undefined;

  /** Maps `planned` to `real`. Ignores values that are not strings, and short ones. */
  add(planned: unknown, real: unknown): void {
    if (typeof planned !== "string" || typeof real !== "string") return;
    if (planned === real || planned.length < 6) return;
    this.#real.set(planned, real);
    this.#pattern = undefined;
  }

  /** Replaces planned ids in all strings of a value, except keys of objects. */
  replace<T>(value: T): T {
    return this.#walk(value) as T;
  }

  /** Replaces planned ids in base64 text (user data). */
  replaceBase64(base64: string): string {
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

/** Longest first, so that an ARN is replaced as a whole and not only the id at its end. */
function wholeWords(words: string[]): RegExp {
  const escaped = words
    .toSorted((left, right) => right.length - left.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![A-Za-z0-9-])(?:${escaped.join("|")})(?![A-Za-z0-9-])`, "g");
}
