/**
 * Members of etcd and of the control plane: letters, zones and DNS names. A letter is a permanent identity: instances are
 * replaced, while the data volume, the Auto Scaling group and the DNS name keep the letter.
 */

import type { ClusterSpec } from "../clusterSpec";

/** Letters of members, in order; etcd's maintainers recommend at most five. */
export const memberLetters = ["a", "b", "c", "d", "e"] as const;

export type MemberLetter = (typeof memberLetters)[number];

/** Ports for clients (API servers) and for other members: IANA's assignments for etcd. */
export const etcdClientPort = 2379;
export const etcdPeerPort = 2380;

/**
 * Address in the DNS record of a member that has never booted. An existing record keeps resolvers from remembering for minutes
 * that the name does not exist. A connection to this address fails at once and sends no packet, because TCP has no multicast:
 * clients try again as if the name did not resolve. An unused unicast address would make them wait for a timeout, and loopback
 * would lead a member to itself. Source: MCAST-TEST-NET, reserved for documentation (RFC 6676).
 */
export const placeholderAddress = "233.252.0.1";

/** TTL of the members' DNS records in seconds: how long clients look for a replaced machine at its former address. */
export const memberRecordTtl = 10;

/** Member of a quorum. */
export interface Member {
  readonly name: MemberLetter;
  /** Zone of the subnet and of the data volume: an EBS volume cannot leave its zone. */
  readonly zone: string;
}

/** Member of etcd. */
export interface EtcdMember extends Member {
  /** `etcd-<letter>.<domain>`: follows the data volume from instance to instance. */
  readonly dnsName: string;
}

/**
 * Spreads members over zones: member `i` is in zone `i mod zones`, so that a zone that is appended moves no member of the
 * first round.
 * @throws RangeError when the count is not 1, 3 or 5 (an even count tolerates no more failures than one less) or no zone is given.
 */
export function spreadMembers(count: number, zones: readonly string[]): readonly Member[] {
  if (![1, 3, 5].includes(count)) throw new RangeError(`etcd needs 1, 3 or 5 members, not ${count}`);
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

/** Members of etcd: with `stacked`, those of the control plane. */
export function etcdMembers(spec: ClusterSpec): readonly EtcdMember[] {
  const count = spec.etcd.topology === "stacked" ? spec.controlPlane.members : spec.etcd.members;
  return spreadMembers(count, spec.network.zones).map((member) => ({
    ...member,
    dnsName: etcdName(member.name, spec.domain),
  }));
}

const etcdName = (letter: MemberLetter, domain: string): string => `etcd-${letter}.${domain}`;

/** Client URLs of the members, for API servers. */
export function clientUrls(members: readonly EtcdMember[]): readonly string[] {
  return members.map(({ dnsName }) => `https://${dnsName}:${etcdClientPort}`);
}

/** Names and URLs of all members that a cluster can have, whatever their number is now. */
export function possibleEtcdMembers(domain: string) {
  return memberLetters.map((name) => {
    const dnsName = etcdName(name, domain);
    const url = (port: number): string => `https://${dnsName}:${port}`;
    return { name, dnsName, clientUrl: url(etcdClientPort), peerUrl: url(etcdPeerPort) };
  });
}
