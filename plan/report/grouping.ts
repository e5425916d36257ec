import type { PlainPlan, PlainResource } from "./planFile";

/** Component and its direct resources. */
export interface ComponentGroup {
  /** Undefined for resources outside of components: the provider. */
  readonly component: PlainResource | undefined;
  /** Number of components around it. */
  readonly depth: number;
  readonly resources: readonly PlainResource[];
}

const isComponent = ({ type }: PlainResource): boolean => type.startsWith("holdfast:");
const isStack = ({ type }: PlainResource): boolean => type === "pulumi:pulumi:Stack";

/** Resources of a plan by component, in depth-first order. Includes components without direct resources. */
export function groupByComponent(plan: Pick<PlainPlan, "resources">): readonly ComponentGroup[] {
  const children = new Map<string | undefined, PlainResource[]>();
  const urns = new Set(plan.resources.filter((resource) => !isStack(resource)).map(({ urn }) => urn));
  for (const resource of plan.resources.filter((candidate) => !isStack(candidate))) {
    const parent = resource.parent !== undefined && urns.has(resource.parent) ? resource.parent : undefined;
    const siblings = children.get(parent);
    if (siblings) siblings.push(resource);
    else children.set(parent, [resource]);
  }
  const groupsIn = (component: PlainResource | undefined, depth: number): readonly ComponentGroup[] => {
    const inside = children.get(component?.urn) ?? [];
    const own = { component, depth, resources: inside.filter((resource) => !isComponent(resource)) };
    return [own, ...inside.filter(isComponent).flatMap((child) => groupsIn(child, depth + 1))];
  };
  return groupsIn(undefined, -1).filter(({ component, resources }) => component !== undefined || resources.length > 0);
}

/** Short form of a type token: `ec2 Vpc` for `aws:ec2/vpc:Vpc`, `tls PrivateKey`, `Network` for a component. */
export function shortType(token: string): string {
  const [provider = "", path = "", name = token] = token.split(":");
  if (provider === "holdfast") return name;
  if (provider === "pulumi") return path === "providers" ? "provider" : name;
  if (provider === "kubernetes") return name;
  const service = path.split("/")[0] ?? "";
  return `${service === "index" ? provider : service} ${name}`;
}

type Named = Pick<PlainResource, "name">;

/** Name of a resource without the prefix of its component's name. */
export function nameWithin(component: Named | undefined, resource: Named): string {
  const prefix = `${component?.name ?? ""}-`;
  return resource.name.startsWith(prefix) ? resource.name.slice(prefix.length) : resource.name;
}

/** Type and name of a resource: `ec2 Subnet public-a`. */
export const describeUrn = (urn: string): string => `${shortType(typeOf(urn))} ${nameOf(urn)}`;

/** Name in `urn:pulumi:<stack>::<project>::<types of the parents and its own>::<name>`. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** Type token in a URN; empty for undefined. */
export const typeOf = (urn: string | undefined): string => urn?.split("::")[2]?.split("$").at(-1) ?? "";
