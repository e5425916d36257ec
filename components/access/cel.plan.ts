/**
 * Parser for CEL as Kubernetes enables it (google/cel-spec, doc/langdef.md, with optional syntax and quoted fields). It finds
 * syntax errors before the API server compiles the expressions, which also checks types. Own code because no npm package parses
 * all of this: @marcbachmann/cel-js 8 and @bufbuild/cel 0.6 reject quoted fields and optional map entries.
 */

interface Token {
  readonly kind: "name" | "literal" | "sign" | "end";
  readonly text: string;
  /** Offset in the expression. */
  readonly at: number;
}

/** Syntax error in a CEL expression. */
export class CelError extends Error {
  constructor(
    message: string,
    /** Offset in the expression. */
    readonly at: number,
  ) {
    super(message);
  }
}

const patterns: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /(?:\s+|\/\/[^\n]*)+/y],
  ["literal", /[bB]?[rR]("""[^]*?"""|'''[^]*?'''|"[^"\n]*"|'[^'\n]*')/y],
  ["literal", /[bB]?("""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y],
  ["literal", /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|\d+[uU]?/y],
  ["name", /[_a-zA-Z]\w*|`[\w.\-/ ]+`/y],
  ["sign", /\|\||&&|[<>=!]=|[-+*/%<>!?:.,()[\]{}]/y],
];

function tokenize(text: string): readonly Token[] {
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
  const character = text[at] ?? "";
  throw new CelError(/["']/.test(character) ? "unterminated string" : `unexpected ${character}`, at);
}

/** Reserved words of CEL, which cannot name variables. */
const reserved = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(" "),
);
const constants = new Set(["true", "false", "null"]);
/** Macros whose first argument declares a variable for the others. */
const macros = new Set(["all", "exists", "exists_one", "existsOne", "filter", "map", "transformList", "transformMap"]);

/** Precedence does not affect which expressions are valid. */
const binaryOperators = ["||", "&&", "<", "<=", ">=", ">", "==", "!=", "in", "+", "-", "*", "/", "%"];

/** Variables and fields that an expression uses. */
export interface CelUse {
  /** Free variables. */
  readonly variables: ReadonlySet<string>;
  /** Fields of variables, such as `claims.email`. */
  readonly paths: ReadonlySet<string>;
}

class Parser implements CelUse {
  private readonly all: readonly Token[];
  private position = 0;
  readonly variables = new Set<string>();
  readonly paths = new Set<string>();
  private readonly bound: string[] = [];

  constructor(text: string) {
    this.all = tokenize(text);
  }

  parse(): void {
    if (this.all.length === 1) throw new CelError("the expression is empty", 0);
    this.expression();
    if (this.token.kind !== "end") this.unexpected();
  }

  private get token(): Token {
    return this.all[this.position] as Token;
  }

  private unexpected(): never {
    const { kind, text, at } = this.token;
    throw new CelError(kind === "end" ? "unexpected end of the expression" : `unexpected ${text}`, at);
  }

  private take(...texts: readonly string[]): boolean {
    const { kind, text } = this.token;
    if (kind === "literal" || kind === "end" || !texts.includes(text)) return false;
    this.position++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) this.unexpected();
  }

  private expression(): void {
    this.operation();
    if (!this.take("?")) return;
    this.operation();
    this.expect(":");
    this.expression();
  }

  private operation(): void {
    do this.unary();
    while (this.take(...binaryOperators));
  }

  private unary(): void {
    while (this.take("!", "-"));
    const start = this.token;
    let path = this.primary() ? start.text : undefined;
    for (;;) {
      if (this.take(".")) {
        this.take("?");
        const { kind, text } = this.token;
        if (kind !== "name") this.unexpected();
        this.position++;
        if (this.take("(")) {
          this.call(text);
          path = undefined;
        } else if (path !== undefined) this.paths.add((path = `${path}.${text}`));
      } else if (this.take("[")) {
        this.take("?");
        const key = this.token;
        this.expression();
        this.expect("]");
        path = path !== undefined && key.kind === "literal" ? `${path}.${key.text.slice(1, -1)}` : undefined;
        if (path !== undefined) this.paths.add(path);
      } else if (path !== undefined && this.token.text === "{" && /^[A-Z]|\.[A-Z]/.test(path)) {
        this.position++;
        this.entries("}", true);
      } else return;
    }
  }

  /** Returns true for a variable, whose fields can be selected. */
  private primary(): boolean {
    const leading = this.take(".");
    const { kind, text } = this.token;
    if (kind === "literal") {
      if (leading) this.unexpected();
      this.position++;
      return false;
    }
    if (kind === "name") return this.name(text);
    if (this.take("(")) {
      this.expression();
      this.expect(")");
    } else if (this.take("[")) this.entries("]", false);
    else if (this.take("{")) this.entries("}", true);
    else this.unexpected();
    return false;
  }

  private name(text: string): boolean {
    if (reserved.has(text) || text === "in" || text.startsWith("`")) this.unexpected();
    this.position++;
    if (constants.has(text)) return false;
    if (this.take("(")) {
      this.call("");
      return false;
    }
    if (!this.bound.includes(text)) this.variables.add(text);
    return true;
  }

  /** Parses arguments after the opening parenthesis. */
  private call(method: string): void {
    const variables = macros.has(method) ? this.macroVariables() : [];
    this.bound.push(...variables);
    this.entries(")", false);
    this.bound.length -= variables.length;
  }

  /** Variables that a macro declares: one or two names before its last argument. */
  private macroVariables(): readonly string[] {
    const [first, comma, second, end] = this.all.slice(this.position, this.position + 4);
    if (first?.kind !== "name") return [];
    const hasTwo = comma?.text === "," && second?.kind === "name" && end?.text === ",";
    return hasTwo ? [first.text, second.text] : [first.text];
  }

  private entries(end: string, pairs: boolean): void {
    while (!this.take(end)) {
      this.take("?");
      this.expression();
      if (pairs) {
        this.expect(":");
        this.expression();
      }
      if (this.take(end)) return;
      this.expect(",");
      if (end === ")" && this.token.text === end) this.unexpected();
    }
  }
}

/**
 * Parses a CEL expression.
 * @throws CelError for a syntax error.
 */
export function parseCel(expression: string): CelUse {
  const parser = new Parser(expression);
  parser.parse();
  return parser;
}
