import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./assets";
import { hasApt, packageProblems } from "./hostPackages";
import type { HostProblem } from "./types";

const gibibyte = 1024 ** 3;
/** Disk space of a complete build, including the caches of the Go toolchain. */
const buildSpaceGiB = 12;

/**
 * Checks that this host can boot machines and lists what is missing with a remedy. Tries namespaces, an overlay mount and
 * a loop device instead of guessing from versions; leaves nothing behind.
 */
export function checkHost(): { ok: boolean; problems: HostProblem[] } {
  const problems = hostProblems();
  return { ok: problems.length === 0, problems };
}

function hostProblems(): HostProblem[] {
  if (process.platform !== "linux") {
    const remedy =
      "run the rehearsal on a Linux machine or in a Linux virtual machine; `holdfast plan` works everywhere";
    return [{ problem: `machines need Linux namespaces, but this host runs ${process.platform}`, remedy }];
  }
  if (process.arch !== "x64" && process.arch !== "arm64") {
    return [{ problem: `machines cannot run on ${process.arch}`, remedy: "use an x86-64 or a 64-bit ARM host" }];
  }
  if (process.getuid?.() !== 0) {
    const remedy = "run it as root, e.g. with `sudo -E env PATH=$PATH`";
    return [{ problem: "network and mount namespaces need root", remedy }];
  }
  const programs = hasApt() ? [] : packageProblems(true);
  return [...programs, ...namespaceProblems(), ...cgroupProblems(), ...diskProblems()];
}

/** Error output of a command that failed; undefined: it succeeded. */
function failure(argv: readonly string[]): string | undefined {
  const [command = "", ...args] = argv;
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return undefined;
  return (error?.message ?? stderr.trim().split("\n").at(-1)) || `exit status ${status ?? "unknown"}`;
}

function namespaceProblems(): HostProblem[] {
  const namespaces = ["--mount", "--uts", "--ipc", "--pid", "--cgroup", "--net"];
  const unshare = ["unshare", ...namespaces, "--fork", "--propagation", "private"];
  const forbidden = failure([...unshare, "true"]);
  if (forbidden !== undefined) {
    const remedy =
      "in a container, start it with --privileged; otherwise check sysctl user.max_*_namespaces and seccomp";
    return [{ problem: `cannot create namespaces (${forbidden})`, remedy }];
  }
  if (!existsSync("/usr/sbin/ip") && !existsSync("/sbin/ip")) return [];
  const veth = failure([...unshare, "ip", "link", "add", "hf-a", "type", "veth"]);
  if (veth === undefined) return [];
  return [
    { problem: `cannot create virtual network links (${veth})`, remedy: "load the kernel module veth (modprobe veth)" },
  ];
}

function cgroupProblems(): HostProblem[] {
  if (existsSync("/sys/fs/cgroup/cgroup.controllers") || existsSync("/sys/fs/cgroup/memory")) return [];
  const remedy = "mount cgroup2 on /sys/fs/cgroup, or the v1 controllers below it";
  return [{ problem: "the memory cgroup controller is not mounted", remedy }];
}

function diskProblems(): HostProblem[] {
  const cache = cacheDirectory();
  mkdirSync(cache, { recursive: true });
  const problems: HostProblem[] = [];
  const { bavail, bsize } = statfsSync(cache);
  if (!existsSync(join(cache, "assets")) && bavail * bsize < buildSpaceGiB * gibibyte) {
    problems.push({
      problem: `${cache} has ${Math.floor((bavail * bsize) / gibibyte)} GiB free, the first build needs ${buildSpaceGiB} GiB`,
      remedy: "free disk space, or point XDG_CACHE_HOME to a larger disk",
    });
  }
  const probe = mkdtempSync(join(cache, "probe-"));
  try {
    for (const folder of ["lower", "upper", "work", "merged"]) mkdirSync(join(probe, folder));
    const layers = `lowerdir=${probe}/lower,upperdir=${probe}/upper,workdir=${probe}/work`;
    const mount = ["mount", "-t", "overlay", "overlay", "-o", layers, join(probe, "merged")];
    const overlay = failure(["unshare", "--mount", "--propagation", "private", "--", ...mount]);
    if (overlay !== undefined) {
      problems.push({
        problem: `${cache} cannot hold the layers of an overlay file system (${overlay})`,
        remedy:
          "point XDG_CACHE_HOME and XDG_STATE_HOME to folders on ext4 or xfs, not on an overlay or a network file system",
      });
    }
  } finally {
    rmSync(probe, { recursive: true });
  }
  const loop = failure(["losetup", "--find"]);
  if (loop !== undefined) {
    problems.push({
      problem: `cannot find a loop device (${loop})`,
      remedy: "load the kernel module loop (modprobe loop)",
    });
  }
  return problems;
}
