/**
 * Identity of an etcd member: its data volume, DNS name and backups. Each instance of a member reads it from its user data
 * (`node.json`) and takes it over from the previous instance.
 */

import type * as pulumi from "@pulumi/pulumi";

import type { MemberLetter } from "./members.plan";
import type { EtcdMemberAccess } from "./memberPolicy.plan";

/** Identities of all members, by letter. */
export interface EtcdIdentity {
  /** Route 53 zone of the members' DNS names. */
  readonly hostedZoneId: pulumi.Output<string>;
  readonly backupsBucket: pulumi.Output<string>;
  readonly volumeIds: ReadonlyMap<MemberLetter, pulumi.Output<string>>;
  /** Facts for the policy of the member's instance role. */
  readonly access: ReadonlyMap<MemberLetter, pulumi.Output<EtcdMemberAccess>>;
}

/** Fields of `node.json` that identify the member on its instance. */
export function memberNodeConfig(identity: EtcdIdentity, member: MemberLetter) {
  const { hostedZoneId, backupsBucket, volumeIds } = identity;
  return { member: { name: member, volumeId: ofMember(volumeIds, member) }, hostedZoneId, backupsBucket };
}

/** @throws RangeError for a letter without a member. */
export function ofMember<T>(byMember: ReadonlyMap<MemberLetter, T>, member: MemberLetter): T {
  const value = byMember.get(member);
  if (value === undefined) throw new RangeError(`no etcd member ${member}`);
  return value;
}
