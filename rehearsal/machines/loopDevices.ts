import { closeSync, constants, openSync, realpathSync } from "node:fs";
import { open } from "node:fs/promises";
import { must, run, sleep } from "../command";

/** Makes a sparse file of `bytes` that a device can be backed by. Rejects if it exists: it may hold somebody's data. */
export async function makeBackingFile(file: string, bytes: number): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.truncate(bytes);
  } finally {
    await handle.close();
  }
}

/** A loop device and the file behind it. */
export interface LoopDevice {
  /** Number of the device: /dev/loop<index>, block device 7:<index>. */
  readonly index: number;
  /** As the kernel reports it; a deleted file has ` (deleted)` behind its name. */
  readonly backing: string;
}

/** Every loop device that is in use on this host. */
export async function listLoopDevices(): Promise<LoopDevice[]> {
  const listed = await must(["losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  return listed.split("\n").flatMap((line) => {
    const [, index, backing] = /^\/dev\/loop(\d+)\s+(.+)$/.exec(line.trim()) ?? [];
    return index === undefined || backing === undefined ? [] : [{ index: Number(index), backing }];
  });
}

/** Binds a file to a free loop device. Rejects if the file is bound already: two writers would ruin its file system. */
export async function attachLoop(backing: string): Promise<LoopDevice> {
  const file = realpathSync(backing);
  const holder = (await listLoopDevices()).find((device) => device.backing === file);
  if (holder !== undefined) throw new Error(`${backing} is in use already, as /dev/loop${holder.index}`);
  const name = (await must(["losetup", "--find", "--show", file])).trim();
  const index = Number(/^\/dev\/loop(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(index)) throw new Error(`losetup gave "${name}" for ${backing}`);
  return { index, backing: file };
}

/** Whether some process has the device mounted (in any mount namespace) or opened exclusively. */
export function loopIsBusy(index: number): boolean {
  try {
    closeSync(openSync(`/dev/loop${index}`, constants.O_RDONLY | constants.O_EXCL));
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return true;
    throw error;
  }
}

/** Frees the devices that are bound to a file, and waits until they are free: only then may another machine take the file. */
export async function releaseLoops(backing: string, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const bound = (await listLoopDevices()).filter((device) => device.backing.replace(/ \(deleted\)$/, "") === backing);
    if (bound.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${backing} stays in use as /dev/loop${bound[0]?.index ?? "?"}`);
    // A device that is still mounted by a dying machine is only marked here, and freed with its last user.
    for (const device of bound) await run(["losetup", "--detach", `/dev/loop${device.index}`]);
    await sleep(20);
  }
}
