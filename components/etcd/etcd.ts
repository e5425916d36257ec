import type * as autoscaling from "@pulumi/aws/autoscaling";
import * as ebs from "@pulumi/aws/ebs";
import * as route53 from "@pulumi/aws/route53";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import { clusterPath } from "../aws/clusterPath.plan";
import { memberTags, resourceTags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import type { DiskEncryption } from "../machines/diskEncryption";
import type { InstanceAccess } from "../machines/iamStatements.plan";
import { InstanceRole } from "../machines/instanceRole";
import { imageOf } from "../machines/images.plan";
import { resolveImage } from "../machines/machineImage";
import { createMemberGroup } from "../machines/memberGroup";
import type { ByZone } from "../network/zones.plan";
import type { NodeBundle } from "../node/nodeBundle";
import { createEtcdAlarms } from "./alarms";
import { Backups } from "./backups";
import { memberNodeConfig, ofMember } from "./memberIdentity.plan";
import type { EtcdIdentity } from "./memberIdentity.plan";
import { etcdPolicy } from "./memberPolicy.plan";
import type { EtcdMemberAccess } from "./memberPolicy.plan";
import { etcdMembers, memberRecordTtl, placeholderAddress } from "./members.plan";
import type { EtcdMember, Member } from "./members.plan";
import { isMigrating } from "./migration.plan";
import { renderRestoreOrder, restoreParameter } from "./restoreOrder.plan";
import type { EtcdSpec } from "./settings";

export interface EtcdArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  readonly access: pulumi.Output<InstanceAccess>;
  readonly bundle: NodeBundle;
  readonly disks: DiskEncryption;
  /** Private subnet by zone name. */
  readonly subnetIds: ByZone<pulumi.Input<string>>;
  /** Security groups of etcd's own instances; unused with topology `stacked`. */
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** Private Route 53 zone of the cluster's domain. */
  readonly hostedZoneId: pulumi.Input<string>;
  /** Bucket of the access logs of the backups bucket. */
  readonly accessLogsBucket: pulumi.Input<string>;
  /** SNS topic of etcd's alarms. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Resources that the first boot of an instance needs. */
  readonly bootAfter: readonly pulumi.Resource[];
  /** Members that have left, whose data volumes stay. */
  readonly retainedVolumes: readonly Member[];
}

/** etcd: a data volume, a DNS record and an identity per member, backups and alarms; with topology `external` also the instances. */
export class Etcd extends pulumi.ComponentResource {
  readonly members: readonly EtcdMember[];
  readonly identity: EtcdIdentity;
  readonly backups: Backups;
  /** DNS records of the members. Machines that connect to etcd boot after them. */
  readonly records: readonly route53.Record[];
  /** Groups of the members' own instances; none with topology `stacked`. */
  readonly groups: readonly autoscaling.Group[];

  constructor(
    private readonly name: string,
    private readonly args: EtcdArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:Etcd", name, {}, options);
    const { spec, awsAccount, accessLogsBucket, alarmTopicArn } = args;
    this.members = etcdMembers(spec);

    const volumes = this.members.map((member) => [member.name, this.createVolume(member).id] as const);
    for (const member of args.retainedVolumes) this.createVolume(member);
    this.records = this.members.map((member) => this.createRecord(member));
    this.backups = new Backups(`${name}-backups`, { spec, awsAccount, accessLogsBucket }, { parent: this });
    this.identity = this.createIdentity(new Map(volumes));
    this.groups = spec.etcd.topology === "external" ? this.createInstances(spec.etcd) : [];
    createEtcdAlarms(name, { spec, topicArn: alarmTopicArn, backups: this.backups }, this);

    this.registerOutputs({ backupsBucket: this.backups.bucketName });
  }

