import { describeUrn, nameOf, nameWithin, shortType, typeOf } from "../report/grouping";
import type { Action, ResourceChange } from "./changes";
import { describeChange } from "./describeChange";
import type { ChangeDescription } from "./describeChange";

/** Changes of the resources of one component. */
export interface ChangeGroup {
  /** The component, as `Network prod-network`; `Stack` for resources outside of components. */
  readonly title: string;
  /** Change of the component itself. */
  readonly own: { readonly action: Action; readonly properties: readonly ChangeDescription[] } | undefined;
  readonly blocks: readonly ChangeBlock[];
}

/** Resources with the same change. */
export interface ChangeBlock {
  readonly resources: readonly NamedChange[];
  readonly properties: readonly ChangeDescription[];
}

export interface NamedChange extends Pick<ResourceChange, "action" | "protected" | "retained"> {
  readonly type: string;
  /** Without the prefix of the component's name. */
  readonly name: string;
}

interface GrowingBlock extends ChangeBlock {
  readonly key: string;
  readonly resources: NamedChange[];
}

/** Groups changes by component. Consecutive resources of a component with the same change are one block. */
export function groupChanges(changes: readonly ResourceChange[]): readonly ChangeGroup[] {
  const components = new Map(changes.filter(({ type }) => isComponent(type)).map((change) => [change.urn, change]));
  const groups = new Map<string | undefined, GrowingBlock[]>();
  const groupOf = (urn: string | undefined): GrowingBlock[] => {
    const blocks = groups.get(urn) ?? [];
    groups.set(urn, blocks);
    return blocks;
  };
  for (const change of changes) {
    if (components.has(change.urn)) {
      groupOf(change.urn);
      continue;
    }
    const parent = isComponent(typeOf(change.parent)) ? change.parent : undefined;
    const blocks = groupOf(parent);
    const properties = change.changes.map(describeChange);
    const key = JSON.stringify([change.action, change.protected, change.retained, properties]);
    const last = blocks.at(-1);
    const named = {
      ...change,
      type: shortType(change.type),
      name: nameWithin(parent === undefined ? undefined : { name: nameOf(parent) }, change),
    };
    if (last?.key === key) last.resources.push(named);
    else blocks.push({ key, resources: [named], properties });
  }
  return [...groups].map(([urn, blocks]) => {
    const change = urn === undefined ? undefined : components.get(urn);
    const own = change && { action: change.action, properties: change.changes.map(describeChange) };
    return { title: urn === undefined ? "Stack" : describeUrn(urn), own, blocks };
  });
}

const isComponent = (type: string): boolean => type.startsWith("holdfast:");
