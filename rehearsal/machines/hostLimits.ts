import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { allProcesses } from "./processes";

/**
 * Inotify instances that a machine with a whole control plane on it takes: systemd 3, kubelet 7, containerd 2, API server 8,
 * controller-manager 8, and a few for what tests start (counted on a running cluster of Kubernetes 1.36).
 */
export const inotifyPerMachine = 32;

/**
 * The kernel counts inotify instances for each user, and every machine's root is the host's root: the default of 128 is used
 * up by four or five machines, and then units and kubelets hang without a word. The machines cannot raise it (it is the
 * host's), so it is checked before they boot. Undefined if there is room.
 */
export function inotifyProblem(
  machines: number,
  limit = readLimit(),
  used = countInotify(),
): { readonly what: string; readonly how: string } | undefined {
  const needed = used + machines * inotifyPerMachine;
  if (needed <= limit) return undefined;
  const enough = 2 ** Math.ceil(Math.log2(Math.max(needed, 1024)));
  return {
    what:
      `${machines} machines need up to ${machines * inotifyPerMachine} inotify instances; the host allows root ${limit}, ` +
      `and ${used} are in use`,
    how: `sysctl -w fs.inotify.max_user_instances=${enough}`,
  };
}

const readLimit = (): number => Number(readFileSync("/proc/sys/fs/inotify/max_user_instances", "utf8"));

/** Instances that all processes of this host hold. */
function countInotify(): number {
  return allProcesses().reduce((sum, pid) => sum + countOf(pid), 0);
}

function countOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).filter((descriptor) => isInotify(`${folder}/${descriptor}`)).length;
  } catch {
    return 0; // It has ended, or is not ours to look at.
  }
}

function isInotify(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor) === "anon_inode:inotify";
  } catch {
    return false;
  }
}
