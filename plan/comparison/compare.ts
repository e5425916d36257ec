import { bundleChanges, protectionChanges, rolloutsOf } from "./rollouts";
import type { Action, Comparison, PropertyChange, ResourceChange } from "./changes";
import type { Difference } from "./differences";
import { differences } from "./differences";
import type { PlainPlan, PlainResource } from "../report/planFile";
import { hiddenSecret } from "../report/planFile";
import { decodeUserData } from "../report/userData";
import type { Reference } from "./references";
import { findReferences, identifiers, textsIn } from "./references";

/** What a resource type does on a change; the registry of the simulation knows. */
export interface TypeKnowledge {
  /** Input properties of which a change makes a new resource. */
  readonly replaceOn: (type: string) => readonly string[];
  /** Outputs that get a new value with any change of the resource. */
  readonly changesWithUpdate: (type: string) => readonly string[];
}

/** Compares two plans of a stack. */
export function comparePlans(before: PlainPlan, after: PlainPlan, types: TypeKnowledge): Comparison {
  const previous = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const current = new Set(after.resources.map(({ urn }) => urn));
  const comparer = new Comparer(types, findReferences(before), findReferences(after));
  const made = after.resources.flatMap((resource) => comparer.look(previous.get(resource.urn), resource) ?? []);
  const deleted = before.resources.filter(({ urn }) => !current.has(urn)).reverse();
  const changes = [...made, ...deleted.map((resource) => change("delete", resource, [], resource))];
  return {
    stack: after.stack,
    changes,
    unchanged: after.resources.length - made.length,
    rollouts: rolloutsOf(after, changes),
    files: bundleChanges(before, after),
    protection: protectionChanges(before, after),
  };
}

function change(
  action: Action,
  resource: PlainResource,
  changes: readonly PropertyChange[],
  previous: PlainResource | undefined,
): ResourceChange {
  const { urn, type, name, parent } = resource;
  const goes = action === "delete" || action === "replace";
  return {
    urn,
    type,
    name,
    parent,
    action,
    changes,
    protected: goes && previous?.options?.protect === true,
    retained: goes && previous?.options?.retainOnDelete === true,
  };
}

/** Looks at resources in the order of their registration, and remembers what becomes of each for those that follow. */
class Comparer {
  /** Resources that are new or replaced, with the texts by which others know them. */
  readonly #renewed = new Map<string, readonly string[]>();
  readonly #updated = new Map<string, PlainResource>();

  constructor(
    private readonly types: TypeKnowledge,
    private readonly before: ReadonlyMap<string, Reference>,
    private readonly after: ReadonlyMap<string, Reference>,
  ) {}

  look(previous: PlainResource | undefined, resource: PlainResource): ResourceChange | undefined {
    if (previous === undefined) {
      this.#renewed.set(resource.urn, identifiers(resource, this.after));
      return change("create", resource, [], previous);
    }
    const changes = this.changes(previous, resource);
    if (changes.length === 0) return undefined;
    const replaced = changes.some(({ replaces }) => replaces);
    if (replaced) this.#renewed.set(resource.urn, identifiers(resource, this.after));
    else this.#updated.set(resource.urn, resource);
    return change(replaced ? "replace" : "update", resource, changes, previous);
  }

  private changes(previous: PlainResource, resource: PlainResource): readonly PropertyChange[] {
    const replaceOn = [...this.types.replaceOn(resource.type), ...(resource.options?.replaceOnChanges ?? [])];
    const ignored = resource.options?.ignoreChanges ?? [];
    const same = (path: string, left: unknown, right: unknown): boolean =>
      this.isSameText(left, right) && this.follows(resource, path, right) === undefined;
    return [...differences(previous.inputs, resource.inputs, same), ...defaultTagChanges(previous, resource)]
      .filter(({ path }) => !ignored.some((prefix) => isWithin(path, prefix)))
      .map((difference) => ({
        ...difference,
        replaces: replaceOn.some((prefix) => prefix === "*" || isWithin(difference.path, prefix)),
        follows: this.follows(resource, difference.path, difference.after),
      }));
  }

  /**
   * Equal, or the same output of the same resource: a plan makes new keys each time, where an engine keeps them. A secret
   * that one plan hides and the other one shows may be the same.
   */
  private isSameText(left: unknown, right: unknown): boolean {
    if (left === right) return true;
    if (typeof left !== "string" || typeof right !== "string") return false;
    if (left === hiddenSecret || right === hiddenSecret) return true;
    const from = this.before.get(left);
    const to = this.after.get(right);
    return from !== undefined && to !== undefined && from.urn === to.urn && from.path === to.path;
  }

  /** The resource by whose change this value is another one, although the plan shows the same. */
  private follows(resource: PlainResource, path: string, value: unknown): string | undefined {
    const text = leafText(value);
    if (text === undefined) return undefined;
    return resource.dependsOn.find((urn) => {
      const names = this.#renewed.get(urn);
      if (names) return value === hiddenSecret ? mayHold(path, urn) : names.some((name) => text.includes(name));
      return this.isVersionOf(urn, resource, path, text);
    });
  }

  /** `version: 1` beside a template's id means its `latestVersion`, which goes up when the template changes. */
  private isVersionOf(urn: string, resource: PlainResource, path: string, text: string): boolean {
    const updated = this.#updated.get(urn);
    if (updated === undefined) return false;
    const steps = path.split(".");
    const name = steps.at(-1)?.toLowerCase() ?? "";
    const isItsVersion = this.types
      .changesWithUpdate(updated.type)
      .some((output) => output.toLowerCase().endsWith(name) && String(updated.outputs[output]) === text);
    if (!isItsVersion) return false;
    const beside = new Set(textsIn(at(resource.inputs, steps.slice(0, -1))).map(([, sibling]) => sibling));
    return identifiers(updated, this.after).some((identifier) => beside.has(identifier));
  }
}

/** A leaf as a text; none of a structure that came or went as a whole, which refers to nothing itself. */
function leafText(value: unknown): string | undefined {
  if (typeof value === "string") return decodeUserData(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** Whether a hidden secret may be of a resource: what is called a private key is none of a certificate. */
const mayHold = (path: string, urn: string): boolean => urn.includes(/PrivateKey/.test(path) ? "PrivateKey::" : "tls:");

/** Tags that the provider puts on a resource beside its own. */
function defaultTagChanges(previous: PlainResource, resource: PlainResource): readonly Difference[] {
  const { tagsAll: before } = previous.outputs;
  const { tagsAll: after } = resource.outputs;
  if (before === undefined || after === undefined) return [];
  const own = new Set([previous, resource].flatMap(({ inputs }) => Object.keys(Object(inputs.tags) as object)));
  const isSame = (path: string, left: unknown, right: unknown): boolean => left === right || own.has(path);
  return [...differences(before, after, isSame)].map((difference) => ({
    ...difference,
    path: `tagsAll.${difference.path}`,
  }));
}

/** What stands at a path of mappings. */
function at(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (holder, step) =>
      typeof holder === "object" && holder !== null ? (holder as Record<string, unknown>)[step] : undefined,
    value,
  );
}

const isWithin = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
