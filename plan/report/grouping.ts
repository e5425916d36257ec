import type { PlainPlan, PlainResource } from "./planFile";

/** A component and the resources that it made itself. */
export interface ComponentGroup {
  /** Absent for what stands beside the cluster: the provider. */
  readonly component: PlainResource | undefined;
  /** How many components it is in. */
  readonly depth: number;
  readonly resources: readonly PlainResource[];
}

const isComponent = ({ type }: PlainResource): boolean => type.startsWith("holdfast:");
const isStack = ({ type }: PlainResource): boolean => type === "pulumi:pulumi:Stack";

/** The plan by component, each followed by those inside it; a component without resources of its own is kept. */
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

/** A type as people say it: `ec2 Vpc` for `aws:ec2/vpc:Vpc`, `tls PrivateKey`, `Network` for a component. */
export function shortType(token: string): string {
  const [provider = "", path = "", name = token] = token.split(":");
  if (provider === "holdfast") return name;
  if (provider === "pulumi") return path === "providers" ? "provider" : name;
  if (provider === "kubernetes") return name;
  const service = path.split("/")[0] ?? "";
  return `${service === "index" ? provider : service} ${name}`;
}

type Named = Pick<PlainResource, "name">;

/** A resource's name without that of the component it is in. */
export function nameWithin(component: Named | undefined, resource: Named): string {
  const prefix = `${component?.name ?? ""}-`;
  return resource.name.startsWith(prefix) ? resource.name.slice(prefix.length) : resource.name;
}
