import type { ClusterSpec } from "../clusterSpec";
import { minorOf } from "../node/kubernetesVersions.plan";
import type { DiskSpec } from "../settings/fields";
import { architectureOf } from "../settings/instanceTypes";
import type { Finding, SettingPath } from "../settings/problems";
import { finding } from "../settings/problems";
import type { Architecture } from "../settings/instanceTypes";

/** Ratios of gp3 (EBS user guide, "General Purpose SSD volumes"). */
const iopsPerGiB = 500;
const iopsPerMiBps = 4;

export function* checkDisk(path: SettingPath, { sizeGiB, iops, throughputMiBps }: DiskSpec): Iterable<Finding> {
  if (iops > sizeGiB * iopsPerGiB) {
    const message = `more than ${iopsPerGiB} per GiB; write at most ${sizeGiB * iopsPerGiB}, or sizeGiB: ${Math.ceil(iops / iopsPerGiB)}`;
    yield finding([...path, "iops"], message, [[...path, "sizeGiB"]]);
  }
  yield* checkThroughput(path, { iops, throughputMiBps });
}

/** Throughput of a gp3 volume compared with its IOPS. */
export function* checkThroughput(
  path: SettingPath,
  { iops, throughputMiBps }: Pick<DiskSpec, "iops" | "throughputMiBps">,
): Iterable<Finding> {
  if (throughputMiBps * iopsPerMiBps <= iops) return;
  const message = `more than a quarter of the IOPS; write at most ${Math.floor(iops / iopsPerMiBps)}, or iops: ${throughputMiBps * iopsPerMiBps}`;
  yield finding([...path, "throughputMiBps"], message, [[...path, "iops"]]);
}

/** Declared architecture compared with that of the instance type. */
export function* checkArchitecture(
  path: SettingPath,
  declared: Architecture,
  instanceType: string,
  typePath: SettingPath,
): Iterable<Finding> {
  const actual = architectureOf(instanceType);
  if (actual === declared) return;
  yield finding([...path, "architecture"], `${instanceType} is ${actual}; write ${actual}, or remove the setting`, [
    typePath,
  ]);
}

const architectureInName: Readonly<Record<Architecture, RegExp>> = { amd64: /x86_64|amd64/, arm64: /arm64|aarch64/ };
const otherArchitecture: Readonly<Record<Architecture, Architecture>> = { amd64: "arm64", arm64: "amd64" };

/** Linux distribution in the name of an image; an AMI id has no name. */
export const isLinuxImage = (image: string): boolean => /amazon-linux|ubuntu|debian/i.test(image);

/** Machines that an image is for. */
interface ImageUse {
  readonly architecture: Architecture;
  /** Default: that of the cluster. */
  readonly kubernetesVersion?: string;
  /** Settings that the use follows from. Default: none. */
  readonly involves?: readonly SettingPath[];
}

/** Name of an image compared with its use; nothing is known about an AMI id. */
export function* checkImage(
  spec: ClusterSpec,
  path: SettingPath,
  image: string,
  { architecture, kubernetesVersion = spec.kubernetesVersion, involves = [] }: ImageUse,
): Iterable<Finding> {
  const other = otherArchitecture[architecture];
  if (architectureInName[other].test(image) && !architectureInName[architecture].test(image)) {
    yield finding(path, `an image for ${other}; write one for ${architecture}`, involves);
  }
  if (/bottlerocket|windows/i.test(image)) {
    const message = "no cloud-init with systemd; write an image such as Amazon Linux 2023, Debian or Ubuntu";
    yield finding(path, message);
  }
  const minor = minorOf(kubernetesVersion);
  const eks = /\/eks\/optimized-ami\/(\d+\.\d+)\//.exec(image)?.[1] ?? /\/eks\/(?:[^/]+\/)*(1\.\d+)\//.exec(image)?.[1];
  if (eks !== undefined && eks !== minor) {
    const message = `contains Kubernetes ${eks}, but its machines run ${minor}; write ${minor} in its path`;
    yield finding(path, message, [["kubernetesVersion"]]);
  }
  const device = rootDeviceOf(image);
  if (device !== undefined && device !== spec.nodes.rootDevice) {
    const message = `${image} boots from ${device}; write ${device}, the root device of all images`;
    yield finding(["nodes", "rootDevice"], message, [path]);
  }
}

/** Root device of the distributions with known SSM parameters. */
function rootDeviceOf(image: string): string | undefined {
  if (/\/canonical\/ubuntu/.test(image)) return "/dev/sda1";
  return /amazon-linux|\/debian\//.test(image) ? "/dev/xvda" : undefined;
}
