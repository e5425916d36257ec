/**
 * Capacity of this host for machines. All share the kernel's limit of inotify instances per user; beyond it, systemd, kubelet
 * and API servers fail with "too many open files".
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { MachineRole } from "../../components/aws/tags.plan";
import { allProcesses } from "../machines/processes";

/** Inotify instances per machine, measured on Debian 12 with Kubernetes 1.36 and rounded up. */
const instancesOf: Readonly<Record<MachineRole, number>> = { "control-plane": 33, etcd: 9, worker: 16 };

const limitFile = "/proc/sys/fs/inotify/max_user_instances";

/** @throws if the machines exceed the limit, with the command that raises it */
export function checkHostCapacity(roles: readonly MachineRole[]): void {
  const problem = capacityProblem({
    limit: Number(readFileSync(limitFile, "utf8")),
    used: instancesInUse(),
    needed: inotifyDemand(roles),
  });
  if (problem !== undefined) throw new Error(problem);
}

/** Instances that machines of these roles use. */
export function inotifyDemand(roles: readonly MachineRole[]): number {
  return roles.reduce((sum, role) => sum + instancesOf[role], 0);
}

/** Error message with the remedy; undefined: the capacity suffices. */
export function capacityProblem(inotify: { limit: number; used: number; needed: number }): string | undefined {
  const { limit, used, needed } = inotify;
  if (used + needed <= limit) return undefined;
  const enough = 2 ** Math.ceil(Math.log2(Math.max(1024, used + needed)));
  return (
    `this host allows ${limit} inotify instances per user: ${used} are in use, and these machines need ${needed}. ` +
    `Raise the limit until the next reboot: sysctl -w fs.inotify.max_user_instances=${enough}`
  );
}

/** Instances in use by this user's processes, on the host and in machines. */
function instancesInUse(): number {
  const counts = allProcesses().map((pid) => openInstances(join("/proc", String(pid), "fd")));
  return counts.reduce((sum, count) => sum + count, 0);
}

function openInstances(directory: string): number {
  try {
    return readdirSync(directory).filter((name) => isInotify(join(directory, name))).length;
  } catch {
    // The process has ended or belongs to another user.
    return 0;
  }
}

function isInotify(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor) === "anon_inode:inotify";
  } catch {
    return false;
  }
}
