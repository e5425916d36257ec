import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compare } from "semver";
import type { ComponentVersions } from "../../components/node/kubernetesVersions.plan";
import { cloudControllerVersion } from "../../components/addons/cloudController/version.plan";
import { program as metricsServer } from "../../components/addons/metricsServer/server.plan";
import { chart as cilium } from "../../components/addons/podNetwork/cilium.plan";
import { program as flannel } from "../../components/addons/podNetwork/flannel.plan";

/** Go module of this repository, whose go.mod and go.sum pin everything that its programs are built from. */
export interface GoGroup {
  /** Folder below `modules/`; also the name of the build step. */
  readonly name: string;
  /** Packages to build; `tool` means everything in go.mod's tool block. */
  readonly packages: string;
  readonly tags: readonly string[];
  /** Linker flags besides `-s -w`. */
  readonly ldflags: readonly string[];
  /** Needs a C compiler and libseccomp, links statically. Default: pure Go. */
  readonly cgo?: true;
  /** Program names that differ from their package: package to program. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Packages whose tests are built, too: program to package. */
  readonly tests?: Readonly<Record<string, string>>;
}

/** Folder of the modules. */
export const modulesDirectory = join(__dirname, "modules");

/** Components that are built at several versions. */
type VersionedComponent = "kubernetes" | "etcd" | "coredns" | "cloud-controller";

/**
 * Group of a component at a version: the folder `<component>-<version>` of another version than that of most rehearsals, else
 * `<component>`.
 */
export function groupOf(component: VersionedComponent, version: string): string {
  const versioned = `${component}-${version}`;
  return existsSync(join(modulesDirectory, versioned)) ? versioned : component;
}

const staticLinking = ["-linkmode external", "-extldflags -static-pie"];

/**
 * Groups of programs for a set of versions. Tags and flags are those of the projects' release builds where they matter to a
 * node; containerd omits snapshotters that no node uses.
 */
export function goGroups(versions: ComponentVersions): readonly GoGroup[] {
  const [major = "", minor = ""] = versions.kubernetes.split(".");
  const gitVersion = `v${versions.kubernetes}`;
  // A module carries no commit; the default is a placeholder that `git archive` would fill.
  const kubernetes = { gitVersion, gitMajor: major, gitMinor: minor, gitTreeState: "archive", gitCommit: "unknown" };
  const kubernetesVersion = Object.entries(kubernetes).flatMap(([key, value]) =>
    ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].map((path) => `-X ${path}.${key}=${value}`),
  );
  const cloudController = cloudControllerVersion(versions.kubernetes);
  return [
    group(groupOf("kubernetes", versions.kubernetes), { ldflags: kubernetesVersion }),
    group(groupOf("etcd", versions.etcd), { rename: { server: "etcd" } }),
    group("containerd", {
      tags: ["no_btrfs", "no_zfs", "no_aufs", "no_devmapper"],
      ldflags: [`-X github.com/containerd/containerd/v2/version.Version=v${versions.containerd}`],
    }),
    group("runc", {
      // Without `seccomp` every pod fails: "seccomp: config provided but seccomp not supported".
      tags: ["seccomp", "urfave_cli_no_docs", "netgo", "osusergo"],
      ldflags: [`-X main.version=${versions.runc}`, ...staticLinking],
      cgo: true,
    }),
    group("cni"),
    group(groupOf("coredns", versions.coredns), { tags: ["grpcnotrace"] }),
    group("images", { packages: "./..." }),
    group("flannel", {
      ldflags: [`-X github.com/flannel-io/flannel/pkg/version.Version=v${flannel.version}`, ...staticLinking],
      // One of its unused backends is written in C.
      cgo: true,
      rename: { flannel: "flanneld" },
    }),
    group("flannel-cni"),
    // Built after Kubernetes, whose compiled libraries these two share.
    group(groupOf("cloud-controller", cloudController), {
      ldflags: [`-X k8s.io/component-base/version.gitVersion=v${cloudController}`],
    }),
    group("ecr-credential-provider", { ldflags: [`-X main.gitVersion=v${versions.ecrCredentialProvider}`] }),
    // For drills: clients of the API server, and the checker of their history.
    group("recorder", { packages: "." }),
    // For `holdfast rehearse --cilium`, with the build tag of `operator-generic`: no cloud assigns the addresses of pods.
    group("cilium", {
      tags: ["osusergo", "ipam_provider_operator"],
      ldflags: [`-X github.com/cilium/cilium/pkg/version.ciliumVersion=${cilium.version}`],
      rename: {
        daemon: "cilium-agent",
        mount: "cilium-mount",
        operator: "cilium-operator-generic",
        responder: "cilium-health-responder",
        sysctlfix: "cilium-sysctlfix",
      },
    }),
    // Renders charts with Helm's code.
    group("helm", { packages: ".", rename: { helm: "render" } }),
    // For `holdfast rehearse --conformance`: the suite, its runner, and programs of its images.
    group("conformance", { ldflags: kubernetesVersion, tests: { "e2e.test": "k8s.io/kubernetes/test/e2e" } }),
    // For the suite's images, and for tests of mirrors: the CNCF's registry.
    group("registry", { packages: "." }),
    // For tests: reads files with the code of Kubernetes' programs, at their version.
    group("readers", { packages: ".", ldflags: kubernetesVersion }),
    // For tests: reads stack files with the code of the Pulumi CLI, at its version.
    group("environments", { packages: "." }),
    // For tests: Pulumi's command-line program with the engine. It compares its version with the SDK's.
    group("pulumi", { ldflags: [`-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion()}`] }),
    // For tests: Pulumi's host of YAML programs. It needs an older engine library, so it has a module of its own.
    group("pulumi-yaml"),
    group("metrics-server", { ldflags: [`-X k8s.io/client-go/pkg/version.gitVersion=v${metricsServer.version}`] }),
  ];
}

