/** Syntax tree of CEL, after the expansion of macros. */

interface Node {
  /** Offset in the source. */
  readonly at: number;
}

/** Types of literals; `null` has the type of the same name. */
export type LiteralType = "bool" | "int" | "uint" | "double" | "string" | "bytes" | "null";

export interface Literal extends Node {
  readonly kind: "literal";
  readonly type: LiteralType;
  /** Value of a string without escape sequences. */
  readonly text?: string | undefined;
}

export interface Identifier extends Node {
  readonly kind: "identifier";
  readonly name: string;
}

/** `operand.field`, `operand.?field`, or `has(operand.field)`. */
export interface Selection extends Node {
  readonly kind: "selection";
  readonly operand: Expression;
  readonly field: string;
  readonly form: "value" | "optional" | "test";
}

/** Function, method or operator; operators have cel-go's names, such as `_+_`. */
export interface Call extends Node {
  readonly kind: "call";
  readonly name: string;
  readonly target?: Expression | undefined;
  readonly args: readonly Expression[];
}

export interface Element {
  readonly value: Expression;
  readonly optional: boolean;
}

export interface List extends Node {
  readonly kind: "list";
  readonly elements: readonly Element[];
}

export interface MapLiteral extends Node {
  readonly kind: "map";
  readonly entries: readonly (Element & { readonly key: Expression })[];
}

/** Message literal, such as `Type{field: 1}`. */
export interface Message extends Node {
  readonly kind: "message";
  readonly name: string;
}

/** Macro over a range or an optional value, with the variables that it declares. */
export interface Macro extends Node {
  readonly kind: "macro";
  readonly name: string;
  readonly range: Expression;
  readonly variables: readonly string[];
  readonly args: readonly Expression[];
}

export type Expression = Literal | Identifier | Selection | Call | List | MapLiteral | Message | Macro;

/** Direct parts of an expression. */
export function parts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "selection":
      return [expression.operand];
    case "call":
      return expression.target ? [expression.target, ...expression.args] : expression.args;
    case "list":
      return expression.elements.map(({ value }) => value);
    case "map":
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case "macro":
      return [expression.range, ...expression.args];
    default:
      return [];
  }
}
