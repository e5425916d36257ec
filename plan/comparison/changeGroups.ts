import { nameWithin, shortType } from "../report/grouping";
import type { Action, ResourceChange } from "./changes";

/** Changes of the resources of one component. */
export interface ChangeGroup<Shown> {
  /** The component, as `Network prod-network`; `Stack` for resources outside of components. */
  readonly title: string;
  /** Change of the component itself. */
  readonly own: { readonly action: Action; readonly properties: Shown } | undefined;
  readonly blocks: readonly ChangeBlock<Shown>[];
}

/** Resources with the same change. */
export interface ChangeBlock<Shown> {
  readonly resources: readonly NamedChange[];
  /** Changed properties in the form of the report. */
  readonly properties: Shown;
}

export interface NamedChange extends Pick<ResourceChange, "action" | "protected" | "retained"> {
  readonly type: string;
  /** Without the prefix of the component's name. */
  readonly name: string;
}

interface Growing<Shown> {
  readonly key: string;
  readonly resources: NamedChange[];
  readonly properties: Shown;
}

/** Groups changes by component. Consecutive resources of a component with the same change are one block. */
export function groupChanges<Shown>(
  changes: readonly ResourceChange[],
  show: (change: ResourceChange) => Shown,
): readonly ChangeGroup<Shown>[] {
  const components = new Map(changes.filter(({ type }) => isComponent(type)).map((change) => [change.urn, change]));
  const groups = new Map<string | undefined, Growing<Shown>[]>();
  const groupOf = (urn: string | undefined): Growing<Shown>[] => {
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
    const properties = show(change);
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
    const own = change && { action: change.action, properties: show(change) };
    return { title: urn === undefined ? "Stack" : describeUrn(urn), own, blocks };
  });
}

const isComponent = (type: string): boolean => type.startsWith("holdfast:");

/** Type and name of a resource: `ec2 Subnet public-a`. */
export const describeUrn = (urn: string): string => `${shortType(typeOf(urn))} ${nameOf(urn)}`;

/** `urn:pulumi:<stack>::<project>::<types of the parents and its own>::<name>`. */
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

const typeOf = (urn: string | undefined): string => urn?.split("::")[2]?.split("$").at(-1) ?? "";
