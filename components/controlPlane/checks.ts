import type { MemberRole } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import { spreadMembers } from "../etcd/members.plan";
import { checkArchitecture, checkDisk } from "../machines/checks";
import type { Architecture } from "../settings/instanceTypes";
import { tooSmall } from "../settings/instanceTypes";
import type { Finding, SettingPath } from "../settings/problems";
import { finding, regionPath } from "../settings/problems";

/** Machines of the control plane and of etcd. */
export function* checkMembers(spec: ClusterSpec): Iterable<Finding> {
  const { controlPlane, etcd } = spec;
  yield* checkInstance(["controlPlane"], controlPlane, "control-plane");
  yield* checkDisk(["controlPlane", "rootVolume"], controlPlane.rootVolume);
  yield* checkDisk(["etcd", "volume"], etcd.volume);
  yield* checkQuorum(spec, ["controlPlane", "members"], controlPlane.members, "the control plane");
  if (etcd.topology === "external") {
    yield* checkInstance(["etcd"], etcd, "etcd");
    yield* checkDisk(["etcd", "rootVolume"], etcd.rootVolume);
    yield* checkQuorum(spec, ["etcd", "members"], etcd.members, "etcd");
  }
}

function* checkInstance(
  path: SettingPath,
  { instanceType, architecture }: { readonly instanceType: string; readonly architecture: Architecture },
  role: MemberRole,
): Iterable<Finding> {
  const typePath = [...path, "instanceType"];
  const problem = tooSmall(instanceType, role);
  if (problem !== undefined) yield finding(typePath, problem);
  yield* checkArchitecture(path, architecture, instanceType, typePath);
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
