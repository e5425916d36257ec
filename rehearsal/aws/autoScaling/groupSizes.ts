/** Initial sizes of the Auto Scaling groups. Pure. */
import { type MachineRole, roleTag } from "../../../components/aws/tags.plan";
import type { CloudResource } from "../resources/resourceHandler";

export interface GroupSize {
  /** Name of the Auto Scaling group. */
  readonly name: string;
  readonly role: MachineRole;
  readonly machines: number;
}

/** Type of Auto Scaling groups in a plan. */
export const groupType = "aws:autoscaling/group:Group";

type PlannedGroup = Pick<CloudResource, "type" | "inputs">;

/**
 * Size of each group: the requested one, else the plan's; worker pools start with one machine, or none if their maximum is
 * zero or they need Windows or a GPU.
 * @throws on a request for an unknown group
 */
export function groupSizes(
  resources: readonly PlannedGroup[],
  requested: Readonly<Record<string, number>>,
): GroupSize[] {
  const sizes = sizesOf(resources, (inputs, role) => {
    const planned = role === "worker" ? workersOf(inputs.tags, inputs.maxSize) : settingSize(inputs);
    return requested[String(inputs.name)] ?? planned;
  });
  const unknown = Object.keys(requested).filter((name) => !sizes.some((size) => size.name === name));
  if (unknown.length > 0) {
    throw new Error(`unknown group ${unknown.join(", ")}; choose from ${sizes.map(({ name }) => name).join(", ")}`);
  }
  return sizes;
}

/** Sizes of the groups in the settings, with which the engine creates them. */
export const settingSizes = (resources: readonly PlannedGroup[]): GroupSize[] => sizesOf(resources, settingSize);

const settingSize = ({ desiredCapacity, minSize }: CloudResource["inputs"]): number =>
  Number(desiredCapacity ?? minSize);

function sizesOf(
  resources: readonly PlannedGroup[],
  machinesOf: (inputs: CloudResource["inputs"], role: MachineRole) => number,
): GroupSize[] {
  return resources
    .filter(({ type }) => type === groupType)
    .map(({ inputs }) => {
      const role = tagOf(inputs.tags, roleTag) as MachineRole;
      return { name: String(inputs.name), role, machines: machinesOf(inputs, role) };
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
