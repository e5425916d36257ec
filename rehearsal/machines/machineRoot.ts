import { createHash, randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { must } from "../command";
import type { MachineOptions } from "./types";

/** Paths of a machine that lie on the host's disk itself, not in its overlay. */
export const diskPaths = ["/var/lib/containerd", "/var/lib/kubelet", "/var/log"] as const;

/** Where the content of a disk path lies below the machine's directory (as root.sh binds it). */
export const diskFolder = (path: string): string => join("disk", path.slice(1).replaceAll("/", "-"));

/**
 * Lays out a machine's directory: what its first boot finds beyond the shared image. Nothing is mounted, and the overlay's
 * upper layer is written only here, before it is ever mounted.
 */
export async function createMachineRoot(options: MachineOptions, scripts: string): Promise<void> {
  const { directory, image } = options;
  for (const folder of ["upper", "work", "root", ...diskPaths.map(diskFolder)]) {
    mkdirSync(join(directory, folder), { recursive: true });
  }
  for (const path of diskPaths) {
    const target = join(directory, diskFolder(path));
    if (path === "/var/lib/containerd" && options.containerdSeed !== undefined) {
      await must(["bash", join(scripts, "seed.sh"), options.containerdSeed, target]);
    } else if (existsSync(join(image, path))) {
      await must(["cp", "--archive", `${join(image, path)}/.`, target]);
    }
  }
  writeFileSync(join(directory, "uuid"), `${hypervisorUuid(options.id)}\n`);
  const files = { ...identityFiles(options), ...options.files };
  for (const [path, file] of Object.entries(files)) writeIntoRoot(directory, image, path, file.content, file.mode);
}

/** Cloud-init and others know EC2 by a hypervisor's uuid that begins with `ec2`. */
function hypervisorUuid(id: string): string {
  const hex = `ec2${createHash("sha256").update(id).digest("hex")}`;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** What makes one machine differ from the next. */
function identityFiles(options: MachineOptions): MachineOptions["files"] {
  return {
    "/etc/hostname": { content: `${options.id}\n` },
    "/etc/hosts": { content: "127.0.0.1 localhost\n::1 localhost ip6-localhost\n" },
    // Without one systemd would take the boot for the image's first and enable every unit that it has a preset for.
    "/etc/machine-id": { content: `${randomBytes(16).toString("hex")}\n`, mode: 0o444 },
    "/etc/resolv.conf": { content: `nameserver ${options.nameserver}\n` },
    "/etc/systemd/system.conf.d/50-environment.conf": { content: renderEnvironment(options.environment) },
  };
}

/** systemd's DefaultEnvironment: what every service gets. Throws on names and values that it has no way to say. */
export function renderEnvironment(environment: Readonly<Record<string, string>>): string {
  const words = Object.entries(environment).map(([name, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(`"${name}" is no name of an environment variable`);
    if (/[\n\r\0]/.test(value)) throw new Error(`the value of environment variable ${name} has more than one line`);
    // A percent sign starts a specifier.
    return `"${name}=${value.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
  });
  return `[Manager]\n${words.map((word) => `DefaultEnvironment=${word}\n`).join("")}`;
}

/** Writes a file so that the machine finds it at `path`, whatever links of the image lead there. */
function writeIntoRoot(directory: string, image: string, path: string, content: string | Buffer, mode = 0o644): void {
  if (!path.startsWith("/") || path.endsWith("/")) throw new Error(`"${path}" is no absolute path of a file`);
  const folder = followLinks(image, posix.dirname(path));
  const onDisk = diskPaths.find((disk) => folder === disk || folder.startsWith(`${disk}/`));
  if (onDisk === undefined) {
    makeFolder(join(directory, "upper"), image, folder);
  } else {
    mkdirSync(join(directory, diskFolder(onDisk), folder.slice(onDisk.length)), { recursive: true });
  }
  const target =
    onDisk === undefined
      ? join(directory, "upper", folder, posix.basename(path))
      : join(directory, diskFolder(onDisk), folder.slice(onDisk.length), posix.basename(path));
  rmSync(target, { force: true });
  writeFileSync(target, content);
  chmodSync(target, mode);
}

/** The folder that a path means within a root tree: /lib is /usr/lib there, and would be hidden by a folder of that name. */
export function followLinks(image: string, path: string, depth = 0): string {
  if (depth > 40) throw new Error(`"${path}" leads through too many links in ${image}`);
  let resolved = "/";
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  for (const [index, part] of parts.entries()) {
    const next = posix.join(resolved, part);
    if (isLink(join(image, next))) {
      const target = posix.resolve(resolved, readlinkSync(join(image, next)));
      return followLinks(image, posix.join(target, ...parts.slice(index + 1)), depth + 1);
    }
    resolved = next;
  }
  return resolved;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** A folder of the upper layer covers the image's: it takes over owner and mode. */
function makeFolder(upper: string, image: string, folder: string): void {
  if (existsSync(join(upper, folder))) return;
  makeFolder(upper, image, dirname(folder));
  mkdirSync(join(upper, folder));
  const original = lstatSync(join(image, folder), { throwIfNoEntry: false });
  if (original === undefined) return;
  chownSync(join(upper, folder), original.uid, original.gid);
  chmodSync(join(upper, folder), original.mode & 0o7777);
}
