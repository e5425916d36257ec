import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type ComponentVersions, componentVersions } from "../../components/node/kubernetesVersions.plan";
import { cloudControllerVersion, versions as platformVersions } from "../../components/addons/shared/images.plan";

/** One Go module of ours, whose go.mod and go.sum pin everything that its programs are built from. */
export interface GoGroup {
  /** Folder below `modules/`; also the name of the build step. */
  readonly name: string;
  /** What to build: `tool` is everything in go.mod's tool block. */
  readonly packages: string;
  readonly tags: readonly string[];
  /** Linker flags besides `-s -w`. */
  readonly ldflags: readonly string[];
  /** Statically linked C code: needs a compiler and libseccomp. Default: pure Go. */
  readonly cgo?: true;
  /** Programs whose package is not called like them. */
  readonly rename?: Readonly<Record<string, string>>;
}

/** Where the modules are. */
export const modulesDirectory = join(__dirname, "modules");

/**
 * What is built for a set of versions. Tags and flags are those of the projects' own release builds where they matter to a
 * node; containerd leaves out the snapshotters that a node has no use for.
 */
export function goGroups(versions: ComponentVersions): readonly GoGroup[] {
  const [major = "", minor = ""] = versions.kubernetes.split(".");
  const kubernetes = {
    gitVersion: `v${versions.kubernetes}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: "archive",
    // A module carries no commit; the default is a placeholder that `git archive` would have filled.
    gitCommit: "unknown",
  };
  return [
    {
      name: "kubernetes",
      packages: "tool",
      tags: [],
      ldflags: Object.entries(kubernetes).flatMap(([key, value]) =>
        ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].map((path) => `-X ${path}.${key}=${value}`),
      ),
    },
    { name: "etcd", packages: "tool", tags: [], ldflags: [], rename: { server: "etcd" } },
    {
      name: "containerd",
      packages: "tool",
      tags: ["no_btrfs", "no_zfs", "no_aufs", "no_devmapper"],
      ldflags: [`-X github.com/containerd/containerd/v2/version.Version=v${versions.containerd}`],
    },
    {
      name: "runc",
      packages: "tool",
      // Without `seccomp` every pod fails: "seccomp: config provided but seccomp not supported".
      tags: ["seccomp", "urfave_cli_no_docs", "netgo", "osusergo"],
      ldflags: [`-X main.version=${versions.runc}`, "-linkmode external", "-extldflags -static-pie"],
      cgo: true,
    },
    { name: "cni", packages: "tool", tags: [], ldflags: [] },
    { name: "coredns", packages: "tool", tags: ["grpcnotrace"], ldflags: [] },
    { name: "images", packages: "./...", tags: [], ldflags: [] },
    ...platformGroups(versions),
  ];
}

/** Parts of the platform. What is not here has no module that can be had: the rehearsal names it when it has to do without. */
function platformGroups({ kubernetes }: ComponentVersions): readonly GoGroup[] {
  const program = (name: string, more: Partial<GoGroup> = {}): GoGroup => ({
    name,
    packages: "tool",
    tags: [],
    ldflags: [],
    ...more,
  });
  return [
    program("flannel", {
      ldflags: [
        `-X github.com/flannel-io/flannel/pkg/version.Version=v${platformVersions.flannel}`,
        ...["-linkmode external", "-extldflags -static-pie"],
      ],
      // One of its backends, which nobody asks for, is written in C.
      cgo: true,
      rename: { flannel: "flanneld" },
    }),
    program("flannel-cni"),
    // After Kubernetes: what these two share with it, at the versions of their go.mod, is compiled already.
    program("cloud-controller", {
      ldflags: [`-X k8s.io/component-base/version.gitVersion=v${cloudControllerVersion(kubernetes)}`],
    }),
    program("metrics-server", {
      ldflags: [`-X k8s.io/client-go/pkg/version.gitVersion=v${platformVersions.metricsServer}`],
    }),
  ];
}

/** Arguments of `go build` that decide what comes out. */
export function goBuildFlags(group: GoGroup): string[] {
  return [
    ...["-mod=readonly", "-buildvcs=false", "-trimpath"],
    ...(group.cgo === true ? ["-buildmode=pie"] : []),
    ...["-tags", group.tags.join(","), "-ldflags", ["-s", "-w", ...group.ldflags].join(" ")],
  ];
}

/** Text of every file of a group's module, by path: what a build of it depends on. */
export function moduleFiles(group: GoGroup): Record<string, string> {
  const root = join(modulesDirectory, group.name);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.(go|mod|sum)$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(root, name), "utf8")]));
}

/** Version of a required module in a group's go.mod, without `v`; undefined if it is not required. */
export function pinnedVersion(group: string, module: string): string | undefined {
  const goMod = readFileSync(join(modulesDirectory, group, "go.mod"), "utf8");
  const line = goMod.split("\n").find((text) =>
    text
      .trim()
      .replace(/^require /, "")
      .startsWith(`${module} v`),
  );
  return line
    ?.trim()
    .replace(/^require /, "")
    .split(" ")[1]
    ?.slice(1);
}

/** The Kubernetes version that the rehearsal builds. */
export const builtKubernetesVersion = pinnedVersion("kubernetes", "k8s.io/kubernetes") ?? "";

/** The newest Go that a group's go.mod asks for, e.g. `1.26.3`. */
export function leastGoVersion(): string {
  const wanted = goGroups(componentVersions(builtKubernetesVersion)).map((group) => {
    const text = readFileSync(join(modulesDirectory, group.name, "go.mod"), "utf8");
    return /^go (\S+)$/m.exec(text)?.[1] ?? "0";
  });
  return wanted.reduce((most, version) => (most.localeCompare(version, "en", { numeric: true }) < 0 ? version : most));
}
