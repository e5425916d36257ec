import type { ClusterSpec } from "../clusterSpec";
import { spreadMembers } from "../etcd/members.plan";
import { checkArchitecture, checkDisk } from "../machines/checks";
import { tooSmallForControlPlane } from "../settings/instanceTypes";
import type { Finding, SettingPath } from "../settings/problems";
import { finding, regionPath } from "../settings/problems";

/** Machines of the control plane and of etcd. */
export function* checkMembers(spec: ClusterSpec): Iterable<Finding> {
  const { controlPlane, etcd } = spec;
  const typePath: SettingPath = ["controlPlane", "instanceType"];
  const tooSmall = tooSmallForControlPlane(controlPlane.instanceType);
  if (tooSmall !== undefined) {
    yield finding(typePath, `${tooSmall}, but kubeadm requires two and 1700 MB; write at least t3.small or m6i.large`);
  }
  yield* checkArchitecture(["controlPlane"], controlPlane.architecture, controlPlane.instanceType, typePath);
  yield* checkDisk(["controlPlane", "rootVolume"], controlPlane.rootVolume);
  yield* checkDisk(["etcd", "volume"], etcd.volume);
  yield* checkQuorum(spec, ["controlPlane", "members"], controlPlane.members, "the control plane");
  if (etcd.topology === "external") {
    yield* checkArchitecture(["etcd"], etcd.architecture, etcd.instanceType, ["etcd", "instanceType"]);
    yield* checkDisk(["etcd", "rootVolume"], etcd.rootVolume);
    yield* checkQuorum(spec, ["etcd", "members"], etcd.members, "etcd");
  }
}

/** Members may share a zone, but in production the loss of one zone must not cost the quorum. */
function* checkQuorum(spec: ClusterSpec, path: SettingPath, count: number, what: string): Iterable<Finding> {
  const { zones } = spec.network;
  if (!spec.protect || count === 1 || zones.length === 0) return;
  const membersByZone = new Map<string, number>();
  for (const { zone } of spreadMembers(count, zones)) membersByZone.set(zone, (membersByZone.get(zone) ?? 0) + 1);
  const [zone = "", members = 0] = [...membersByZone].sort(([, left], [, right]) => right - left)[0] ?? [];
  if (members * 2 < count) return;
  yield finding(
    path,
    `zone ${zone} would hold ${members} of ${count} members, and ${what} would lose its quorum with it; write three zones to network.zones, one member here, or protect: false`,
    [["network", "zones"], ["protect"], regionPath],
  );
}
