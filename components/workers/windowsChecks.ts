import type { ClusterSpec } from "../clusterSpec";
import { isLinuxImage } from "../machines/checks";
import type { Finding, SettingPath } from "../settings/problems";
import { finding } from "../settings/problems";
import type { WorkerPoolSpec } from "./settings";

/** Windows Server needs 30 GiB, and a Windows container image several more. */
const minDisk = 50;

/** Features that Kubernetes, AWS or Holdfast's scripts do not support on Windows. */
export function* checkWindows(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  if (pool.os !== "windows") return;
  const involves: readonly SettingPath[] = [[...path, "os"]];
  const unsupported = (key: string, message: string): Finding => finding([...path, key], message, involves);
  if (pool.architecture !== "amd64") {
    yield unsupported("architecture", "not supported by Kubernetes on Windows; write amd64 types");
  }
  if (pool.gpu) yield unsupported("gpu", "not supported on Windows; write false, or use a Linux pool");
  if (pool.sandbox) yield unsupported("sandbox", "only supported on Linux; remove it");
  if (pool.warmPool) yield unsupported("warmPool", "not supported on Windows; remove it");
  if (pool.rootVolume.sizeGiB < minDisk) {
    const message = `too small for Windows and a container image; write at least ${minDisk}`;
    yield finding([...path, "rootVolume", "sizeGiB"], message, involves);
  }
  if (pool.image !== undefined && isLinuxImage(pool.image)) {
    yield unsupported("image", "a Linux image; write one of Windows Server, or remove it");
  }
  if (spec.nodes.proxy !== undefined) {
    const message = "not supported by Windows machines; remove it, or the Windows pools";
    yield finding(["nodes", "proxy"], message, involves);
  }
  const { provider } = spec.addons.podNetwork;
  if (spec.addons.enabled && provider !== "none") {
    const message = `only supported on Linux${provider === "cilium" ? ", like all of Cilium" : " here"}; write none, and install flannel or Calico for Windows yourself`;
    yield finding(["addons", "podNetwork", "provider"], message, [...involves, ["addons", "enabled"]]);
  }
  const linux = Object.values(spec.workers).some(({ os }) => os === "linux");
  if (!linux) {
    const message = "no Linux pool, but CoreDNS and other add-ons run on Linux only; add a Linux pool";
    yield { path: ["workers"], found: Object.keys(spec.workers), message, involves };
  }
}
