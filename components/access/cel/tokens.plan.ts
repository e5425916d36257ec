/** Tokens of CEL (google/cel-spec, doc/langdef.md, "Syntax"). */

export interface Token {
  readonly kind: "name" | "string" | "bytes" | "int" | "uint" | "double" | "sign" | "end";
  readonly text: string;
  /** Offset in the expression. */
  readonly at: number;
}

/** Error in a CEL expression. */
export class CelError extends Error {
  constructor(
    message: string,
    /** Offset in the expression. */
    readonly at: number,
  ) {
    super(message);
  }
}

const escape = String.raw`\\(?:[abfnrtv"'\\?${"`"}]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`;
const quoted = [`"""(?:[^\\\\]|${escape})*?"""`, `'''(?:[^\\\\]|${escape})*?'''`]
  .concat(`"(?:[^"\\\\\\n\\r]|${escape})*"`, `'(?:[^'\\\\\\n\\r]|${escape})*'`)
  .join("|");
const raw = `"""[^]*?"""|'''[^]*?'''|"[^"\\n\\r]*"|'[^'\\n\\r]*'`;

const patterns: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /(?:\s+|\/\/[^\n]*)+/y],
  ["bytes", new RegExp(`[bB][rR](?:${raw})|[rR][bB](?:${raw})|[bB](?:${quoted})`, "y")],
  ["string", new RegExp(`[rR](?:${raw})|(?:${quoted})`, "y")],
  ["double", /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ["uint", /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ["int", /0x[0-9a-fA-F]+|\d+/y],
  ["name", /[_a-zA-Z]\w*/y],
  ["sign", /\|\||&&|[<>=!]=|[-+*/%<>!?:.,()[\]{}]/y],
];

/** @throws CelError for a character that begins no token. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const [kind, found] = match(text, at);
    if (kind !== "space") tokens.push({ kind, text: found, at });
    at += found.length;
  }
  return [...tokens, { kind: "end", text: "", at }];
}

function match(text: string, at: number): readonly [Token["kind"] | "space", string] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return [kind, found];
  }
  throw unreadable(text, at);
}

function unreadable(text: string, at: number): CelError {
  const character = text[at] ?? "";
  if (!/["']/.test(character)) return new CelError(`unexpected ${character}`, at);
  const string = new RegExp(`"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*'`, "y");
  string.lastIndex = at;
  const complete = string.exec(text)?.[0];
  if (complete === undefined) return new CelError("unterminated string", at);
  const valid = new RegExp(escape, "y");
  for (let inside = complete.indexOf("\\"); inside >= 0; inside = complete.indexOf("\\", valid.lastIndex)) {
    valid.lastIndex = inside;
    if (!valid.test(complete)) {
      const sequence = complete.slice(inside, inside + 2);
      return new CelError(
        `unknown escape sequence ${sequence}; write \\${sequence} or a raw string (r"…")`,
        at + inside,
      );
    }
  }
  return new CelError("unterminated string", at);
}

/** Value of a string literal without escape sequences; undefined if it has any. */
export function literalText(token: string): string | undefined {
  const isRaw = /^[rR]/.test(token);
  const body = token.replace(/^[rR]/, "");
  const quotes = /^("""|''')/.test(body) ? 3 : 1;
  const value = body.slice(quotes, -quotes);
  return isRaw || !value.includes("\\") ? value : undefined;
}
