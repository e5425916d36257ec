/** What a machine may say to its group, and do because it holds a member: take over its volume and name, keep
 * its backups, and restore one. */

import { partitionOf } from "../aws/partition.plan";
import { viaService } from "../aws/kmsViaService.plan";
import { backupEnding, backupsPrefix } from "../etcd/backupTiers.plan";
import { restoreParameter } from "../etcd/restoreOrder.plan";
import type { MachineRole } from "../aws/tags.plan";
import { arn, bucketContext, inRegion, ofCluster, ofRole, parameter } from "./iamStatements.plan";
import type { EtcdAccess, IamStatement, MachineAccess } from "./iamStatements.plan";

/** A machine says to its group when it may be replaced, and when it has left: see controlPlane/rollout.ts. */
export function takePartInRollout(access: MachineAccess, role: "control-plane" | "etcd"): readonly IamStatement[] {
  return [
    answerGroup(access, role, [
      "autoscaling:CompleteLifecycleAction",
      "autoscaling:RecordLifecycleActionHeartbeat",
      "autoscaling:SetInstanceProtection",
    ]),
    {
      Sid: "SeeGroupsAndRefreshes",
      Effect: "Allow",
      Action: ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes"],
      Resource: ["*"],
      Condition: inRegion(access),
    },
  ];
}

/** A worker says to its group that it has joined: see workers/rollout.ts. */
export function sayJoined(access: MachineAccess): IamStatement {
  return answerGroup(access, "worker", ["autoscaling:CompleteLifecycleAction"]);
}

/** The control plane says to a worker's group that the worker is broken: see platform/problems/replacement.ts. */
export function replaceWorkers(access: MachineAccess): IamStatement {
  return toGroups("ReplaceBrokenWorkers", access, "worker", ["autoscaling:SetInstanceHealth"]);
}

function answerGroup(access: MachineAccess, role: MachineRole, actions: readonly string[]): IamStatement {
  return toGroups("AnswerItsGroup", access, role, actions);
}

function toGroups(sid: string, access: MachineAccess, role: MachineRole, actions: readonly string[]): IamStatement {
  const groups = `autoScalingGroup:*:autoScalingGroupName/${access.cluster}-${role}-*`;
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: [arn(access, "autoscaling", groups)],
    Condition: ofRole(access, role),
  };
}

/** A member's identity is its volume and its DNS name; the markers, the backups and the order to restore are the cluster's. */
export function holdMember(
  access: MachineAccess,
  etcd: EtcdAccess,
  role: "control-plane" | "etcd",
): readonly IamStatement[] {
  return [...takeVolume(access, etcd, role), takeName(access, etcd), ...keepBackups(access, etcd)];
}

function takeVolume(access: MachineAccess, etcd: EtcdAccess, role: "control-plane" | "etcd"): readonly IamStatement[] {
  return [
    {
      // Attach alone: a volume is free when the machine that held it is gone, and is never torn away from a live one.
      Sid: "TakeDataVolume",
      Effect: "Allow",
      Action: ["ec2:AttachVolume"],
      Resource: [arn(access, "ec2", `volume/${etcd.volumeId}`)],
      Condition: ofCluster(access),
    },
    {
      // Both ends of an attachment need leave: the volume above, the machine here.
      Sid: "TakeDataVolumeToMember",
      Effect: "Allow",
      Action: ["ec2:AttachVolume"],
      Resource: [arn(access, "ec2", "instance/*")],
      Condition: ofRole(access, role),
    },
    {
      Sid: "SeeVolumes",
      Effect: "Allow",
      Action: ["ec2:DescribeVolumes"],
      Resource: ["*"],
      Condition: inRegion(access),
    },
    {
      Sid: "LetEbsDecryptDataVolume",
      Effect: "Allow",
      Action: ["kms:CreateGrant"],
      Resource: [etcd.disksKeyArn],
      Condition: {
        Bool: { "kms:GrantIsForAWSResource": "true" },
        StringEquals: { "kms:ViaService": viaService(access.region, "ec2") },
      },
    },
    {
      Sid: "DecryptDataVolume",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: [etcd.disksKeyArn],
      Condition: {
        StringEquals: {
          "kms:ViaService": viaService(access.region, "ec2"),
          "kms:EncryptionContext:aws:ebs:id": etcd.volumeId,
        },
      },
    },
  ];
}

function takeName(access: MachineAccess, etcd: EtcdAccess): IamStatement {
  return {
    Sid: "TakeOverMemberName",
    Effect: "Allow",
    Action: ["route53:ChangeResourceRecordSets"],
    Resource: [`arn:${partitionOf(access.region)}:route53:::hostedzone/${etcd.hostedZoneId}`],
    Condition: {
      "ForAllValues:StringEquals": {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [etcd.dnsName],
        "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
        "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
      },
      // Without this, a request that leaves the keys out would satisfy "all of none".
      Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
    },
  };
}

/**
 * A member writes new backups under its own name and reads those, for the restore drill has to bring back what S3 holds. Whoever gets
 * hold of a member's credentials thereby learns no more of the past than what that member has itself seen, changes and
 * deletes nothing, and reads a backup of another member only while the settings order to restore that very one.
 */
function keepBackups(access: MachineAccess, etcd: EtcdAccess): readonly IamStatement[] {
  const { bucketArn, keyArn } = etcd.backups;
  const at = (key: string): string => `${bucketArn}/${key}`;
  const { cluster } = access;
  const own = [
    `${cluster}/created`,
    `${cluster}/created-g*`,
    `${backupsPrefix(cluster)}*-${etcd.member}${backupEnding}`,
  ].map(at);
  return [
    { Sid: "ReadMarkersAndOwnBackups", Effect: "Allow", Action: ["s3:GetObject"], Resource: own },
    ...(etcd.restoreFrom === undefined
      ? []
      : [
          {
            Sid: "ReadBackupToRestore",
            Effect: "Allow" as const,
            Action: ["s3:GetObject"],
            Resource: [at(etcd.restoreFrom)],
          },
        ]),
    {
      // Conditional writes alone: neither a marker nor a backup that is there is ever overwritten.
      Sid: "WriteNewObjects",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: own,
      Condition: { Null: { "s3:if-none-match": "false" } },
    },
    {
      // Without leave to list, S3 answers 403 for an absent object, and "absent" could not be told from "forbidden". The
      // check that S3 makes for that answer carries no prefix, hence IfExists.
      Sid: "TellAbsentFromForbidden",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [bucketArn],
      Condition: { StringLikeIfExists: { "s3:prefix": [`${cluster}/*`] } },
    },
    {
      Sid: "UseBackupsKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: [keyArn],
      Condition: bucketContext(access.region, bucketArn),
    },
    {
      Sid: "ReadOrderToRestore",
      Effect: "Allow",
      Action: ["ssm:GetParameters"],
      Resource: [parameter(access, restoreParameter)],
    },
  ];
}
