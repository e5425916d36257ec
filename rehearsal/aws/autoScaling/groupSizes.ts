/** How many machines a rehearsal starts with. Pure. */
import { type MachineRole, roleTag } from "../../../components/aws/tags.plan";
import type { CloudResource } from "../resources/resourceHandler";

export interface GroupSize {
  /** Name of the Auto Scaling group. */
  readonly name: string;
  readonly role: MachineRole;
  readonly machines: number;
}

/**
 * Size of each group: as told by name, or else one machine for a worker pool, whatever its least number is (none of Windows or GPU
 * machines), and the plan's number for others.
 * @throws if a name is no group's.
 */
export function groupSizes(
  resources: readonly Pick<CloudResource, "type" | "inputs">[],
  told: Readonly<Record<string, number>>,
): GroupSize[] {
  const groups = resources.filter(({ type }) => type === "aws:autoscaling/group:Group");
  const sizes = groups.map(({ inputs }): GroupSize => {
    const name = String(inputs.name);
    const role = tagOf(inputs.tags, roleTag) as MachineRole;
    const planned = role === "worker" ? workersOf(inputs.tags) : Number(inputs.desiredCapacity ?? inputs.minSize);
    return { name, role, machines: told[name] ?? planned };
  });
  const unknown = Object.keys(told).filter((name) => !sizes.some((size) => size.name === name));
  if (unknown.length > 0) {
    throw new Error(`no group ${unknown.join(", ")}; there are ${sizes.map(({ name }) => name).join(", ")}`);
  }
  return sizes;
}

/** Least and most of a group that starts with a number of machines: the plan's, as far as that is within them. */
export function boundsWith(
  planned: { readonly min: number; readonly max: number },
  machines = planned.min,
): { readonly min: number; readonly max: number } {
  return { min: Math.min(planned.min, machines), max: Math.max(planned.max, machines) };
}

const template = "k8s.io/cluster-autoscaler/node-template/label";

/** Neither Windows nor a GPU is to be had here. */
function workersOf(tags: unknown): number {
  const windows = tagOf(tags, `${template}/kubernetes.io/os`) === "windows";
  return windows || tagOf(tags, `${template}/nvidia.com/gpu`) === "true" ? 0 : 1;
}

function tagOf(tags: unknown, key: string): unknown {
  const found = (tags as { key: string; value: unknown }[] | undefined)?.find((tag) => tag.key === key);
  return found?.value;
}
