import { closeSync, constants, openSync, realpathSync } from "node:fs";
import { open, stat, truncate } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { run, runOrThrow } from "../command";

/** Creates a sparse file for a device. Rejects if it exists, because it may hold data. */
export async function createBackingFile(file: string, bytes: number): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.truncate(bytes);
  } finally {
    await handle.close();
  }
}

/** Grows the file of a device; a larger one stays as it is. @returns true if it has grown */
export async function growBackingFile(file: string, bytes: number): Promise<boolean> {
  if ((await stat(file)).size >= bytes) return false;
  await truncate(file, bytes);
  return true;
}

/** Gives a loop device the size of its file, which it has had since it was bound. */
export async function adoptFileSize(index: number): Promise<void> {
  await runOrThrow(["losetup", "--set-capacity", `/dev/loop${index}`]);
}

export interface LoopDevice {
  /** Number of the device: /dev/loop<index>, block device 7:<index>. */
  readonly index: number;
  /** Path of the file as the kernel reports it; a deleted file ends in ` (deleted)`. */
  readonly backing: string;
}

/** All loop devices in use on this host. */
export async function listLoopDevices(): Promise<LoopDevice[]> {
  const listed = await runOrThrow(["losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  return listed.split("\n").flatMap((line) => {
    const [, index, backing] = /^\/dev\/loop(\d+)\s+(.+)$/.exec(line.trim()) ?? [];
    return index === undefined || backing === undefined ? [] : [{ index: Number(index), backing }];
  });
}

/** Binds a file to a free loop device. Rejects if it is bound already: two writers would destroy its file system. */
export async function attachLoop(backing: string): Promise<LoopDevice> {
  const file = realpathSync(backing);
  const holder = (await listLoopDevices()).find((device) => device.backing === file);
  if (holder !== undefined) throw new Error(`${backing} is in use already, as /dev/loop${holder.index}`);
  const name = (await runOrThrow(["losetup", "--find", "--show", file])).trim();
  const index = Number(/^\/dev\/loop(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(index)) throw new Error(`losetup printed "${name}" for ${backing}, not a loop device`);
  return { index, backing: file };
}

/** True if a process has mounted the device (in any mount namespace) or opened it exclusively. */
export function isLoopBusy(index: number): boolean {
  try {
    closeSync(openSync(`/dev/loop${index}`, constants.O_RDONLY | constants.O_EXCL));
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return true;
    throw error;
  }
}

/** Detaches a file's loop devices and waits until they are free, so that another machine may use the file. */
export async function releaseLoops(backing: string, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const bound = (await listLoopDevices()).filter((device) => device.backing.replace(/ \(deleted\)$/, "") === backing);
    if (bound.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${backing} is still in use as /dev/loop${bound[0]?.index ?? "?"}`);
    // Detaching a device that a dying machine has mounted takes effect with its last user.
    for (const device of bound) await run(["losetup", "--detach", `/dev/loop${device.index}`]);
    await sleep(20);
  }
}
