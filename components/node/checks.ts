import type { ClusterSpec } from "../clusterSpec";
import { checkEcr } from "../ecr/checks";
import { checkImage, isLinuxImage } from "../machines/checks";
import { imageGroups } from "../machines/images.plan";
import type { Finding, SettingPath } from "../settings/problems";
import { finding, formatPath } from "../settings/problems";
import { nearest, suggest } from "../settings/suggestions";
import type { ComponentVersions } from "./kubernetesVersions.plan";
import { assetsOf, missingChecksums, missingWindowsChecksums, windowsReleaseAssets } from "./assets.plan";
import { checkMirrors } from "./mirrorChecks";
import { checkProxy } from "./proxyChecks";
import { findComponentVersions, minorOf, previousMinor, supportedKubernetesVersions } from "./kubernetesVersions.plan";
import { machineVersions } from "./machineVersions.plan";

const versionPath: SettingPath = ["kubernetesVersion"];
const checksumsPath: SettingPath = ["nodes", "assets", "sha256"];
const supported = supportedKubernetesVersions.join(", ");

/** Versions, checksums, mirrors, ECR, proxy and images of machines. */
export function* checkNodes(spec: ClusterSpec): Iterable<Finding> {
  if (findComponentVersions(spec.kubernetesVersion) === undefined) {
    yield finding(versionPath, `unsupported version; choose from ${supported}`);
  } else {
    yield* checkChecksums(spec);
    yield* checkMirrors(spec);
  }
  yield* checkEmulatedVersion(spec);
  yield* checkEcr(spec);
  yield* checkProxy(spec);
  yield* checkImages(spec);
  yield* checkImagePins(spec);
}

/** Kubernetes goes back by one minor version only. */
function* checkEmulatedVersion({ kubernetesVersion, emulatedVersion }: ClusterSpec): Iterable<Finding> {
  if (emulatedVersion === undefined) return;
  const previous = previousMinor(kubernetesVersion);
  if (emulatedVersion === previous) return;
  const message =
    emulatedVersion === minorOf(kubernetesVersion)
      ? "the minor version of kubernetesVersion, which has no effect; remove it"
      : `not the minor version before ${minorOf(kubernetesVersion)}; write "${previous}", or remove it`;
  yield finding(["emulatedVersion"], message, [versionPath]);
}

function* checkChecksums(spec: ClusterSpec): Iterable<Finding> {
  const versions = machineVersions(spec).flatMap((version) => findComponentVersions(version) ?? []);
  for (const { kubernetes } of versions) {
    const path = placeOf(spec, kubernetes);
    const missing = missingChecksums(spec, kubernetes);
    if (missing.length > 0) {
      const message = `unknown checksums; choose from ${supported}, or write these to nodes.assets.sha256: ${missing.join(", ")}`;
      yield finding(path, message, [checksumsPath]);
    }
    const windows = missingWindowsChecksums(spec, kubernetes);
    if (windows.length > 0) {
      const message = `checksums of Windows binaries missing; their publishers list them beside the files. Write ${windows.join(", ")}`;
      yield finding(checksumsPath, message, [path, ["workers"]]);
    }
  }
  const paths = versions.flatMap((each) => [...assetsOf(each), ...windowsReleaseAssets(each)].map(({ path }) => path));
  for (const path of Object.keys(spec.nodes.assets.sha256)) {
    if (paths.includes(path)) continue;
    yield finding([...checksumsPath, path], unknownAsset(path, paths, versions), [versionPath, ["workers"]]);
  }
}

/** Setting from which machines have a Kubernetes version. */
function placeOf({ kubernetesVersion, workers }: ClusterSpec, version: string): SettingPath {
  const pool = Object.keys(workers).find((name) => workers[name]?.kubernetesVersion === version);
  return version === kubernetesVersion || pool === undefined ? versionPath : ["workers", pool, "kubernetesVersion"];
}

/** A checksum for another version than those of the machines would have no effect. */
function unknownAsset(path: string, known: readonly string[], versions: readonly ComponentVersions[]): string {
  const withoutVersions = (text: string): string => text.replaceAll(/\d+\.\d+\.\d+/g, "*");
  const sameFile = known.find((other) => withoutVersions(other) === withoutVersions(path));
  if (sameFile !== undefined) {
    const required = versions.map(({ kubernetes }) => kubernetes).join(" and ");
    return `another version than Kubernetes ${required} requires; write ${sameFile}`;
  }
  const meant = nearest(path, known);
  return meant === undefined
    ? `machines do not download this file; write a path such as ${known[0] ?? ""}`
    : `machines do not download this file; did you mean ${meant}?`;
}

function* checkImages(spec: ClusterSpec): Iterable<Finding> {
  yield* checkImagePair(spec, "images");
  // Images that no pool uses are not checked.
  const pools = Object.values(spec.workers);
  if (pools.some(({ gpu, image }) => gpu && image === undefined)) yield* checkImagePair(spec, "gpuImages");
  if (!pools.some(({ os, image }) => os === "windows" && image === undefined)) return;
  if (isLinuxImage(spec.nodes.windowsImage)) {
    yield finding(["nodes", "windowsImage"], "a Linux image; write one of Windows Server");
  }
}

function* checkImagePins(spec: ClusterSpec): Iterable<Finding> {
  const groups = new Map(imageGroups(spec).map((group) => [group.name, group]));
  for (const name of Object.keys(spec.nodes.imagePins)) {
    const path: SettingPath = ["nodes", "imagePins", name];
    const group = groups.get(name);
    if (group === undefined) {
      const message =
        name === "etcd"
          ? "only valid with topology: external; the members run on the control-plane machines"
          : `no such group of machines; ${suggest(name, [...groups.keys()])}`;
      yield finding(path, message, [["workers"], ["etcd", "topology"]]);
    } else if ("id" in group.image) {
      yield finding(path, `${formatPath(group.path)} is an AMI id already; remove one of the two`, [group.path]);
    }
  }
}

function* checkImagePair(spec: ClusterSpec, key: "images" | "gpuImages"): Iterable<Finding> {
  const { amd64, arm64 } = spec.nodes[key];
  const path: SettingPath = ["nodes", key];
  yield* checkImage(spec, [...path, "amd64"], amd64, { architecture: "amd64" });
  yield* checkImage(spec, [...path, "arm64"], arm64, { architecture: "arm64" });
  if (amd64 === arm64) {
    const message = "same image as amd64, but an image has one architecture; write the one for arm64";
    yield finding([...path, "arm64"], message, [[...path, "amd64"]]);
  }
}
