import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { build } from "../command";
import { rootTree } from "./rootTree";
import type { Step } from "./store";

/** Properties of the kernel that machines share with the host. */
export interface HostTraits {
  /** Kernel release, as `uname -r` prints it. */
  readonly kernel: string;
  /** Mounted control groups. A hybrid host counts as v1: its v2 has no controllers. */
  readonly cgroup: "v1" | "v2";
  /** Processes may lower their oom_score_adj (CAP_SYS_RESOURCE). */
  readonly sysResource: boolean;
}

const capSysResource = 24n;

export function hostTraits(): HostTraits {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return {
    kernel: release(),
    cgroup: existsSync("/sys/fs/cgroup/cgroup.controllers") ? "v2" : "v1",
    sysResource: ((BigInt(`0x${bounding}`) >> capSysResource) & 1n) === 1n,
  };
}

/**
 * Units that do not run on a rehearsed machine: udev (the rehearsal creates devices), console logins, views of the host's
 * kernel, module loading, and housekeeping that disturbs measurements. The resolver and the path units also take two inotify
 * instances each, of the 128 that root has by default.
 */
const masked = [
  ...[
    "systemd-udevd.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-udev-trigger.service",
  ],
  ...[
    "systemd-udev-settle.service",
    "systemd-networkd-wait-online.service",
    "console-getty.service",
    "getty@tty1.service",
  ],
  ...["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer"],
  ...["e2scrub_all.timer", "e2scrub_reap.service"],
  ...["systemd-resolved.service", "systemd-ask-password-console.path", "systemd-ask-password-wall.path"],
  ...["sys-kernel-config.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "dev-hugepages.mount"],
  ...["configfs", "dm_mod", "drm", "efi_pstore", "fuse", "loop"].map((module) => `modprobe@${module}.service`),
];

/** Modules that node scripts load; on the host they are built in or loaded already. */
const kernelModules = [
  "fs/overlayfs/overlay",
  "net/bridge/br_netfilter",
  "net/netfilter/nf_conntrack",
  "net/ipv4/netfilter/ip_tables",
];

/** Files that are added to the image, by path; later folders take precedence. */
export function imageFiles(traits: HostTraits): Record<string, string> {
  const folders = [
    "image",
    ...(traits.cgroup === "v1" ? ["image-cgroup-v1"] : []),
    ...(traits.sysResource ? [] : ["image-no-sys-resource"]),
  ];
  const entries = folders.flatMap((folder) => {
    const root = join(__dirname, folder);
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length), readFileSync(path, "utf8")] as const);
  });
  return Object.fromEntries(entries);
}

/** Build step of the machines' root: the Debian tree, adapted to this host's kernel. */
export function machineImage(traits: HostTraits): Step {
  const modules = kernelModules.map((path) => `kernel/${path}.ko\n`).join("");
  const files = { ...imageFiles(traits), "/etc/machine-id": "" };
  return {
    name: "image",
    inputs: [traits, files, masked, modules],
    needs: [rootTree],
    lane: "network",
    async build(context) {
      const root = context.directory;
      const at = (path: string): string => join(root, path);
      const tree = await context.result(rootTree);
      await build(["cp", "--archive", "--reflink=auto", `${tree}/.`, root], { log: context.log });
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(at(path)), { recursive: true });
        writeFileSync(at(path), content);
      }
      mkdirSync(at("/etc/systemd/system"), { recursive: true });
      for (const unit of masked) {
        rmSync(at(`/etc/systemd/system/${unit}`), { force: true });
        symlinkSync("/dev/null", at(`/etc/systemd/system/${unit}`));
      }
      // With a DHCP client, cloud-init waits for a DHCP server before it tries anything else.
      for (const path of ["/sbin/dhclient", "/usr/sbin/dhclient"]) rmSync(at(path), { force: true });
      // The rehearsal writes the host name and the DNS server of each machine.
      for (const path of ["/etc/hostname", "/etc/resolv.conf"]) rmSync(at(path), { force: true });
      // modprobe silently succeeds for a module that is listed as built in.
      const moduleFolder = at(`/lib/modules/${traits.kernel}`);
      mkdirSync(moduleFolder, { recursive: true });
      writeFileSync(join(moduleFolder, "modules.builtin"), modules);
      writeFileSync(join(moduleFolder, "modules.order"), "");
      await build(["chroot", root, "depmod", traits.kernel], { log: context.log });
    },
  };
}
