import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "../command";
import type { BlockDevice } from "./types";

/** A device of a machine; `minor` only while it is bound to a loop device (7:<minor>), that is while the machine runs. */
export interface AttachedDevice extends BlockDevice {
  /** Name below /dev of the device itself; `name` is a link to it where the two differ. */
  readonly node: string;
  readonly minor?: number;
}

/**
 * What a new device is called. EC2 shows volumes as NVMe disks, in the order in which they come; a name without a folder
 * (`sdf`) is the device's own. Throws if the name is unfit or taken.
 */
export function planDevice(device: BlockDevice, others: readonly AttachedDevice[]): AttachedDevice {
  if (!/^[\w+-][\w.+-]*(\/[\w+-][\w.+-]*)*$/.test(device.name)) {
    throw new Error(`"${device.name}" is no name of a device`);
  }
  const taken = new Set(others.flatMap(({ name, node }) => [name, node]));
  if (taken.has(device.name)) throw new Error(`there is a device ${device.name} already`);
  if (!device.name.includes("/")) return { ...device, node: device.name };
  let index = 1;
  while (taken.has(`nvme${index}n1`)) index += 1;
  return { ...device, node: `nvme${index}n1` };
}

/** The lines that root.sh makes devices from: node, minor number, link if there is one. */
export function renderDevices(devices: readonly AttachedDevice[]): string {
  return devices
    .flatMap(({ node, minor, name }) => (minor === undefined ? [] : [[node, minor, ...(name === node ? [] : [name])]]))
    .map((words) => `${words.join(" ")}\n`)
    .join("");
}

/** Shows a device in the /dev of a running machine, whose root is reached at `root`. */
export async function createDeviceNode(root: string, device: AttachedDevice): Promise<void> {
  await must(["mknod", "-m", "660", join(root, "dev", device.node), "b", "7", String(device.minor)]);
  if (device.node === device.name) return;
  const link = join(root, "dev", device.name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(`/dev/${device.node}`, link);
}

/** Takes a device out of the /dev of a running machine. */
export function removeDeviceNode(root: string, device: AttachedDevice): void {
  for (const path of [device.name, device.node]) rmSync(join(root, "dev", path), { force: true });
}
