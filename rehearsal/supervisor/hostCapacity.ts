/**
 * Whether this host has room for a plan's machines. They share the kernel's limit of inotify instances, which is counted by
 * user; without room systemd, kubelet and API servers fail one by one with "too many open files".
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { MachineRole } from "../../components/aws/tags.plan";

/** Instances in use on one machine, counted on Debian 12 with Kubernetes 1.36, and a little more. */
const instancesOf: Readonly<Record<MachineRole, number>> = { "control-plane": 33, etcd: 9, worker: 16 };

const limitFile = "/proc/sys/fs/inotify/max_user_instances";

/** @throws if the machines would not fit, with the command that makes room. */
export function checkHostCapacity(roles: readonly MachineRole[]): void {
  const problem = capacityProblem({
    limit: Number(readFileSync(limitFile, "utf8")),
    used: instancesInUse(),
    needed: inotifyDemand(roles),
  });
  if (problem !== undefined) throw new Error(problem);
}

/** Instances that machines of these roles will use. */
export function inotifyDemand(roles: readonly MachineRole[]): number {
  return roles.reduce((sum, role) => sum + instancesOf[role], 0);
}

/** What is missing and how to get it; undefined: nothing. */
export function capacityProblem({
  limit,
  used,
  needed,
}: {
  limit: number;
  used: number;
  needed: number;
}): string | undefined {
  if (used + needed <= limit) return undefined;
  const enough = 2 ** Math.ceil(Math.log2(Math.max(1024, used + needed)));
  return (
    `this host lets a user have ${limit} inotify instances: ${used} are in use, and these machines need ${needed}. ` +
    `Until the next reboot this makes room: sysctl -w fs.inotify.max_user_instances=${enough}`
  );
}

/** Instances that this user's processes hold now, on the host and in every machine. */
function instancesInUse(): number {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map((pid) => openInstances(join("/proc", pid, "fd"))).reduce((sum, count) => sum + count, 0);
}

function openInstances(directory: string): number {
  try {
    return readdirSync(directory).filter((name) => isInotify(join(directory, name))).length;
  } catch {
    // it ended, or it is another user's
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
