/** Files and lines of settings. */
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Document, Node, Pair } from "yaml";

import { isEncrypted } from "../../components/settings/encrypted";
import { parsePath, valueAt } from "../../components/settings/problems";
import type { SettingPath, SettingsProblem } from "../../components/settings/problems";
import { configValue } from "../settings";
import { fullKey } from "./config";
import { aliasTargets } from "./values";

/** Places of the settings of one stack file. */
export class SettingPlaces {
  private targets: ReadonlyMap<Node, Node> | undefined;

  /**
   * @param document without errors; undefined for an empty file
   * @param config of the file, by key with namespace
   * @param placeOf name of the file and line of an offset
   */
  constructor(
    private readonly document: Document.Parsed | undefined,
    private readonly config: Readonly<Record<string, unknown>>,
    private readonly placeOf: (offset: number) => string,
  ) {}

  /**
   * Adds their places to problems of settings.
   * @param config settings with the problems; a problem gets a place only if the file has the same value, or lacks it as well
   */
  locate<Problem extends SettingsProblem>(
    problems: readonly Problem[],
    config: Readonly<Record<string, unknown>>,
  ): readonly Problem[] {
    return problems.map((problem) => {
      const place = this.find(problem.path, config);
      return place === undefined ? problem : { ...problem, place };
    });
  }

  private find(text: string, config: Readonly<Record<string, unknown>>): string | undefined {
    if (this.document === undefined) return undefined;
    const [first, ...below] = parsePath(text) ?? [];
    const environment = first === "environment" ? this.entryOf(this.document.contents, first) : undefined;
    if (environment !== undefined) return this.placeOf(this.offsetBelow(environment, below));
    const section = this.entryOf(this.document.contents, "config");
    if (section === undefined) return undefined;
    const [key, path] = this.resolveKey(section.value, text);
    const name = fullKey(key);
    const short = name.replace(/^holdfast:/, "");
    // Other keys than those of the project come as texts.
    const used = valueAt(configValue(config, short) ?? config[name], path);
    if (!isSame(valueAt(this.config[name], path), used)) return undefined;
    return this.placeOf(this.offsetBelow(section, [key, ...path]));
  }

  /** Key below `config` as the file has it, and the steps below the key. */
  private resolveKey(section: unknown, text: string): readonly [key: string, path: SettingPath] {
    const keys = keysOf(this.dereference(section));
    const find = (name: string): string | undefined => keys.find((key) => fullKey(key) === fullKey(name));
    const whole = find(text);
    if (whole !== undefined) return [whole, []];
    const [first = text, ...path] = parsePath(text) ?? [];
    return [find(String(first)) ?? String(first), path];
  }

  /** Offset of the last step that the file has. */
  private offsetBelow(section: Entry, path: SettingPath): number {
    let entry = section;
    for (const step of path) {
      const next = this.entryOf(entry.value, step);
      if (next === undefined) break;
      entry = next;
    }
    return offsetOf(entry.key);
  }

  /** Entry of a mapping, its merged ones included, or of a list. */
  private entryOf(holder: unknown, step: string | number): Entry | undefined {
    const node = this.dereference(holder);
    if (isSeq(node) && typeof step === "number") {
      const item = node.items[step];
      return item === undefined ? undefined : { key: item, value: item };
    }
    if (!isMap(node)) return undefined;
    const own = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step) && !isMerge(key));
    if (own !== undefined) return own;
    for (const merged of node.items.filter(({ key }) => isMerge(key))) {
      const value = this.dereference(merged.value);
      for (const each of isSeq(value) ? value.items : [value]) {
        const found = this.entryOf(each, step);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  private dereference(node: unknown): unknown {
    if (!isAlias(node) || this.document === undefined) return node;
    this.targets ??= aliasTargets(this.document);
    return this.targets.get(node);
  }
}

type Entry = Pick<Pair, "key" | "value">;

const isMerge = (key: unknown): boolean => isScalar(key) && key.tag === undefined && key.value === "<<";

const keysOf = (node: unknown): readonly string[] =>
  isMap(node) ? node.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : [])) : [];

const offsetOf = (node: unknown): number => (node as Node | undefined)?.range?.[0] ?? 0;

/** Compares a value of the file with the one that the program got, for which the engine has decrypted secrets. */
function isSame(written: unknown, used: unknown): boolean {
  if (isEncrypted(written)) return true;
  if (typeof written !== "object" || written === null || typeof used !== "object" || used === null) {
    return written === used || (textOf(written) !== undefined && textOf(written) === textOf(used));
  }
  const keys = Object.keys(written);
  return (
    keys.length === Object.keys(used).length &&
    keys.every((key) => isSame(valueAt(written, [key]), valueAt(used, [key])))
  );
}

/** The engine passes scalars as texts. */
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
