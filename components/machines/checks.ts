import type { Architecture, ClusterSpec, DiskSpec } from "../clusterSpec";
import { architectureOf } from "../settings/instanceTypes";
import type { Finding, SettingPath } from "../settings/problems";

/** What holds for every kind of machine: disks, architectures and images. */

/** gp3's ratios: 500 IOPS for each GiB, and a quarter MiB/s for each of the IOPS. */
const iopsPerGiB = 500;
const iopsPerMiBps = 4;

export function* checkDisk(path: SettingPath, disk: DiskSpec): Iterable<Finding> {
  if (disk.iops > disk.sizeGiB * iopsPerGiB) {
    const needed = Math.ceil(disk.iops / iopsPerGiB);
    yield {
      path: [...path, "iops"],
      found: disk.iops,
      message: `is more than ${iopsPerGiB} for each GiB; write at most ${disk.sizeGiB * iopsPerGiB}, or sizeGiB: ${needed}`,
      involves: [[...path, "sizeGiB"]],
    };
  }
  if (disk.throughputMiBps * iopsPerMiBps > disk.iops) {
    const most = Math.floor(disk.iops / iopsPerMiBps);
    yield {
      path: [...path, "throughputMiBps"],
      found: disk.throughputMiBps,
      message: `is more than a quarter of the IOPS; write at most ${most}, or iops: ${disk.throughputMiBps * iopsPerMiBps}`,
      involves: [[...path, "iops"]],
    };
  }
}

/** A declared architecture that is not the instance type's. */
export function* checkArchitecture(
  path: SettingPath,
  declared: Architecture,
  instanceType: string,
  typePath: SettingPath,
): Iterable<Finding> {
  const actual = architectureOf(instanceType);
  if (actual === declared) return;
  yield {
    path: [...path, "architecture"],
    found: declared,
    message: `${instanceType} is ${actual}; write that, or leave the architecture out`,
    involves: [typePath],
  };
}

const hints: Readonly<Record<Architecture, RegExp>> = { amd64: /x86_64|amd64/, arm64: /arm64|aarch64/ };
const otherArchitecture: Readonly<Record<Architecture, Architecture>> = { amd64: "arm64", arm64: "amd64" };

/** What an image's name says against it; an AMI id says nothing. */
export function* checkImage(
  spec: ClusterSpec,
  path: SettingPath,
  image: string,
  architecture: Architecture,
  involves: readonly SettingPath[] = [],
): Iterable<Finding> {
  const other = otherArchitecture[architecture];
  if (hints[other].test(image) && !hints[architecture].test(image)) {
    yield { path, found: image, message: `is an image for ${other}; write one for ${architecture}`, involves };
  }
  if (/bottlerocket|windows/i.test(image)) {
    yield {
      path,
      found: image,
      message:
        "has no cloud-init with systemd to start a node from; write an image such as Amazon Linux 2023, Debian or Ubuntu",
    };
  }
  const minor = spec.kubernetesVersion.split(".").slice(0, 2).join(".");
  const eks = /\/eks\/optimized-ami\/(\d+\.\d+)\//.exec(image)?.[1] ?? /\/eks\/(?:[^/]+\/)*(1\.\d+)\//.exec(image)?.[1];
  if (eks !== undefined && eks !== minor) {
    yield {
      path,
      found: image,
      message: `brings Kubernetes ${eks} with it, and the cluster is ${minor}; write ${minor} in its path`,
      involves: [["kubernetesVersion"]],
    };
  }
  const device = rootDeviceOf(image);
  if (device !== undefined && device !== spec.nodes.rootDevice) {
    yield {
      path: ["nodes", "rootDevice"],
      found: spec.nodes.rootDevice,
      message: `${image} boots from ${device}; write that, as all images of a cluster share it`,
      involves: [path],
    };
  }
}

/** Root device of the distributions whose SSM parameters are known. */
function rootDeviceOf(image: string): string | undefined {
  if (/\/canonical\/ubuntu/.test(image)) return "/dev/sda1";
  return /amazon-linux|\/debian\//.test(image) ? "/dev/xvda" : undefined;
}
