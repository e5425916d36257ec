import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./command";
import type { HostProblem, Report } from "./types";

/** A program or file that the rehearsal uses on the host, and the Debian package that has it. */
interface HostPackage {
  readonly package: string;
  /** What shows that it is there: a program's name, or an absolute path. */
  readonly sign: string;
  readonly purpose: string;
  /** Wanted only to build what is not cached yet. */
  readonly buildOnly: boolean;
}

const packages: readonly HostPackage[] = [
  { package: "iproute2", sign: "ip", purpose: "network namespaces and links", buildOnly: false },
  { package: "nftables", sign: "nft", purpose: "security groups", buildOnly: false },
  { package: "haproxy", sign: "haproxy", purpose: "load balancers", buildOnly: false },
  { package: "e2fsprogs", sign: "mkfs.ext4", purpose: "volumes", buildOnly: false },
  { package: "util-linux", sign: "unshare", purpose: "machines", buildOnly: false },
  { package: "mount", sign: "losetup", purpose: "volumes", buildOnly: false },
  { package: "kmod", sign: "modprobe", purpose: "kernel modules", buildOnly: false },
  { package: "mmdebstrap", sign: "mmdebstrap", purpose: "the machines' root", buildOnly: true },
  {
    package: "debian-archive-keyring",
    sign: "/usr/share/keyrings/debian-archive-keyring.gpg",
    purpose: "checking the packages of the machines' root",
    buildOnly: true,
  },
  { package: "tar", sign: "tar", purpose: "archives", buildOnly: true },
  { package: "gzip", sign: "gzip", purpose: "archives", buildOnly: true },
  { package: "gcc", sign: "gcc", purpose: "runc", buildOnly: true },
  { package: "libc6-dev", sign: "/usr/include/stdlib.h", purpose: "runc", buildOnly: true },
  { package: "libseccomp-dev", sign: "/usr/include/seccomp.h", purpose: "runc", buildOnly: true },
  { package: "pkg-config", sign: "pkg-config", purpose: "runc", buildOnly: true },
  { package: "ca-certificates", sign: "/etc/ssl/certs/ca-certificates.crt", purpose: "downloads", buildOnly: true },
];

/** Absolute path of a program on PATH, in the system's folders, or in `further`; undefined if there is none. */
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

/** A Python 3.10 or later that can make virtual environments. */
export function pythonWithVenv(): string | undefined {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10)); ";
  const candidates = [findExecutable("python3"), "/usr/bin/python3"];
  for (const candidate of candidates) {
    if (candidate === undefined || !existsSync(candidate)) continue;
    const script = check.replace("sys.exit(", "print(sys.executable); sys.exit(");
    const { status, stdout } = spawnSync(candidate, ["-c", script], { encoding: "utf8" });
    // A version manager's shim names the interpreter behind it, which needs no shim's environment.
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

function present(wanted: HostPackage): boolean {
  return wanted.sign.startsWith("/") ? existsSync(wanted.sign) : findExecutable(wanted.sign) !== undefined;
}

/** Packages that this host lacks. `building`: also those that only a build needs. */
export function missingPackages(building: boolean): readonly { package: string; purpose: string }[] {
  const missing: { package: string; purpose: string }[] = packages.filter(
    (wanted) => (building || !wanted.buildOnly) && !present(wanted),
  );
  if (building && pythonWithVenv() === undefined)
    missing.push({ package: "python3-venv", purpose: "the AWS simulator" });
  return missing;
}

/** True where packages come from apt. */
export function hasApt(): boolean {
  return findExecutable("apt-get") !== undefined;
}

/** Missing programs as problems, for a host without apt. */
export function packageProblems(building: boolean): HostProblem[] {
  return missingPackages(building).map((missing) => ({
    what: `${missing.package} is missing (${missing.purpose})`,
    how: `install your distribution's equivalent of Debian's package ${missing.package}`,
  }));
}

/**
 * Installs what is missing with apt-get, after saying what. Returns at once if nothing is.
 * @throws Error where there is no apt-get, naming what is missing
 */
export async function installPackages(building: boolean, report: Report, log: string): Promise<void> {
  const names = missingPackages(building).map((missing) => missing.package);
  if (names.length === 0) return;
  if (!hasApt()) throw new Error(`missing on this host: ${names.join(", ")}`);
  const step = `apt-get install ${names.join(" ")}`;
  const started = Date.now();
  report(step, "start");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const lock = ["-o", "DPkg::Lock::Timeout=600"];
  const install = ["apt-get", "install", "--yes", "--no-install-recommends", ...lock, ...names];
  try {
    await run(install, { env, log });
  } catch {
    // Package lists that are missing or out of date are the usual reason.
    await run(["apt-get", "update", ...lock], { env, log });
    await run(install, { env, log });
  }
  if (names.includes("haproxy") && existsSync("/run/systemd/system")) {
    // Debian starts the service with the package; the rehearsal starts its own and the host's would be a surprise.
    await run(["systemctl", "disable", "--now", "haproxy.service"], { log });
  }
  report(step, "done", (Date.now() - started) / 1000);
}
