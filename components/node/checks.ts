import type { ClusterSpec } from "../clusterSpec";
import type { ComponentVersions } from "./kubernetesVersions.plan";
import {
  componentVersions,
  missingChecksums,
  missingWindowsChecksums,
  releaseAssets,
  supportedKubernetesVersions,
  windowsReleaseAssets,
} from "./kubernetesVersions.plan";
import { checkImage } from "../machines/checks";
import { nearest } from "../settings/suggestions";
import type { Finding, SettingPath } from "../settings/problems";

/** What all machines share: versions, checksums and images. */

const versionPath: SettingPath = ["kubernetesVersion"];

export function* checkNodes(spec: ClusterSpec): Iterable<Finding> {
  const versions = versionsOrNothing(spec.kubernetesVersion);
  if (versions === undefined) {
    const supported = supportedKubernetesVersions.join(", ");
    yield { path: versionPath, found: spec.kubernetesVersion, message: `is not supported; write one of ${supported}` };
  } else {
    yield* checkChecksums(spec, versions);
  }
  yield* checkImages(spec);
}

function versionsOrNothing(kubernetesVersion: string): ComponentVersions | undefined {
  try {
    return componentVersions(kubernetesVersion);
  } catch {
    return undefined;
  }
}

function* checkChecksums(spec: ClusterSpec, versions: ComponentVersions): Iterable<Finding> {
  const written = spec.nodes.assets.sha256;
  const missing = missingChecksums(spec);
  if (missing.length > 0) {
    const message = `has no known checksums; write one of ${supportedKubernetesVersions.join(", ")}, or these to nodes.assets.sha256: ${missing.join(", ")}`;
    yield { path: versionPath, found: spec.kubernetesVersion, message, involves: [["nodes", "assets", "sha256"]] };
  }
  const windows = missingWindowsChecksums(spec);
  if (windows.length > 0) {
    yield {
      path: ["nodes", "assets", "sha256"],
      found: written,
      message: `lacks the checksums of what Windows machines fetch, which stand beside the files at their publishers; write ${windows.join(", ")}`,
      involves: [versionPath, ["workers"]],
    };
  }
  const linux = (["amd64", "arm64"] as const).flatMap((arch) => releaseAssets(versions, arch));
  const paths = [...linux, ...windowsReleaseAssets(versions)].map(({ path }) => path);
  for (const path of Object.keys(written)) {
    if (paths.includes(path)) continue;
    yield {
      path: ["nodes", "assets", "sha256", path],
      found: written[path],
      message: unknownAsset(path, paths, spec.kubernetesVersion),
      involves: [versionPath],
    };
  }
}

/** A checksum for another version than the cluster's would silently do nothing. */
function unknownAsset(path: string, known: readonly string[], kubernetesVersion: string): string {
  const withoutVersions = (text: string): string => text.replaceAll(/\d+\.\d+\.\d+/g, "*");
  const sameFile = known.find((other) => withoutVersions(other) === withoutVersions(path));
  if (sameFile !== undefined)
    return `is of another version than Kubernetes ${kubernetesVersion} takes; write ${sameFile}`;
  const meant = nearest(path, known);
  return meant === undefined
    ? `is no file that machines fetch; write a path such as ${known[0] ?? ""}`
    : `is no file that machines fetch; did you mean ${meant}?`;
}

function* checkImages(spec: ClusterSpec): Iterable<Finding> {
  yield* checkImagePair(spec, "images");
  // Nobody is bothered with images that no pool takes.
  const pools = Object.values(spec.workers);
  if (pools.some(({ gpu, image }) => gpu && image === undefined)) yield* checkImagePair(spec, "gpuImages");
  if (!pools.some(({ os, image }) => os === "windows" && image === undefined)) return;
  const { windowsImage } = spec.nodes;
  if (/amazon-linux|ubuntu|debian/i.test(windowsImage)) {
    yield {
      path: ["nodes", "windowsImage"],
      found: windowsImage,
      message: "is an image of Linux; write one of Windows Server",
    };
  }
}

function* checkImagePair(spec: ClusterSpec, key: "images" | "gpuImages"): Iterable<Finding> {
  const { amd64, arm64 } = spec.nodes[key];
  const path: SettingPath = ["nodes", key];
  yield* checkImage(spec, [...path, "amd64"], amd64, "amd64");
  yield* checkImage(spec, [...path, "arm64"], arm64, "arm64");
  if (amd64 === arm64) {
    yield {
      path: [...path, "arm64"],
      found: arm64,
      message: "is also the image for amd64, and an image has one architecture; write the one for arm64",
      involves: [[...path, "amd64"]],
    };
  }
}
