/** Initial sizes of the Auto Scaling groups. Pure. */
import { type MachineRole, roleTag } from "../../../components/aws/tags.plan";
import type { CloudResource } from "../resources/resourceHandler";

export interface GroupSize {
  /** Name of the Auto Scaling group. */
  readonly name: string;
  readonly role: MachineRole;
  readonly machines: number;
}

const groupType = "aws:autoscaling/group:Group";

/**
 * Size of each group: the requested one, else the plan's; worker pools start with one machine, or none if their maximum is
 * zero or they need Windows or a GPU.
 * @throws on a request for an unknown group
 */
export function groupSizes(
  resources: readonly Pick<CloudResource, "type" | "inputs">[],
  requested: Readonly<Record<string, number>>,
): GroupSize[] {
  const groups = resources.filter(({ type }) => type === groupType);
  const sizes = groups.map(({ inputs }): GroupSize => {
    const name = String(inputs.name);
    const role = tagOf(inputs.tags, roleTag) as MachineRole;
    const planned =
      role === "worker" ? workersOf(inputs.tags, inputs.maxSize) : Number(inputs.desiredCapacity ?? inputs.minSize);
    return { name, role, machines: requested[name] ?? planned };
  });
  const unknown = Object.keys(requested).filter((name) => !sizes.some((size) => size.name === name));
  if (unknown.length > 0) {
    throw new Error(`unknown group ${unknown.join(", ")}; choose from ${sizes.map(({ name }) => name).join(", ")}`);
  }
  return sizes;
}

/** Sizes of the groups in the settings, with which the engine creates them. */
export function settingSizes(resources: readonly Pick<CloudResource, "type" | "inputs">[]): GroupSize[] {
  return groupSizes(resources, {}).map((size) => {
    const inputs = resources.find(({ type, inputs: { name } }) => type === groupType && name === size.name)?.inputs;
    return { ...size, machines: Number(inputs?.desiredCapacity ?? inputs?.minSize) };
  });
}

const template = "k8s.io/cluster-autoscaler/node-template/label";

function workersOf(tags: unknown, maxSize: unknown): number {
  // `min: 0, max: 0` parks a pool without deleting it.
  if (Number(maxSize) === 0) return 0;
  const windows = tagOf(tags, `${template}/kubernetes.io/os`) === "windows";
  return windows || tagOf(tags, `${template}/nvidia.com/gpu`) === "true" ? 0 : 1;
}

function tagOf(tags: unknown, key: string): unknown {
  const found = (tags as { key: string; value: unknown }[] | undefined)?.find((tag) => tag.key === key);
  return found?.value;
}
