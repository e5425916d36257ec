import { createHash, randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { runOrThrow } from "../command";
import type { MachineOptions } from "./types";

/** Paths of a machine that lie directly on the host's disk, outside the overlay. */
const diskPaths = ["/var/lib/containerd", "/var/lib/kubelet", "/var/log"] as const;

/** Folder of a disk path below the machine's directory; root.sh mounts it. */
const diskFolder = (path: string): string => join("disk", path.slice(1).replaceAll("/", "-"));

/**
 * Creates a machine's directory with everything that its first boot finds besides the shared image. The overlay's upper layer
 * is written only here, before it is ever mounted.
 */
export async function createMachineRoot(options: MachineOptions, scripts: string): Promise<void> {
  const { directory, image } = options;
  for (const folder of ["upper", "work", "root", ...diskPaths.map(diskFolder)]) {
    mkdirSync(join(directory, folder), { recursive: true });
  }
  for (const path of diskPaths) {
    const target = join(directory, diskFolder(path));
    if (path === "/var/lib/containerd" && options.containerdSeed !== undefined) {
      await runOrThrow(["bash", join(scripts, "seed.sh"), options.containerdSeed, target]);
    } else if (existsSync(join(image, path))) {
      await runOrThrow(["cp", "--archive", `${join(image, path)}/.`, target]);
    }
  }
  writeFileSync(join(directory, "uuid"), `${hypervisorUuid(options.id)}\n`);
  const files = { ...identityFiles(options), ...options.files };
  for (const [path, file] of Object.entries(files)) writeIntoRoot(directory, image, path, file.content, file.mode);
}

/** UUID that starts with `ec2`, by which cloud-init and others recognize EC2. */
function hypervisorUuid(id: string): string {
  const hex = `ec2${createHash("sha256").update(id).digest("hex")}`;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** Files that differ between machines. */
function identityFiles(options: MachineOptions): MachineOptions["files"] {
  return {
    "/etc/hostname": { content: `${options.id}\n` },
    "/etc/hosts": { content: "127.0.0.1 localhost\n::1 localhost ip6-localhost\n" },
    // Without this file, systemd assumes a first boot and enables every unit with a preset.
    "/etc/machine-id": { content: `${randomBytes(16).toString("hex")}\n`, mode: 0o444 },
    "/etc/resolv.conf": { content: `nameserver ${options.nameserver}\n` },
    "/etc/systemd/system.conf.d/50-environment.conf": { content: renderEnvironment(options.environment) },
  };
}

/** systemd's DefaultEnvironment for all services. @throws on names and values that it cannot express */
export function renderEnvironment(environment: Readonly<Record<string, string>>): string {
  const words = Object.entries(environment).map(([name, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(`invalid name "${name}" of an environment variable`);
    if (/[\n\r\0]/.test(value)) throw new Error(`environment variable ${name} must have one line`);
    // A percent sign introduces a specifier.
    return `"${name}=${value.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
  });
  return `[Manager]\n${words.map((word) => `DefaultEnvironment=${word}\n`).join("")}`;
}

/** Writes a file that the machine finds at `path`, through the image's links. */
function writeIntoRoot(directory: string, image: string, path: string, content: string | Buffer, mode = 0o644): void {
  if (!path.startsWith("/") || path.endsWith("/")) throw new Error(`"${path}" must be the absolute path of a file`);
  const folder = followLinks(image, posix.dirname(path));
  const disk = diskPaths.find((each) => folder === each || folder.startsWith(`${each}/`));
  const base =
    disk === undefined
      ? join(directory, "upper", folder)
      : join(directory, diskFolder(disk), folder.slice(disk.length));
  if (disk === undefined) createUpperFolder(join(directory, "upper"), image, folder);
  else mkdirSync(base, { recursive: true });
  const target = join(base, posix.basename(path));
  rmSync(target, { force: true });
  writeFileSync(target, content);
  chmodSync(target, mode);
}

/** Resolves a folder's links within a root tree, e.g. /lib to /usr/lib, so that no new folder hides a link. */
function followLinks(image: string, path: string, depth = 0): string {
  if (depth > 40) throw new Error(`"${path}" has too many links in ${image}`);
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

/** Creates a folder in the upper layer with the owner and mode of the image's folder, which it covers. */
function createUpperFolder(upper: string, image: string, folder: string): void {
  if (existsSync(join(upper, folder))) return;
  createUpperFolder(upper, image, dirname(folder));
  mkdirSync(join(upper, folder));
  const original = lstatSync(join(image, folder), { throwIfNoEntry: false });
  if (original === undefined) return;
  chownSync(join(upper, folder), original.uid, original.gid);
  chmodSync(join(upper, folder), original.mode & 0o7777);
}