  /**
   * Creates the SSM parameter that tells members which generation of the data they serve. It depends on the members' instance
   * roles, so that no member reads an order before it may read the snapshot; instances boot after it. With topology `stacked`
   * the control plane has the roles and calls this.
   */
  createRestoreParameter(roles: readonly InstanceRole[]): ssm.Parameter {
    const { spec } = this.args;
    return new ssm.Parameter(
      `${this.name}-restore`,
      {
        name: `${clusterPath(spec.name)}${restoreParameter}`,
        description: `Generation of the data that etcd of Kubernetes cluster ${spec.name} serves`,
        type: "String",
        // Not secret, so that a preview shows which backup is about to be restored.
        insecureValue: renderRestoreOrder(spec.etcd.restore),
        tags: resourceTags(spec.name, `${spec.name}-etcd-restore`),
      },
      { parent: this, dependsOn: [...roles] },
    );
  }

  private createVolume({ name: member, zone }: Member): ebs.Volume {
    const { spec, disks } = this.args;
    const { sizeGiB, iops, throughputMiBps } = spec.etcd.volume;
    return new ebs.Volume(
      `${this.name}-volume-${member}`,
      {
        availabilityZone: zone,
        type: "gp3",
        size: sizeGiB,
        iops,
        throughput: throughputMiBps,
        encrypted: true,
        kmsKeyId: disks.keyArn,
        tags: memberTags(spec.name, `${spec.name}-etcd-${member}`, "etcd", member),
      },
      { parent: this, protect: spec.protect, retainOnDelete: spec.protect },
    );
  }

  /** Creates the DNS record of a member, whose machines write their addresses into it (step etcd-dns). */
  private createRecord({ name: member, dnsName }: EtcdMember): route53.Record {
    return new route53.Record(
      `${this.name}-record-${member}`,
      { zoneId: this.args.hostedZoneId, name: dnsName, type: "A", ttl: memberRecordTtl, records: [placeholderAddress] },
      // An update of any property would overwrite the address of a running member. The provider deletes whichever value it
      // finds in Route 53. Without `allowOverwrite`, it refuses to take over an existing record.
      { parent: this, ignoreChanges: ["records", "ttl"] },
    );
  }

  private createIdentity(volumeIds: EtcdIdentity["volumeIds"]): EtcdIdentity {
    const { spec, disks, hostedZoneId } = this.args;
    const { bucketName, bucketArn, keyArn } = this.backups;
    const access = this.members.map(({ name: member, dnsName }) => {
      const facts: pulumi.Output<EtcdMemberAccess> = pulumi.output({
        member,
        dnsName,
        hostedZoneId,
        volumeId: ofMember(volumeIds, member),
        disksKeyArn: disks.keyArn,
        backups: { bucketArn, keyArn },
        restoreFrom: spec.etcd.restore?.snapshot,
      });
      return [member, facts] as const;
    });
    return { hostedZoneId: pulumi.output(hostedZoneId), backupsBucket: bucketName, volumeIds, access: new Map(access) };
  }

  private createInstances(machine: EtcdSpec & { readonly topology: "external" }): readonly autoscaling.Group[] {
    const { spec, access, bundle, disks, subnetIds, securityGroupIds } = this.args;
    // One role per member limits a member to its own volume, DNS name and backups.
    const roles = this.members.map(({ name: member }) => {
      const policy = pulumi
        .all([access, ofMember(this.identity.access, member)])
        .apply(([shared, own]) => etcdPolicy(shared, own));
      const role = new InstanceRole(
        `${this.name}-${member}-machine`,
        { spec, role: "etcd", member, policy },
        { parent: this },
      );
      return [member, role] as const;
    });
    const byMember = new Map(roles);
    const bootAfter = [...this.args.bootAfter, ...this.records, this.createRestoreParameter([...byMember.values()])];
    const image = resolveImage(this.name, imageOf(spec, "etcd"), this);
    return this.members.map((member) =>
      createMemberGroup(
        `${this.name}-${member.name}`,
        {
          spec,
          bundle,
          disks,
          role: "etcd",
          member,
          machine,
          image,
          node: pulumi.output(memberNodeConfig(this.identity, member.name)),
          subnetIds,
          securityGroupIds,
          instanceProfileArn: ofMember(byMember, member.name).instanceProfileArn,
          bootAfter,
          // The way back to stacked etcd would end machines whose members have moved.
          protect: isMigrating(spec),
        },
        this,
      ),
    );
  }
}
