import { readFileSync } from "node:fs";
import { isolated, run } from "./command";
import type { Step } from "./store";

/** Debian release of the machines. Its userland stands for "any systemd distribution". */
const suite = "bookworm";

/** What an ordinary server image has; no Kubernetes, no containerd, no etcd: machines fetch those themselves. */
const packages = [
  ...["systemd", "systemd-sysv", "dbus", "udev", "kmod", "login", "procps", "util-linux", "mount", "netbase"],
  ...["cloud-init", "curl", "jq", "openssl", "ca-certificates", "python3", "less"],
  ...["iproute2", "iptables", "nftables", "conntrack", "socat", "ethtool", "iputils-ping", "e2fsprogs"],
];

/** Nobody reads manuals on a machine that lives for minutes, and each file costs a check at every start. */
const leftOut = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*"];

const options = [
  ...["--variant=minbase", "--mode=root", "--format=directory", `--include=${packages.join(",")}`],
  ...leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
  "--dpkgopt=force-unsafe-io",
];

/** The root tree of a Debian machine as the packages leave it. */
export const rootTree: Step = {
  name: "root",
  inputs: [process.arch, suite, options],
  needs: [],
  lane: "network",
  async build(context) {
    const sources = hostSources(
      readFileSync("/etc/os-release", "utf8"),
      await run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages"]),
    );
    const command = ["mmdebstrap", ...options, suite, context.directory, ...sources];
    await run(isolated(command), { log: context.log });
  },
};

/**
 * The host's own Debian package sources, turned to the machines' release, as lines of sources.list. Empty on a host that
 * is not Debian: mmdebstrap then takes its own default.
 * @param indexTargets lines of `URI release component`
 */
export function hostSources(osRelease: string, indexTargets: string): string[] {
  const field = (name: string): string | undefined => new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(osRelease)?.[1];
  const codename = field("VERSION_CODENAME");
  if (field("ID") !== "debian" || codename === undefined) return [];
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [uri, release, component] = line.trim().split(" ");
    if (uri === undefined || release === undefined || component !== "main") return [];
    const [base, ...rest] = release.split("-");
    if (base !== codename || !["", "updates", "security"].includes(rest.join("-"))) return [];
    return [`deb ${uri} ${[suite, ...rest].join("-")} main`];
  });
  return [...new Set(lines)];
}
