/**
 * Parser for CEL as Kubernetes enables it (google/cel-spec, doc/langdef.md, with optional syntax). Own code because no npm
 * package parses all of this: @marcbachmann/cel-js 8 and @bufbuild/cel 0.6 reject optional map entries.
 */

import type { Element, Expression, LiteralType } from "./syntax.plan";
import type { Token } from "./tokens.plan";
import { CelError, literalText, tokenize } from "./tokens.plan";

/** Reserved words of CEL, which cannot name variables. */
const reserved = new Set(
  "as break const continue else for function if import in let loop package namespace return var void while".split(" "),
);

/** Words that can name no variable. */
export const isReservedWord = (name: string): boolean => reserved.has(name) || ["true", "false", "null"].includes(name);

/** Macros by name: numbers of arguments, and how many of these declare variables. */
const macros: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  all: { 2: 1, 3: 2 },
  exists: { 2: 1, 3: 2 },
  exists_one: { 2: 1, 3: 2 },
  existsOne: { 3: 2 },
  filter: { 2: 1 },
  map: { 2: 1, 3: 1 },
  optMap: { 2: 1 },
  optFlatMap: { 2: 1 },
  sortBy: { 2: 1 },
  transformList: { 3: 2, 4: 2 },
  transformMap: { 3: 2, 4: 2 },
  transformMapEntry: { 3: 2, 4: 2 },
};

/** Binary operators, by precedence from the weakest. */
const operators: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];

/** Largest literals: 2^63, which is valid after a minus sign, and 2^64 - 1. */
const largest = { int: 2n ** 63n, uint: 2n ** 64n - 1n };

class Parser {
  private readonly all: readonly Token[];
  private position = 0;

  constructor(text: string) {
    this.all = tokenize(text);
  }

  parse(): Expression {
    if (this.all.length === 1) throw new CelError("the expression is empty", 0);
    const whole = this.expression();
    if (this.token.kind !== "end") this.unexpected();
    return whole;
  }

  private get token(): Token {
    return this.all[this.position] as Token;
  }

  private unexpected(): never {
    const { kind, text, at } = this.token;
    throw new CelError(kind === "end" ? "unexpected end of the expression" : `unexpected ${text}`, at);
  }

  private take(...texts: readonly string[]): string | undefined {
    const { kind, text } = this.token;
    if ((kind !== "sign" && kind !== "name") || !texts.includes(text)) return undefined;
    this.position++;
    return text;
  }

  private expect(text: string): void {
    if (this.take(text) === undefined) this.unexpected();
  }

  private expression(): Expression {
    const { at } = this.token;
    const condition = this.operation(0);
    if (!this.take("?")) return condition;
    const first = this.operation(0);
    this.expect(":");
    return { kind: "call", name: "_?_:_", args: [condition, first, this.expression()], at };
  }

  private operation(precedence: number): Expression {
    const list = operators[precedence];
    if (list === undefined) return this.unary();
    let left = this.operation(precedence + 1);
    for (;;) {
      const { at } = this.token;
      const operator = this.take(...list);
      if (operator === undefined) return left;
      const name = operator === "in" ? "@in" : `_${operator}_`;
      left = { kind: "call", name, args: [left, this.operation(precedence + 1)], at };
    }
  }

  private unary(): Expression {
    const { at } = this.token;
    const sign = this.take("!", "-");
    if (sign !== undefined) {
      let count = 1;
      while (this.take(sign)) count++;
      const operand = this.unary();
      // cel-go drops pairs of signs before it checks types.
      return count % 2 === 0 ? operand : { kind: "call", name: `${sign}_`, args: [operand], at };
    }
    let found = this.primary();
    for (;;) {
      const start = this.token.at;
      if (this.take(".")) found = this.member(found, start);
      else if (this.take("[")) {
        const name = this.take("?") ? "_[?_]" : "_[_]";
        const index = this.expression();
        this.expect("]");
        found = { kind: "call", name, args: [found, index], at: start };
      } else if (this.token.text === "{" && isTypeName(found)) {
        const name = this.all.slice(0, this.position).findLast(({ kind }) => kind === "name")?.text ?? "";
        this.position++;
        this.pairs();
        found = { kind: "message", name, at: found.at };
      } else return found;
    }
  }

