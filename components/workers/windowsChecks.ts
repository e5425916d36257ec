import type { ClusterSpec, WorkerPoolSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "../settings/problems";

/** Pools of Windows machines: what Kubernetes, AWS or Holdfast's scripts do not do there. */

/** Windows Server itself takes 30 GiB, and an image of a Windows container a handful more. */
const leastDisk = 50;

export function* checkWindows(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  if (pool.os !== "windows") return;
  const involves: readonly SettingPath[] = [[...path, "os"]];
  const refuse = (key: string, found: unknown, message: string): Finding => ({
    path: [...path, key],
    found,
    message,
    involves,
  });
  if (pool.architecture !== "amd64") {
    yield refuse(
      "architecture",
      pool.architecture,
      "is not what Kubernetes is built for on Windows; write amd64 types",
    );
  }
  if (pool.gpu) yield refuse("gpu", true, "has no driver on Windows pools; write false, or a Linux pool");
  if (pool.sandbox) yield refuse("sandbox", pool.sandbox, "runs on Linux alone; leave it out");
  if (pool.warmPool) {
    yield refuse("warmPool", pool.warmPool, "is not supported for Windows machines; leave it out");
  }
  if (pool.rootVolume.sizeGiB < leastDisk) {
    yield {
      path: [...path, "rootVolume", "sizeGiB"],
      found: pool.rootVolume.sizeGiB,
      message: `is too small for Windows with a container image; write at least ${leastDisk}`,
      involves,
    };
  }
  if (pool.image !== undefined && /amazon-linux|ubuntu|debian/i.test(pool.image)) {
    yield refuse("image", pool.image, "is an image of Linux; write one of Windows Server, or leave it out");
  }
  const { provider } = spec.platform.podNetwork;
  if (spec.platform.enabled && provider !== "none") {
    yield {
      path: ["platform", "podNetwork", "provider"],
      found: provider,
      message: `is set up for Linux alone${provider === "cilium" ? ", as all of Cilium is" : ""}; write none, and bring flannel or Calico with their parts for Windows`,
      involves: [...involves, ["platform", "enabled"]],
    };
  }
  const linux = Object.values(spec.workers).some(({ os }) => os === "linux");
  if (!linux) {
    yield {
      path: ["workers"],
      found: Object.keys(spec.workers),
      message: "has Windows pools alone, and CoreDNS and the like run on Linux; write a Linux pool, too",
      involves,
    };
  }
}
