import { checkChanges } from "../../components/changes/checkChanges.plan";
import { confirmedLosses } from "../../components/changes/confirmLoss.plan";
import { bundleChanges } from "./bundleChanges";
import { lossesOf } from "./losses";
import { protectionChanges } from "./protectionChanges";
import { rolloutOrder } from "./rolloutOrder";
import { rolloutsOf } from "./rollouts";
import type { Action, Comparison, PropertyChange, ResourceChange } from "./changes";
import type { Difference } from "./differences";
import { differences } from "./differences";
import type { PlainPlan, PlainResource, Properties } from "../report/planFile";
import { hiddenSecret, isHiddenSecret } from "../program/secret";
import { settingsOf } from "../report/planFile";
import { decodeUserData } from "../report/userData";
import type { Reference } from "./references";
import { findReferences, identifiers, textsIn } from "./references";

/** Behavior of resource types on changes; the registry of the simulation provides it. */
export interface TypeKnowledge {
  /** Input properties, or paths of parts, whose change requires a replacement. `settings`: inputs of the provider. */
  readonly replaceOn: (type: string, inputs: Properties, settings: Properties) => readonly string[];
  /** Outputs that every update changes. */
  readonly changesWithUpdate: (type: string) => readonly string[];
}

/** Compares two plans of a stack. */
export function comparePlans(before: PlainPlan, after: PlainPlan, types: TypeKnowledge): Comparison {
  const previous = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const current = new Set(after.resources.map(({ urn }) => urn));
  const providers = after.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
  const settings = new Map(providers.map(({ urn, id, inputs }) => [`${urn}::${id ?? ""}`, inputs]));
  const comparer = new Comparer(types, findReferences(before), findReferences(after), settings);
  const changed = after.resources.flatMap(
    (resource) => comparer.compareResource(previous.get(resource.urn), resource) ?? [],
  );
  const deleted = before.resources.filter(({ urn }) => !current.has(urn)).reverse();
  const changes = [...changed, ...deleted.map((resource) => change("delete", resource, [], resource))];
  const rollouts = rolloutsOf(after, changes);
  const [live, wanted] = [settingsOf(before), settingsOf(after)];
  return {
    stack: after.stack,
    changes,
    unchanged: after.resources.length - changed.length,
    rollouts,
    files: bundleChanges(before, after),
    protection: protectionChanges(before, after),
    settings: wanted === undefined ? [] : checkChanges(live, wanted),
    order: rolloutOrder({ before, after }, rollouts),
    losses: lossesOf(before, after, changes, live && wanted ? confirmedLosses(live, wanted) : []),
  };
}

function change(
  action: Action,
  resource: PlainResource,
  changes: readonly PropertyChange[],
  previous: PlainResource | undefined,
): ResourceChange {
  const { urn, type, name, parent } = resource;
  const removes = action === "delete" || action === "replace";
  return {
    urn,
    type,
    name,
    parent,
    action,
    changes,
    protected: removes && previous?.options?.protect === true,
    retained: removes && previous?.options?.retainOnDelete === true,
  };
}

/** Compares resources in the order of registration. A changed resource may change those that depend on it. */
class Comparer {
  /** New and replaced resources, with the texts that other resources know them by. */
  readonly #renewed = new Map<string, readonly string[]>();
  readonly #updated = new Map<string, PlainResource>();

  constructor(
    private readonly types: TypeKnowledge,
    private readonly before: ReadonlyMap<string, Reference>,
    private readonly after: ReadonlyMap<string, Reference>,
    /** Inputs of providers by reference. */
    private readonly providers: ReadonlyMap<string, Properties>,
  ) {}

  compareResource(previous: PlainResource | undefined, resource: PlainResource): ResourceChange | undefined {
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
    const { type, inputs, options, provider } = resource;
    const settings = this.providers.get(provider ?? "") ?? {};
    const replaceOn = [...this.types.replaceOn(type, inputs, settings), ...(options?.replaceOnChanges ?? [])];
    const ignored = options?.ignoreChanges ?? [];
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
   * True for equal texts, and for the same output of the same resource: every plan generates new keys, whereas the engine
   * keeps them. A secret that only one of the plans shows counts as the same.
   */
  private isSameText(left: unknown, right: unknown): boolean {
    if (left === right) return true;
    if (typeof left !== "string" || typeof right !== "string") return false;
    if (left === hiddenSecret || right === hiddenSecret) return true;
    const from = this.before.get(left);
    const to = this.after.get(right);
    return from !== undefined && to !== undefined && from.urn === to.urn && from.path === to.path;
  }

  /** URN of the changed resource that this value comes from: the update changes the value, but the plan shows the old one. */
  private follows(resource: PlainResource, path: string, value: unknown): string | undefined {
    const text = leafText(value);
    if (text === undefined) return undefined;
    return resource.dependsOn.find((urn) => {
      const names = this.#renewed.get(urn);
      if (names) return isHiddenSecret(value) ? mayHold(path, urn) : names.some((name) => text.includes(name));
      return this.isVersionOf(urn, resource, path, text);
    });
  }

  /** True for the version of an updated resource beside its id: every update of a launch template raises `latestVersion`. */
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

/** Text of a leaf; undefined for a list or mapping that was added or removed as a whole. */
function leafText(value: unknown): string | undefined {
  if (typeof value === "string") return decodeUserData(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** True if a hidden secret may be an output of the resource: a private key is no output of a certificate. */
const mayHold = (path: string, urn: string): boolean => urn.includes(/PrivateKey/.test(path) ? "PrivateKey::" : "tls:");

/** Changed default tags of the provider. */
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

/** Value at a path of keys. */
function at(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (holder, step) =>
      typeof holder === "object" && holder !== null ? (holder as Record<string, unknown>)[step] : undefined,
    value,
  );
}

const isWithin = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
