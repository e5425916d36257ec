import * as ebs from "@pulumi/aws/ebs";
import * as pulumi from "@pulumi/pulumi";

import type { EtcdSpec } from "../clusterSpec";
import { memberGroup } from "../machines/memberGroup";
import { commonNode, inZone, machineAccess } from "../machines/machineBasis";
import type { MachineBasis } from "../machines/machineBasis";
import { MachineRole } from "../machines/instanceRole";
import { etcdPolicy } from "../machines/rolePolicies.plan";
import type { EtcdAccess } from "../machines/iamStatements.plan";
import { memberTags } from "../aws/tags.plan";
import { etcdAlarms } from "./alarms";
import { Backups } from "./backups";
import { etcdMembers, memberVolumes } from "./members.plan";
import type { EtcdMember, MemberLetter, MemberVolume } from "./members.plan";
import { orderRestore } from "./restoreParameter";

export interface EtcdArgs {
  readonly basis: MachineBasis;
  /** Private subnet by zone name. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Security groups of machines that run etcd and nothing else; not looked at when etcd is stacked. */
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** Private Route 53 zone of the cluster's domain. */
  readonly hostedZoneId: pulumi.Input<string>;
  /** Bucket that gets a line for each access to the backups. */
  readonly accessLogsBucket: pulumi.Input<string>;
  /** SNS topic that is told when etcd needs a person. */
  readonly alarmTopicArn: pulumi.Input<string>;
}

/** What a machine has to be given so that it can be a member of etcd, whichever machine that is. */
export interface EtcdIdentity {
  readonly hostedZoneId: pulumi.Output<string>;
  readonly backupsBucket: pulumi.Output<string>;
  /** Key that backups are encrypted under. */
  readonly backupsKeyArn: pulumi.Output<string>;
  /** Data volume by member. */
  readonly volumeIds: ReadonlyMap<MemberLetter, pulumi.Output<string>>;
  /** What IAM has to allow the machine of each member. */
  readonly access: ReadonlyMap<MemberLetter, pulumi.Output<EtcdAccess>>;
}

/**
 * What etcd's data is kept in and what makes a machine a member: a volume for each, the names, the backups. When etcd is
 * stacked the control plane's machines are the members; else they are machines of their own, made here.
 */
export class Etcd extends pulumi.ComponentResource {
  readonly members: readonly EtcdMember[];
  readonly identity: EtcdIdentity;
  readonly backups: Backups;

  constructor(name: string, args: EtcdArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Etcd", name, {}, options);
    const { spec, account } = args.basis;
    this.members = etcdMembers(spec);

    const volumes = memberVolumes(spec).map((volume) => [volume.member, this.volume(name, args, volume)] as const);
    this.backups = new Backups(
      `${name}-backups`,
      { spec, account, accessLogsBucket: args.accessLogsBucket },
      { parent: this },
    );
    this.identity = identityOf(args, this.members, new Map(volumes), this.backups);
    if (spec.etcd.topology === "external") this.machines(name, args, spec.etcd);
    etcdAlarms(name, { spec, topicArn: args.alarmTopicArn, backups: this.backups }, this);

    this.registerOutputs({ backupsBucket: this.backups.bucketName });
  }

  /** A member's data volume. Its zone and letter are its identity; in production nothing deletes it. */
  private volume(name: string, { basis }: EtcdArgs, volume: MemberVolume): ebs.Volume {
    const { spec, disks } = basis;
    const physical = `${spec.name}-etcd-${volume.member}`;
    return new ebs.Volume(
      `${name}-volume-${volume.member}`,
      {
        availabilityZone: volume.zone,
        type: "gp3",
        size: volume.sizeGiB,
        iops: volume.iops,
        throughput: volume.throughputMiBps,
        encrypted: true,
        kmsKeyId: disks.keyArn,
        tags: memberTags(spec.name, physical, "etcd", volume.member),
      },
      { parent: this, protect: spec.protect, retainOnDelete: spec.protect },
    );
  }

  /** A role for each member, so that what one may do ends at its own volume, name and backups. */
  private role(name: string, basis: MachineBasis, member: MemberLetter): MachineRole {
    const { name: cluster, region } = basis.spec;
    const policy = pulumi
      .all([machineAccess(basis), ofMember(this.identity.access, member)])
      .apply(([machine, access]) => etcdPolicy(machine, access));
    return new MachineRole(
      `${name}-${member}-machine`,
      { cluster, region, kind: "etcd", member, policy },
      { parent: this },
    );
  }

  private machines(name: string, args: EtcdArgs, etcd: EtcdSpec & { readonly topology: "external" }): void {
    const { basis, subnetIds, securityGroupIds } = args;
    const { spec } = basis;
    const roles = new Map(this.members.map((member) => [member.name, this.role(name, basis, member.name)]));
    const bootAfter = [...basis.bootAfter, orderRestore(name, basis, [...roles.values()], this)];
    for (const { name: member, zone } of this.members) {
      const groupName = `${spec.name}-etcd-${member}`;
      memberGroup(
        `${name}-${member}`,
        {
          basis: { ...basis, bootAfter },
          groupName,
          node: pulumi.output({ ...commonNode(basis, "etcd", groupName), ...membership(this.identity, member) }),
          architecture: etcd.architecture,
          instanceType: etcd.instanceType,
          rootVolume: etcd.rootVolume,
          subnetId: inZone(subnetIds, zone),
          securityGroupIds,
          targetGroupArns: [],
          instanceProfileArn: ofMember(roles, member).instanceProfileArn,
          tags: memberTags(spec.name, groupName, "etcd", member),
        },
        this,
      );
    }
  }
}

/** What is kept by member. */
export function ofMember<T>(all: ReadonlyMap<MemberLetter, T>, member: MemberLetter): T {
  const one = all.get(member);
  if (one === undefined) throw new RangeError(`etcd has no member ${member}`);
  return one;
}

/** What the machine of a member is told, so that it takes over that member. */
export function membership(identity: EtcdIdentity, member: MemberLetter) {
  return {
    member: { name: member, volumeId: ofMember(identity.volumeIds, member) },
    hostedZoneId: identity.hostedZoneId,
    backupsBucket: identity.backupsBucket,
    backupsKeyArn: identity.backupsKeyArn,
  };
}

function identityOf(
  { basis, hostedZoneId }: EtcdArgs,
  members: readonly EtcdMember[],
  volumes: ReadonlyMap<MemberLetter, ebs.Volume>,
  { bucketName, bucketArn, keyArn }: Backups,
): EtcdIdentity {
  const { restore } = basis.spec.etcd;
  const volumeIds = new Map([...volumes].map(([member, volume]) => [member, volume.id]));
  const access = members.map(({ name, dnsName }) => {
    const facts: pulumi.Output<EtcdAccess> = pulumi.output({
      member: name,
      dnsName,
      hostedZoneId,
      volumeId: ofMember(volumeIds, name),
      disksKeyArn: basis.disks.keyArn,
      backups: { bucketArn, keyArn },
      ...(restore && { restoreFrom: restore.snapshot }),
    });
    return [name, facts] as const;
  });
  return {
    hostedZoneId: pulumi.output(hostedZoneId),
    backupsBucket: bucketName,
    backupsKeyArn: keyArn,
    volumeIds,
    access: new Map(access),
  };
}
