/** Syntax of YAML 1.2 that the engine's parser (gopkg.in/yaml.v3, mostly YAML 1.1) refuses or reads otherwise. */
import { isAlias, isCollection, isScalar, visit } from "yaml";
import type { Document, Node, Scalar } from "yaml";

/** Problem at an offset of the text. */
export interface TextProblem {
  readonly offset: number;
  readonly found: string;
  readonly message: string;
}

/** Escapes of double-quoted texts that YAML 1.2 and JSON have: `\\/` and surrogates. The other alternative skips all others. */
const foreignEscape = /\\(?:(\/|u[dD][89a-fA-F][\da-fA-F]{2})|[^])/g;

/** Problems of a document that the yaml package accepts, in the order of the text. */
export function findForeignSyntax(document: Document.Parsed, text: string): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  const tabsAllowed: (readonly [number, number])[] = [];
  visit(document, {
    Node: (_key, node, ancestors) => {
      if (isAlias(node)) return;
      problems.push(...checkAnchor(node));
      const [start, end] = rangeOf(node);
      const isFlow = isCollection(node) && node.flow === true;
      if (isFlow || (isScalar(node) && node.type !== "PLAIN")) tabsAllowed.push([start, end]);
      if (!isScalar(node)) return;
      if (node.type === "QUOTE_DOUBLE") problems.push(...checkEscapes(start, text.slice(start, end)));
      const inFlow = ancestors.some((ancestor) => isCollection(ancestor) && ancestor.flow === true);
      if (inFlow && node.type === "PLAIN") problems.push(...checkFlowText(node, text));
    },
  });
  for (const { index, 0: indentation } of text.matchAll(/^ *\t/gm)) {
    const offset = index + indentation.length - 1;
    if (tabsAllowed.some(([start, end]) => start < offset && offset < end)) continue;
    problems.push({ offset, found: "tab", message: "tab at the beginning of a line; write spaces" });
  }
  return problems.sort((left, right) => left.offset - right.offset);
}

const rangeOf = (node: Node): readonly [start: number, end: number] => [node.range?.[0] ?? 0, node.range?.[1] ?? 0];

function* checkAnchor(node: Node & { readonly anchor?: string | undefined }): Iterable<TextProblem> {
  const { anchor } = node;
  if (anchor === undefined || /^[\w-]+$/.test(anchor)) return;
  yield { offset: rangeOf(node)[0], found: `&${anchor}`, message: "invalid anchor; write letters, digits, - and _" };
}

function* checkEscapes(start: number, text: string): Iterable<TextProblem> {
  for (const { index, 0: found, 1: foreign } of text.matchAll(foreignEscape)) {
    if (foreign === undefined) continue;
    yield { offset: start + index, found, message: "escape that Pulumi refuses; write the character itself" };
  }
}

/** Unquoted text between brackets: `{a:{}}` and `[a?]` are others to the engine than to YAML 1.2. */
function* checkFlowText(node: Scalar, text: string): Iterable<TextProblem> {
  const [offset, end] = rangeOf(node);
  const written = text.slice(offset, end);
  if (/^:[,[\]{}]/.test(text.slice(end, end + 2))) {
    yield { offset, found: `${written}:`, message: "no space after the colon; add one" };
  } else if (written.includes("?")) {
    yield { offset, found: written, message: `question mark between brackets; write "${written}" in quotes` };
  }
}
