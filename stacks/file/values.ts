/** Values of a YAML document as Pulumi's engine reads them. */
import { isAlias, isMap, isScalar, isSeq, visit } from "yaml";
import type { Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

import { mayBeSecret } from "../../components/settings/encrypted";
import type { SettingPath } from "../../components/settings/problems";
import { findForeignSyntax } from "./foreignSyntax";
import type { TextProblem } from "./foreignSyntax";
import { sortedByBytes } from "./merge";
import { resolveScalar } from "./scalars";

export type { TextProblem } from "./foreignSyntax";

/** Number or boolean that JSON spells otherwise than the file, such as 1_000 or True: as a text it would change. */
export interface RespelledValue {
  /** From the root of the document. */
  readonly path: SettingPath;
  readonly written: string;
  readonly read: number | boolean;
  readonly offset: number;
}

export interface DocumentValue {
  readonly value: unknown;
  readonly respelled: readonly RespelledValue[];
  readonly problems: readonly TextProblem[];
}

/** Largest number of values that come from aliases. The engine allows 400,000 and more; no stack file needs as many. */
const maxAliasedValues = 100_000;

const allowedTags: readonly string[] = ["str", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`);

/**
 * Reads a document whose scalars are unresolved texts (schema `failsafe` of the yaml package). Mappings have their keys in the
 * order in which the engine passes them to the program: sorted.
 */
export function readDocument(document: Document.Parsed, text: string): DocumentValue {
  const reader = new DocumentReader(aliasTargets(document));
  const value = reader.read(document.contents, []);
  return { value, respelled: reader.respelled, problems: [...findForeignSyntax(document, text), ...reader.problems] };
}

/** Node of each alias: the nearest anchor of its name that precedes it. */
export function aliasTargets(document: Document.Parsed): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

class DocumentReader {
  readonly respelled: RespelledValue[] = [];
  private readonly found = new Map<string, TextProblem>();
  /** Nodes with anchors that are being read. */
  private readonly open = new Set<Node>();
  /** Number of nested aliases that are being read. */
  private aliases = 0;
  private aliasedValues = 0;

  constructor(private readonly targets: ReadonlyMap<Node, Node>) {}

  /** Problems by place; an alias does not repeat those of its anchor. */
  get problems(): readonly TextProblem[] {
    return [...this.found.values()].sort((left, right) => left.offset - right.offset);
  }

  read(node: unknown, path: SettingPath): unknown {
    if (this.aliases > 0 && ++this.aliasedValues > maxAliasedValues) return null;
    if (isAlias(node)) return this.readAlias(node, node.source, path);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
    this.checkTag(node);
    if (isScalar(node)) return this.readScalar(node, path);
    if (node.anchor !== undefined) this.open.add(node);
    const value = isMap(node)
      ? this.readMapping(node.items, path)
      : node.items.map((item, index) => this.read(item, [...path, index]));
    this.open.delete(node);
    return value;
  }

  private readAlias(node: Node, name: string, path: SettingPath): unknown {
    const target = this.targets.get(node);
    if (target === undefined)
      return this.refuse(node, `*${name}`, `no anchor &${name} above; add it, or remove the alias`);
    if (this.open.has(target)) {
      return this.refuse(node, `*${name}`, `the value of anchor &${name} contains itself; remove this alias`);
    }
    this.aliases++;
    const value = this.read(target, path);
    this.aliases--;
    if (this.aliasedValues > maxAliasedValues) {
      this.refuse(target, `&${name}`, `aliases add more than ${maxAliasedValues} values; write fewer`);
    }
    return value;
  }

  private readScalar(node: Scalar, path: SettingPath): unknown {
    const text = String(node.value);
    if (node.type !== "PLAIN" || node.tag !== undefined) return text;
    const scalar = resolveScalar(text);
    if ("problem" in scalar) {
      if (mayBeSecret(path)) return this.refuse(node, "[not shown]", "a number or date to Pulumi; write it in quotes");
      return this.refuse(node, text, scalar.problem);
    }
    const { value } = scalar;
    if (typeof value !== "string" && value !== null && String(value) !== text) {
      this.respelled.push({ path, written: text, read: value, offset: offsetOf(node) });
    }
    return value;
  }

  /** Mapping with merged ones: its own keys win, then those of the first merged mapping. */
  private readMapping(pairs: readonly Pair[], path: SettingPath): Record<string, unknown> {
    const own = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      if (isScalar(key) && key.tag === undefined && key.value === "<<") {
        for (const [name, inherited] of this.readMerged(key, value, path)) {
          if (!merged.has(name)) merged.set(name, inherited);
        }
        continue;
      }
      const name = this.readKey(key, path);
      if (name !== undefined) own.set(name, this.read(value, [...path, name]));
    }
    return Object.fromEntries(sortedByBytes([...merged, ...own]));
  }

  private *readMerged(key: Node, node: unknown, path: SettingPath): Iterable<[string, unknown]> {
    for (const item of isSeq(node) ? node.items : [node]) {
      const target = isAlias(item) ? this.targets.get(item) : item;
      if (target !== undefined && !isMap(target)) {
        this.refuse(key, "<<", "a merge needs a mapping, an alias of one, or a list of these");
        continue;
      }
      const value = this.read(item, path);
      if (typeof value === "object" && value !== null) yield* Object.entries(value);
    }
  }

  /** Key as a text; the engine accepts others, and rewrites them. */
  private readKey(key: unknown, path: SettingPath): string | undefined {
    if (!isScalar(key)) {
      this.refuse(key as Node, "a key", "must be a text");
      return undefined;
    }
    this.checkTag(key);
    const text = String(key.value);
    if (key.type !== "PLAIN" || key.tag !== undefined) return text;
    const scalar = resolveScalar(text);
    const isText = !("problem" in scalar) && typeof scalar.value === "string";
    // The engine accepts numbers and booleans as keys only below a key of the configuration.
    const mayBeOther = path.length > 0 && !(path.length === 1 && path[0] === "config");
    if (isText || (mayBeOther && !("problem" in scalar) && JSON.stringify(scalar.value) === text && text !== "null")) {
      return text;
    }
    this.refuse(key, text, `not a text, so Pulumi rewrites this key; write "${text}" in quotes`);
    return undefined;
  }

  private checkTag(node: Scalar | YAMLMap | YAMLSeq): void {
    if (node.tag === undefined || allowedTags.includes(node.tag)) return;
    const tag = node.tag.replace(/^tag:yaml\.org,2002:/, "!!");
    this.refuse(node, tag, "unsupported tag; write the value without it, a text in quotes");
  }

  /** Records a problem. @returns null, the value in its place */
  private refuse(node: Node, found: string, message: string): null {
    const offset = offsetOf(node);
    this.found.set(`${offset} ${message}`, { offset, found, message });
    return null;
  }
}

const offsetOf = (node: Node): number => node.range?.[0] ?? 0;