  private member(operand: Expression, start: number): Expression {
    const form = this.take("?") ? "optional" : "value";
    const { kind, text, at } = this.token;
    if (kind !== "name" || ["in", "true", "false", "null"].includes(text)) this.unexpected();
    this.position++;
    if (form === "optional" || !this.take("(")) return { kind: "selection", operand, field: text, form, at };
    const args = this.arguments();
    const declares = Object.hasOwn(macros, text) ? macros[text]?.[args.length] : undefined;
    if (declares === undefined) return { kind: "call", name: text, target: operand, args, at: start + 1 };
    const variables = args.slice(0, declares).map((variable) => {
      if (variable.kind === "identifier") return variable.name;
      throw new CelError(`the first argument of ${text} must be the name of a variable`, variable.at);
    });
    return { kind: "macro", name: text, range: operand, variables, args: args.slice(declares), at };
  }

  private primary(): Expression {
    const leading = this.take(".") !== undefined;
    const { kind, text, at } = this.token;
    if (kind === "name") return this.name(text, at);
    if (leading || kind === "end") this.unexpected();
    if (kind !== "sign") return this.literal(kind, text, at);
    if (this.take("(")) {
      const inside = this.expression();
      this.expect(")");
      return inside;
    }
    if (this.take("[")) return { kind: "list", elements: this.elements(), at };
    if (this.take("{")) return { kind: "map", entries: this.pairs(), at };
    this.unexpected();
  }

  private literal(type: LiteralType, text: string, at: number): Expression {
    this.position++;
    if (type === "int" || type === "uint") {
      if (BigInt(text.replace(/u$/i, "")) > largest[type]) throw new CelError(`${text} is too large`, at);
    }
    return { kind: "literal", type, text: type === "string" ? literalText(text) : undefined, at };
  }

  private name(text: string, at: number): Expression {
    if (reserved.has(text)) this.unexpected();
    this.position++;
    if (text === "true" || text === "false") return { kind: "literal", type: "bool", at };
    if (text === "null") return { kind: "literal", type: "null", at };
    if (!this.take("(")) return { kind: "identifier", name: text, at };
    const args = this.arguments();
    const [tested] = args;
    if (text !== "has" || tested === undefined || args.length > 1) return { kind: "call", name: text, args, at };
    if (tested.kind === "selection" && tested.form === "value") return { ...tested, form: "test" };
    throw new CelError("the argument of has must be a field, such as claims.email", tested.at);
  }

  /** Arguments after the opening parenthesis; without a trailing comma. */
  private arguments(): readonly Expression[] {
    const found: Expression[] = [];
    if (this.take(")")) return found;
    do found.push(this.expression());
    while (this.take(","));
    this.expect(")");
    return found;
  }

  private elements(): readonly Element[] {
    const found: Element[] = [];
    while (!this.take("]")) {
      const optional = this.take("?") !== undefined;
      found.push({ value: this.expression(), optional });
      if (this.take("]")) return found;
      this.expect(",");
    }
    return found;
  }

  private pairs(): readonly (Element & { readonly key: Expression })[] {
    const found: (Element & { readonly key: Expression })[] = [];
    while (!this.take("}")) {
      const optional = this.take("?") !== undefined;
      const key = this.expression();
      this.expect(":");
      found.push({ key, value: this.expression(), optional });
      if (this.take("}")) return found;
      this.expect(",");
    }
    return found;
  }
}

/** A name such as `Type` or `google.protobuf.Type`, which begins a message literal before a brace. */
function isTypeName(expression: Expression): boolean {
  if (expression.kind === "identifier") return true;
  return expression.kind === "selection" && expression.form === "value" && isTypeName(expression.operand);
}

/**
 * Parses a CEL expression.
 * @throws CelError for a syntax error.
 */
export function parseCel(expression: string): Expression {
  return new Parser(expression).parse();
}

/** True if a text is a CEL expression. */
export function isCel(text: string): boolean {
  return findExpression(text) !== undefined;
}

/** Syntax tree of an expression; undefined if it does not parse. */
export function findExpression(expression: string): Expression | undefined {
  try {
    return parseCel(expression);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return undefined;
  }
}
