import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { build } from "../command";
import type { HostProblem, Report } from "./types";

/** Debian package that the rehearsal uses on the host: its name, a program or absolute path that proves it, its purpose. */
type HostPackage = readonly [name: string, proof: string, purpose: string];

const runtimePackages: readonly HostPackage[] = [
  ["iproute2", "ip", "network namespaces and links"],
  ["nftables", "nft", "security groups"],
  ["haproxy", "haproxy", "load balancers"],
  ["e2fsprogs", "mkfs.ext4", "volumes"],
  ["util-linux", "unshare", "machines"],
  ["mount", "losetup", "volumes"],
  ["kmod", "modprobe", "kernel modules"],
];

const buildPackages: readonly HostPackage[] = [
  ["mmdebstrap", "mmdebstrap", "the machines' root"],
  [
    "debian-archive-keyring",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "checking the packages of the machines' root",
  ],
  ["tar", "tar", "archives"],
  ["gzip", "gzip", "archives"],
  ["gcc", "gcc", "runc"],
  ["libc6-dev", "/usr/include/stdlib.h", "runc"],
  ["libseccomp-dev", "/usr/include/seccomp.h", "runc"],
  ["pkg-config", "pkg-config", "runc"],
  ["ca-certificates", "/etc/ssl/certs/ca-certificates.crt", "downloads"],
];

/** Absolute path of a program on PATH, in the system's folders, or in `further`; undefined: not found. */
export function findExecutable(name: string, further: readonly string[] = []): string | undefined {
  const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...system, ...further];
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Python 3.10 or later with the venv module; undefined: none. */
export function pythonWithVenv(): string | undefined {
  const script = "import sys, venv, ensurepip; print(sys.executable); sys.exit(sys.version_info < (3, 10))";
  for (const candidate of [findExecutable("python3"), "/usr/bin/python3"]) {
    if (candidate === undefined || !existsSync(candidate)) continue;
    const { status, stdout } = spawnSync(candidate, ["-c", script], { encoding: "utf8" });
    // A version manager's shim prints the interpreter behind it, which does not need the shim's environment.
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

function isInstalled([, proof]: HostPackage): boolean {
  return proof.startsWith("/") ? existsSync(proof) : findExecutable(proof) !== undefined;
}

/** Packages that this host lacks. `building`: includes those that only a build needs. */
function missingPackages(building: boolean): readonly HostPackage[] {
  const missing = [...runtimePackages, ...(building ? buildPackages : [])].filter((each) => !isInstalled(each));
  return building && pythonWithVenv() === undefined ? [...missing, ["python3-venv", "", "the AWS simulator"]] : missing;
}

export function hasApt(): boolean {
  return findExecutable("apt-get") !== undefined;
}

/** Missing programs as problems, for a host without apt. */
export function packageProblems(building: boolean): HostProblem[] {
  return missingPackages(building).map(([name, , purpose]) => ({
    problem: `${name} is missing (${purpose})`,
    remedy: `install your distribution's equivalent of Debian's package ${name}`,
  }));
}

/**
 * Installs missing packages with apt-get and reports their names.
 * @throws on a host without apt-get, with the names
 */
export async function installPackages(building: boolean, report: Report, log: string): Promise<void> {
  const names = missingPackages(building).map(([name]) => name);
  if (names.length === 0) return;
  if (!hasApt()) throw new Error(`this host has no apt-get; install these packages: ${names.join(", ")}`);
  const step = `apt-get install ${names.join(" ")}`;
  const started = Date.now();
  report(step, "start");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const lock = ["-o", "DPkg::Lock::Timeout=600"];
  const install = ["apt-get", "install", "--yes", "--no-install-recommends", ...lock, ...names];
  try {
    await build(install, { env, log });
  } catch {
    // The usual reason: package lists are missing or out of date.
    await build(["apt-get", "update", ...lock], { env, log });
    await build(install, { env, log });
  }
  if (names.includes("haproxy") && existsSync("/run/systemd/system")) {
    // Debian starts the service with the package, and the rehearsal starts its own.
    await build(["systemctl", "disable", "--now", "haproxy.service"], { log });
  }
  report(step, "done", (Date.now() - started) / 1000);
}
