/**
 * Who the members of a quorum are: letters, the zone each lives in and the name it answers to. A member's letter is its
 * identity for good: machines come and go, the data volume, the Auto Scaling group and the DNS name keep the letter.
 */

import type { ClusterSpec, DiskSpec } from "../clusterSpec";

/** Letters of members, in order; five is the most that etcd's maintainers recommend. */
export const memberLetters = ["a", "b", "c", "d", "e"] as const;

/** Name of a member. */
export type MemberLetter = (typeof memberLetters)[number];

/** Port for clients (API servers) and port for the other members; IANA's assignments for etcd. */
export const etcdClientPort = 2379;
export const etcdPeerPort = 2380;

/** A member of a quorum and its zone. */
export interface Member {
  readonly name: MemberLetter;
  /** Zone of its subnet and, with etcd, of its data volume: an EBS volume cannot leave its zone. */
  readonly zone: string;
}

/** A member of etcd. */
export interface EtcdMember extends Member {
  /** `etcd-<letter>.<cluster's domain>`: follows the data volume from machine to machine. */
  readonly dnsName: string;
}

/**
 * Spreads members over zones, in the order of the zones. Member `i` is in zone `i mod zones`, so that a zone that is added
 * at the end moves no member that has its place in the first round.
 * @throws RangeError when the count is not 1, 3 or 5 (an even count tolerates no more failures than one less) or no zone is given.
 */
export function spreadMembers(count: number, zones: readonly string[]): readonly Member[] {
  if (![1, 3, 5].includes(count)) throw new RangeError(`a quorum has 1, 3 or 5 members, not ${count}`);
  return memberLetters.slice(0, count).map((name, index) => {
    const zone = zones[index % zones.length];
    if (zone === undefined) throw new RangeError("members need at least one zone");
    return { name, zone };
  });
}

/** Members of the control plane. */
export function controlPlaneMembers(spec: ClusterSpec): readonly Member[] {
  return spreadMembers(spec.controlPlane.members, spec.network.zones);
}

/** Members of etcd: those of the control plane when it is stacked there, else as many as the settings say. */
export function etcdMembers(spec: ClusterSpec): readonly EtcdMember[] {
  const count = spec.etcd.topology === "stacked" ? spec.controlPlane.members : spec.etcd.members;
  return spreadMembers(count, spec.network.zones).map((member) => ({
    ...member,
    dnsName: etcdDnsName(member.name, spec.domain),
  }));
}

/** DNS name of a member in the cluster's private zone. */
export function etcdDnsName(member: MemberLetter, domain: string): string {
  return `etcd-${member}.${domain}`;
}

/** etcd's `--initial-cluster`: the same text on every member. */
export function initialCluster(members: readonly EtcdMember[]): string {
  return members.map(({ name, dnsName }) => `${name}=https://${dnsName}:${etcdPeerPort}`).join(",");
}

/** Where API servers and etcdctl reach the members, in the members' order. */
export function clientUrls(members: readonly EtcdMember[]): readonly string[] {
  return members.map(({ dnsName }) => `https://${dnsName}:${etcdClientPort}`);
}

/** A member's data volume. */
export interface MemberVolume extends DiskSpec {
  readonly member: MemberLetter;
  readonly zone: string;
}

/** One volume for each member of etcd, in the member's zone. */
export function memberVolumes(spec: ClusterSpec): readonly MemberVolume[] {
  const { sizeGiB, iops, throughputMiBps } = spec.etcd.volume;
  return etcdMembers(spec).map(({ name, zone }) => ({ member: name, zone, sizeGiB, iops, throughputMiBps }));
}