/** Group of that name. @throws RangeError if there is none */
export function goGroup(name: string, versions: ComponentVersions): GoGroup {
  const found = goGroups(versions).find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`there is no Go module ${name}`);
  return found;
}

function group(name: string, options: Partial<GoGroup> = {}): GoGroup {
  return { name, packages: "tool", tags: [], ldflags: [], ...options };
}

/** Arguments of `go build` that decide the result. */
export function goBuildFlags(group: GoGroup): string[] {
  return [
    ...["-mod=readonly", "-buildvcs=false", "-trimpath"],
    ...(group.cgo === true ? ["-buildmode=pie"] : []),
    ...["-tags", group.tags.join(","), "-ldflags", ["-s", "-w", ...group.ldflags].join(" ")],
  ];
}

/** Text of every file of a group's module, by path: part of the build step's key. */
export function moduleFiles(group: GoGroup): Record<string, string> {
  const root = join(modulesDirectory, group.name);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.(go|mod|sum)$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(root, name), "utf8")]));
}

/** Version of a module that a group's go.mod requires, without `v`; undefined: not required. */
export function pinnedVersion(group: string, module: string): string | undefined {
  const goMod = readFileSync(join(modulesDirectory, group, "go.mod"), "utf8");
  return new RegExp(`^\\s*(?:require )?${module.replaceAll(".", "\\.")} v(\\S+)`, "m").exec(goMod)?.[1];
}

/** Version of the Pulumi CLI that tests of the engine build. */
export const pulumiVersion = (): string => pinnedVersion("pulumi", "github.com/pulumi/pulumi/pkg/v3") ?? "";

/** Kubernetes version of the stacks in this repository, and of all tests that name none. */
export const builtKubernetesVersion = pinnedVersion("kubernetes", "k8s.io/kubernetes") ?? "";

/** Kubernetes versions that a rehearsal can run, oldest first. */
export const rehearsedKubernetesVersions: readonly string[] = readdirSync(modulesDirectory)
  .filter((folder) => /^kubernetes(-|$)/.test(folder))
  .flatMap((folder) => pinnedVersion(folder, "k8s.io/kubernetes") ?? [])
  .sort(compare);

/** Newest Go version that any go.mod asks for, e.g. `1.26.3`. */
export function minimumGoVersion(): string {
  const versions = readdirSync(modulesDirectory).map((folder) => {
    const text = readFileSync(join(modulesDirectory, folder, "go.mod"), "utf8");
    return /^go (\S+)$/m.exec(text)?.[1] ?? "0";
  });
  return versions.reduce((most, version) =>
    most.localeCompare(version, "en", { numeric: true }) < 0 ? version : most,
  );
}
