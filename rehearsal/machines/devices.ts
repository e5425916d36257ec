import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { runOrThrow } from "../command";
import type { BlockDevice } from "./types";

/** Device of a machine. */
export interface AttachedDevice extends BlockDevice {
  /** Device node below /dev; `name` is a link to it if they differ. */
  readonly node: string;
  /** Number of the loop device (7:<minor>) while the machine runs. */
  readonly minor?: number;
}

/**
 * Plans the node of a new device. EC2 shows volumes as NVMe disks, numbered as they are attached; a name without a folder
 * (`sdf`) is used as it is.
 * @throws if the name is invalid or taken
 */
export function planDevice(device: BlockDevice, others: readonly AttachedDevice[]): AttachedDevice {
  if (!/^[\w+-][\w.+-]*(\/[\w+-][\w.+-]*)*$/.test(device.name)) {
    throw new Error(`invalid device name "${device.name}"`);
  }
  const taken = new Set(others.flatMap(({ name, node }) => [name, node]));
  if (taken.has(device.name)) throw new Error(`device ${device.name} exists already`);
  if (!device.name.includes("/")) return { ...device, node: device.name };
  let index = 1;
  while (taken.has(`nvme${index}n1`)) index += 1;
  return { ...device, node: `nvme${index}n1` };
}

/** Lines from which root.sh creates devices: node, minor number, and the link if there is one. */
export function renderDevices(devices: readonly AttachedDevice[]): string {
  return devices
    .flatMap(({ node, minor, name }) => (minor === undefined ? [] : [[node, minor, ...(name === node ? [] : [name])]]))
    .map((words) => `${words.join(" ")}\n`)
    .join("");
}

/** Adds a device to /dev of a running machine whose root is at `root`. */
export async function createDeviceNode(root: string, device: AttachedDevice): Promise<void> {
  await runOrThrow(["mknod", "-m", "660", join(root, "dev", device.node), "b", "7", String(device.minor)]);
  if (device.node === device.name) return;
  const link = join(root, "dev", device.name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(`/dev/${device.node}`, link);
}

/** Removes a device from /dev of a running machine. */
export function removeDeviceNode(root: string, device: AttachedDevice): void {
  for (const path of [device.name, device.node]) rmSync(join(root, "dev", path), { force: true });
}
