import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./assets";
import { hasApt, packageProblems } from "./hostPackages";
import type { HostProblem } from "./types";

const gibibyte = 1024 ** 3;
/** What the cache takes when everything is built, with room for the Go toolchain's own caches beside it. */
const buildSpaceGiB = 12;

/**
 * Tells whether this host can boot machines, and if not, what is missing and how to get it. Tries things out (namespaces,
 * an overlay, a loop device) rather than guessing from versions; leaves nothing behind.
 */
export function checkHost(): { ok: boolean; problems: HostProblem[] } {
  const problems = hostProblems();
  return { ok: problems.length === 0, problems };
}

function hostProblems(): HostProblem[] {
  if (process.platform !== "linux") {
    return [
      {
        what: `machines are made of Linux namespaces, and this is ${process.platform}`,
        how: "run the rehearsal on a Linux machine or in a Linux virtual machine; `npm run plan` works everywhere",
      },
    ];
  }
  if (process.arch !== "x64" && process.arch !== "arm64") {
    return [{ what: `there are no machines for ${process.arch}`, how: "use an x86-64 or a 64-bit ARM host" }];
  }
  if (process.getuid?.() !== 0) {
    return [
      { what: "network and mount namespaces need root", how: "run it as root, e.g. with `sudo -E env PATH=$PATH`" },
    ];
  }
  const programs = hasApt() ? [] : packageProblems(true);
  return [...programs, ...namespaceProblems(), ...cgroupProblems(), ...diskProblems()];
}

/** The error output of a command that did not succeed; undefined if it did. */
function failure(argv: readonly string[]): string | undefined {
  const [command = "", ...args] = argv;
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return undefined;
  return (error?.message ?? stderr.trim().split("\n").at(-1)) || `exit status ${status ?? "unknown"}`;
}

function namespaceProblems(): HostProblem[] {
  const unshare = [
    "unshare",
    "--mount",
    "--uts",
    "--ipc",
    "--pid",
    "--cgroup",
    "--net",
    "--fork",
    "--propagation",
    "private",
  ];
  const forbidden = failure([...unshare, "true"]);
  if (forbidden !== undefined) {
    return [
      {
        what: `namespaces cannot be made (${forbidden})`,
        how: "in a container, start it with --privileged; otherwise check sysctl user.max_*_namespaces and seccomp",
      },
    ];
  }
  const veth =
    existsSync("/usr/sbin/ip") || existsSync("/sbin/ip")
      ? failure([...unshare, "ip", "link", "add", "hf-a", "type", "veth"])
      : undefined;
  if (veth === undefined) return [];
  return [
    { what: `virtual network links cannot be made (${veth})`, how: "load the kernel module veth (modprobe veth)" },
  ];
}

function cgroupProblems(): HostProblem[] {
  const memory = existsSync("/sys/fs/cgroup/cgroup.controllers") || existsSync("/sys/fs/cgroup/memory");
  if (memory) return [];
  return [
    {
      what: "there are no memory control groups",
      how: "mount cgroup2 on /sys/fs/cgroup, or the v1 controllers below it",
    },
  ];
}

function diskProblems(): HostProblem[] {
  const cache = cacheDirectory();
  mkdirSync(cache, { recursive: true });
  const problems: HostProblem[] = [];
  const { bavail, bsize } = statfsSync(cache);
  if (!existsSync(join(cache, "assets")) && bavail * bsize < buildSpaceGiB * gibibyte) {
    problems.push({
      what: `${cache} has ${Math.floor((bavail * bsize) / gibibyte)} GiB free, the first build wants ${buildSpaceGiB}`,
      how: "make room, or point XDG_CACHE_HOME to a larger disk",
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
        what: `${cache} cannot hold the layers of an overlay file system (${overlay})`,
        how: "point XDG_CACHE_HOME and XDG_STATE_HOME to folders on ext4 or xfs, not on an overlay or a network file system",
      });
    }
  } finally {
    rmSync(probe, { recursive: true });
  }
  const loop = failure(["losetup", "--find"]);
  if (loop !== undefined) {
    problems.push({ what: `there is no loop device (${loop})`, how: "load the kernel module loop (modprobe loop)" });
  }
  return problems;
}
