import { readFileSync } from "node:fs";
import { build } from "../command";
import { isolated } from "./containerdSeed";
import type { Step } from "./store";

/** Debian release of the machines. Its userland stands for "any systemd distribution". */
const suite = "bookworm";

/** Packages of an ordinary server image. Machines download Kubernetes, containerd and etcd themselves. */
const packages = [
  ...["systemd", "systemd-sysv", "dbus", "udev", "kmod", "login", "procps", "util-linux", "mount", "netbase"],
  ...["cloud-init", "curl", "jq", "openssl", "ca-certificates", "python3", "less"],
  ...["iproute2", "iptables", "nftables", "conntrack", "socat", "ethtool", "iputils-ping", "e2fsprogs"],
];

/** Excluded: unused on machines that live for minutes, and each file costs a check at every start. */
const excludedPaths = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*"];

/** Contents of a root tree that a container image does not need. */
export const unusedInImages = ["dev", "var/cache/apt", "var/lib/apt/lists"];

/** Build step of a Debian root tree with packages, as they install it. */
export function debianTree(name: string, included: readonly string[]): Step {
  const options = [
    ...["--variant=minbase", "--mode=root", "--format=directory", `--include=${included.join(",")}`],
    ...excludedPaths.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    "--dpkgopt=force-unsafe-io",
  ];
  return {
    name,
    inputs: [process.arch, suite, options],
    needs: [],
    lane: "network",
    async build(context) {
      const sources = hostSources(
        readFileSync("/etc/os-release", "utf8"),
        await build([
          ...["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages"],
        ]),
      );
      const command = ["mmdebstrap", ...options, suite, context.directory, ...sources];
      await build(isolated(command), { log: context.log });
    },
  };
}

/** Build step of the root tree of a machine. */
export const rootTree: Step = debianTree("root", packages);

/**
 * Lines of sources.list: the host's Debian sources with the machines' release. Empty on other distributions, so that
 * mmdebstrap uses its default.
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
