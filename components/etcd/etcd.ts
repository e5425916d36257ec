import * as ebs from "@pulumi/aws/ebs";
import * as pulumi from "@pulumi/pulumi";

import type { EtcdSpec } from "../clusterSpec";
import { memberGroup } from "../controlPlane/memberGroup";
import { commonNode, inZone, machineAccess } from "../node/machineBasis";
import type { MachineBasis } from "../node/machineBasis";
import { MachineRole } from "../node/machineRole";
import { etcdPolicy } from "../node/policies";
import type { EtcdAccess } from "../node/policyTerms";
import { memberTags } from "../tags";
import { Backups } from "./backups";
import { etcdMembers, memberVolumes } from "./members";
import type { EtcdMember, MemberLetter, MemberVolume } from "./members";

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
}

/** What a machine has to be given so that it can be a member of etcd, whichever machine that is. */
export interface EtcdIdentity {
  readonly hostedZoneId: pulumi.Output<string>;
  readonly backupsBucket: pulumi.Output<string>;
  /** Data volume by member. */
  readonly volumeIds: ReadonlyMap<MemberLetter, pulumi.Output<string>>;
  /** What IAM has to allow it. */
  readonly access: pulumi.Output<EtcdAccess>;
}

/**
 * What etcd's data is kept in and what makes a machine a member: a volume for each, the names, the backups. When etcd is
 * stacked the control plane's machines are the members; else they are machines of their own, made here.
 */
export class Etcd extends pulumi.ComponentResource {
  readonly members: readonly EtcdMember[];
  readonly identity: EtcdIdentity;

  constructor(name: string, args: EtcdArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:etcd:Etcd", name, {}, options);
    const { spec, account } = args.basis;
    this.members = etcdMembers(spec);

    const volumes = memberVolumes(spec).map((volume) => [volume.member, this.volume(name, args, volume)] as const);
    const backups = new Backups(
      `${name}-backups`,
      { cluster: spec.name, account, accessLogsBucket: args.accessLogsBucket, protect: spec.protect },
      { parent: this },
    );
    this.identity = identityOf(args, this.members, new Map(volumes), backups);
    if (spec.etcd.topology === "external") this.machines(name, args, spec.etcd);

    this.registerOutputs({ backupsBucket: backups.bucketName });
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

  private machines(name: string, args: EtcdArgs, etcd: EtcdSpec & { readonly topology: "external" }): void {
    const { basis, subnetIds, securityGroupIds } = args;
    const { spec } = basis;
    const role = new MachineRole(
      `${name}-machine`,
      {
        cluster: spec.name,
        region: spec.region,
        kind: "etcd",
        policy: pulumi
          .all([machineAccess(basis), this.identity.access])
          .apply(([machine, access]) => etcdPolicy(machine, access)),
      },
      { parent: this },
    );
    for (const { name: member, zone } of this.members) {
      const groupName = `${spec.name}-etcd-${member}`;
      memberGroup(
        `${name}-${member}`,
        {
          basis,
          groupName,
          node: pulumi.output({ ...commonNode(basis, "etcd", groupName), ...membership(this.identity, member) }),
          architecture: etcd.architecture,
          instanceType: etcd.instanceType,
          rootVolume: etcd.rootVolume,
          subnetId: inZone(subnetIds, zone),
          securityGroupIds,
          targetGroupArns: [],
          instanceProfileArn: role.instanceProfileArn,
          tags: memberTags(spec.name, groupName, "etcd", member),
        },
        this,
      );
    }
  }
}

/** What the machine of a member is told, so that it takes over that member. */
export function membership(identity: EtcdIdentity, member: MemberLetter) {
  const volumeId = identity.volumeIds.get(member);
  if (volumeId === undefined) throw new RangeError(`etcd has no member ${member}`);
  return {
    member: { name: member, volumeId },
    hostedZoneId: identity.hostedZoneId,
    backupsBucket: identity.backupsBucket,
  };
}

function identityOf(
  { basis, hostedZoneId }: EtcdArgs,
  members: readonly EtcdMember[],
  volumes: ReadonlyMap<MemberLetter, ebs.Volume>,
  { bucketName, bucketArn, keyArn }: Backups,
): EtcdIdentity {
  const volumeIds = new Map([...volumes].map(([member, volume]) => [member, volume.id]));
  return {
    hostedZoneId: pulumi.output(hostedZoneId),
    backupsBucket: bucketName,
    volumeIds,
    access: pulumi.output({
      dnsNames: members.map(({ dnsName }) => dnsName),
      hostedZoneId,
      volumeIds: [...volumeIds.values()],
      disksKeyArn: basis.disks.keyArn,
      backups: { bucketArn, keyArn },
    }),
  };
}
