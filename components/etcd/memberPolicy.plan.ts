/** IAM permissions of a member of etcd: take over its data volume and DNS name, write and read its backups, restore one. */

import { viaService } from "../aws/kmsViaService.plan";
import { partitionOf } from "../aws/partition.plan";
import type { MemberRole } from "../aws/tags.plan";
import {
  allow,
  arn,
  bucketContext,
  commonStatements,
  inRegion,
  parameterArn,
  readParameters,
  taggedForCluster,
  taggedForRole,
  takePartInRollout,
} from "../machines/iamStatements.plan";
import type { IamPolicy, IamStatement, InstanceAccess } from "../machines/iamStatements.plan";
import { orderParameter, settledParameter } from "../pki/rotation.plan";
import { backupEnding, backupsPrefix, clusterPrefix, createdMarker } from "./backupTiers.plan";
import { membersParameter } from "./membersParameter.plan";
import { restoreParameter } from "./restoreOrder.plan";

/** Sids of the statements that allow reading backups: a member's own ones, and the one to restore. */
export const sidOfOwnBackups = "ReadMarkersAndOwnBackups";
export const sidOfRestore = "ReadBackupToRestore";

/** Facts about one member that its policy is made from. */
export interface EtcdMemberAccess {
  /** Letter of the member: last part of the names of its backups. */
  readonly member: string;
  readonly dnsName: string;
  readonly hostedZoneId: string;
  /** Data volume of the member. */
  readonly volumeId: string;
  readonly disksKeyArn: string;
  /** Bucket of the backups and of the markers `<cluster>/created…`. */
  readonly backups: { readonly bucketArn: string; readonly keyArn: string };
  /** Key of the backup that the settings order to restore. Default: the member reads its own backups only. */
  readonly restoreFrom?: string;
}

/** Policy of an instance that runs etcd only. */
export function etcdPolicy(access: InstanceAccess, etcd: EtcdMemberAccess): IamPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      ...commonStatements(access, "members"),
      ...readParameters(access, ["/pki/etcd/*", orderParameter, settledParameter, membersParameter]),
      ...takePartInRollout(access, "etcd"),
      ...memberStatements(access, etcd, "etcd"),
    ],
  };
}

/** Statements for the instance of a member, in either topology. */
export function memberStatements(
  access: InstanceAccess,
  etcd: EtcdMemberAccess,
  role: MemberRole,
): readonly IamStatement[] {
  return [...attachVolume(access, etcd, role), updateDnsRecord(access, etcd), ...useBackups(access, etcd)];
}

function attachVolume(access: InstanceAccess, etcd: EtcdMemberAccess, role: MemberRole): readonly IamStatement[] {
  return [
    // No detach: a volume is free once its instance is gone, and is never taken from a running one.
    allow(
      "AttachDataVolume",
      ["ec2:AttachVolume"],
      [arn(access, "ec2", `volume/${etcd.volumeId}`)],
      taggedForCluster(access),
    ),
    // IAM checks both ends of an attachment: the volume above, the instance here.
    allow(
      "AttachDataVolumeToInstance",
      ["ec2:AttachVolume"],
      [arn(access, "ec2", "instance/*")],
      taggedForRole(access, role),
    ),
    allow("DescribeVolumes", ["ec2:DescribeVolumes"], ["*"], inRegion(access)),
    allow("GrantDataVolumeKeyToEbs", ["kms:CreateGrant"], [etcd.disksKeyArn], {
      Bool: { "kms:GrantIsForAWSResource": "true" },
      StringEquals: { "kms:ViaService": viaService(access.region, "ec2") },
    }),
    allow("DecryptDataVolume", ["kms:Decrypt"], [etcd.disksKeyArn], {
      StringEquals: {
        "kms:ViaService": viaService(access.region, "ec2"),
        "kms:EncryptionContext:aws:ebs:id": etcd.volumeId,
      },
    }),
  ];
}

function updateDnsRecord(access: InstanceAccess, etcd: EtcdMemberAccess): IamStatement {
  return allow(
    "UpdateMemberDnsRecord",
    ["route53:ChangeResourceRecordSets"],
    [`arn:${partitionOf(access.region)}:route53:::hostedzone/${etcd.hostedZoneId}`],
    {
      "ForAllValues:StringEquals": {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [etcd.dnsName],
        "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
        "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
      },
      // ForAllValues is true for an empty set: without this, a request without the keys would be allowed.
      Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
    },
  );
}

/** Permission to read the backup that the settings order to restore. @param snapshot key of the backup. */
export function readBackupToRestore(bucketArn: string, snapshot: string): IamStatement {
  return allow(sidOfRestore, ["s3:GetObject"], [`${bucketArn}/${snapshot}`]);
}

/**
 * A member writes new backups under its own name and reads them, because the restore test must restore what S3 holds.
 * Stolen credentials of a member therefore reveal no data that the member has not seen, and change and delete nothing. A
 * member reads a backup of another member only while the settings order to restore exactly that one.
 */
function useBackups(access: InstanceAccess, etcd: EtcdMemberAccess): readonly IamStatement[] {
  const { bucketArn, keyArn } = etcd.backups;
  const { cluster } = access;
  const marker = createdMarker(cluster);
  const own = [marker, `${marker}-g*`, `${backupsPrefix(cluster)}*-${etcd.member}${backupEnding}`].map(
    (key) => `${bucketArn}/${key}`,
  );
  return [
    allow(sidOfOwnBackups, ["s3:GetObject"], own),
    ...(etcd.restoreFrom === undefined ? [] : [readBackupToRestore(bucketArn, etcd.restoreFrom)]),
    // Conditional writes only: no marker and no backup is ever overwritten.
    allow("WriteMarkersAndOwnBackups", ["s3:PutObject"], own, { Null: { "s3:if-none-match": "false" } }),
    // Without ListBucket, S3 answers 403 instead of 404 for a missing object. That check carries no prefix, hence IfExists.
    allow("ListBackups", ["s3:ListBucket"], [bucketArn], {
      StringLikeIfExists: { "s3:prefix": [`${clusterPrefix(cluster)}*`] },
    }),
    allow("UseBackupsKey", ["kms:Decrypt", "kms:GenerateDataKey"], [keyArn], bucketContext(access.region, bucketArn)),
    allow("ReadRestoreOrder", ["ssm:GetParameters"], [parameterArn(access, restoreParameter)]),
  ];
}
