/**
 * Values of an environment's definition, evaluated as Pulumi ESC does (github.com/pulumi/esc/eval): literals, references to other
 * values, and `fn::secret`. All other functions need Pulumi Cloud.
 */
import { isEncrypted } from "../../components/settings/encrypted";
import type { Encrypted } from "../../components/settings/encrypted";
import { formatEnvironmentPath, parsePath, valueAt } from "../../components/settings/problems";
import type { SettingPath, SettingsProblem } from "../../components/settings/problems";
import { isMapping, kindOf, reservedNames } from "./environment";

export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** Evaluates one of the values. A secret becomes an encrypted value. @param advice what to do about a function */
export function evaluateValue(values: Readonly<Record<string, unknown>>, key: string, advice: string): Evaluated {
  const evaluation = new Evaluation(values, advice);
  const value = evaluation.evaluate(values[key], ["values", key]);
  return evaluation.problems.length === 0 ? { ok: true, value } : { ok: false, problems: evaluation.problems };
}

const secret: Encrypted = { secure: "" };

class Evaluation {
  readonly problems: SettingsProblem[] = [];
  /** References that are being evaluated. */
  private readonly open = new Set<string>();

  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly advice: string,
  ) {}

  evaluate(value: unknown, path: SettingPath): unknown {
    if (typeof value === "string") return this.evaluateText(value, path);
    if (Array.isArray(value)) return value.map((item, index) => this.evaluate(item, [...path, index]));
    if (!isMapping(value)) return value;
    if (isEncrypted(value)) return this.refuse(path, "secure", "only valid below config; write fn::secret");
    const called = Object.keys(value).find((key) => key.startsWith("fn::"));
    if (called !== undefined && Object.keys(value).length > 1) {
      return this.refuse(path, called, "a function must be the only key of its mapping; remove the others");
    }
    if (called !== undefined) return this.call(called, value[called], [...path, called]);
    const entries = Object.entries(value).map(([key, child]) => [key, this.evaluate(child, [...path, key])]);
    return Object.fromEntries(entries) as unknown;
  }

  private call(name: string, argument: unknown, path: SettingPath): unknown {
    if (name !== "fn::secret")
      return this.refuse(path, name, `only Pulumi Cloud evaluates this function; ${this.advice}`);
    // A ciphertext is a mapping; as in Pulumi's own parser, a plain text has no references.
    if (typeof argument === "string" || typeof valueAt(argument, ["ciphertext"]) === "string") return secret;
    return this.refuse(path, kindOf(argument), "a secret must be a text");
  }

  /** A text that is one reference has the value that it refers to; others are texts. */
  private evaluateText(text: string, path: SettingPath): unknown {
    const parts = [...text.matchAll(/\$\$|\$\{((?:"(?:[^"\\]|\\.)*"|[^}"])*)\}|\$\{|[^$]+|\$/g)];
    const [{ 1: reference } = { 1: undefined }] = parts;
    if (parts.length === 1 && reference !== undefined) return this.follow(reference, path);
    const values = parts.map(({ 0: written, 1: inner }) => {
      if (inner !== undefined) return this.toText(this.follow(inner, path), inner, path);
      if (written === "${")
        return this.refuse(path, text, "a reference without an end; write }, or $$ for the character $");
      return written === "$$" ? "$" : written;
    });
    return values.some(isEncrypted) ? secret : values.join("");
  }

  private toText(value: unknown, reference: string, path: SettingPath): unknown {
    if (value === null) return "";
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
    if (isEncrypted(value)) return value;
    return this.refuse(
      path,
      `\${${reference}}`,
      `refers to ${kindOf(value)}; refer to a text, number or boolean in it`,
    );
  }

  private follow(reference: string, path: SettingPath): unknown {
    const found = `\${${reference}}`;
    const steps = parsePath(reference) ?? [];
    const [root] = steps;
    if (root === undefined)
      return this.refuse(path, found, "not a reference; write ${<name>.<key>} or ${<name>[<index>]}");
    if (reservedNames.includes(String(root))) {
      return this.refuse(path, found, `only Pulumi Cloud knows this value; ${this.advice}`);
    }
    const name = JSON.stringify(steps);
    if (this.open.has(name)) return this.refuse(path, found, "refers to itself; remove the reference");
    this.open.add(name);
    const value = this.resolve(steps);
    this.open.delete(name);
    return value === undefined ? this.refuse(path, found, "no such value; add it below environment.values") : value;
  }

  /** Value at the steps of a reference. Evaluates only what it refers to, so that values may refer to their siblings. */
  private resolve(steps: SettingPath): unknown {
    let node: unknown = this.values;
    for (const [index, step] of steps.entries()) {
      // A text may be a reference to a mapping or list.
      if (typeof node === "string") {
        return valueAt(this.evaluate(node, ["values", ...steps.slice(0, index)]), steps.slice(index));
      }
      node = valueAt(node, [step]);
    }
    return node === undefined ? undefined : this.evaluate(node, ["values", ...steps]);
  }

  /** Records a problem. @returns null, the value in its place */
  private refuse(path: SettingPath, found: string, message: string): null {
    this.problems.push({ path: formatEnvironmentPath(path), found, message });
    return null;
  }
}
