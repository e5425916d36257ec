/** What a machine may say to its group, and do because it holds a member: take over the member's volume, name and marker. */

import { partitionOf } from "../account/partition";
import { viaService } from "../account/viaService";
import type { MachineRole } from "../tags";
import { arn, bucketContext, inRegion, ofCluster, ofRole } from "./policyTerms";
import type { EtcdAccess, IamStatement, MachineAccess } from "./policyTerms";

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

function answerGroup(access: MachineAccess, role: MachineRole, actions: readonly string[]): IamStatement {
  const groups = `autoScalingGroup:*:autoScalingGroupName/${access.cluster}-${role}-*`;
  return {
    Sid: "AnswerItsGroup",
    Effect: "Allow",
    Action: actions,
    Resource: [arn(access, "autoscaling", groups)],
    Condition: ofRole(access, role),
  };
}

/** A member's identity is its volume, its DNS name and the cluster's marker. */
export function holdMember(
  access: MachineAccess,
  etcd: EtcdAccess,
  role: "control-plane" | "etcd",
): readonly IamStatement[] {
  const { bucketArn, keyArn } = etcd.backups;
  const marker = `${access.cluster}/created`;
  return [
    {
      // Attach alone: a volume is free when the machine that held it is gone, and is never torn away from a live one.
      Sid: "TakeDataVolumes",
      Effect: "Allow",
      Action: ["ec2:AttachVolume"],
      Resource: etcd.volumeIds.map((id) => arn(access, "ec2", `volume/${id}`)),
      Condition: ofCluster(access),
    },
    {
      // Both ends of an attachment need leave: the volume above, the machine here.
      Sid: "TakeDataVolumesToMembers",
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
      Sid: "LetEbsDecryptDataVolumes",
      Effect: "Allow",
      Action: ["kms:CreateGrant"],
      Resource: [etcd.disksKeyArn],
      Condition: {
        Bool: { "kms:GrantIsForAWSResource": "true" },
        StringEquals: { "kms:ViaService": viaService(access.region, "ec2") },
      },
    },
    {
      Sid: "DecryptDataVolumes",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: [etcd.disksKeyArn],
      Condition: {
        StringEquals: {
          "kms:ViaService": viaService(access.region, "ec2"),
          "kms:EncryptionContext:aws:ebs:id": etcd.volumeIds,
        },
      },
    },
    {
      Sid: "TakeOverMemberName",
      Effect: "Allow",
      Action: ["route53:ChangeResourceRecordSets"],
      Resource: [`arn:${partitionOf(access.region)}:route53:::hostedzone/${etcd.hostedZoneId}`],
      Condition: {
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": etcd.dnsNames,
          "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
          "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
        },
        // Without this, a request that leaves the keys out would satisfy "all of none".
        Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
      },
    },
    { Sid: "ReadMarker", Effect: "Allow", Action: ["s3:GetObject"], Resource: [`${bucketArn}/${marker}`] },
    {
      // Conditional writes alone: the marker that a cluster was created is never overwritten.
      Sid: "WriteMarkerOnce",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn}/${marker}`],
      Condition: { Null: { "s3:if-none-match": "false" } },
    },
    {
      // Without leave to list, S3 answers 403 for an absent object, and "absent" could not be told from "forbidden". The
      // check that S3 makes for that answer carries no prefix, hence IfExists.
      Sid: "TellAbsentFromForbidden",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [bucketArn],
      Condition: { StringLikeIfExists: { "s3:prefix": [`${access.cluster}/*`] } },
    },
    {
      Sid: "UseBackupsKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: [keyArn],
      Condition: bucketContext(access.region, bucketArn),
    },
  ];
}
