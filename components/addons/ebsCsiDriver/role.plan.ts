import { viaService } from "../../aws/kmsViaService.plan";
import { clusterTag } from "../../aws/tags.plan";
import type { IamScope, Statement } from "../shared/iamStatements.plan";
import { allowReads } from "../shared/iamStatements.plan";

/** Tag that the driver puts on every volume and snapshot, and never removes. */
const ownTag = "ebs.csi.aws.com/cluster-name";

/**
 * IAM policy of the EBS CSI driver: AWS' policy for one of several clusters (AmazonEBSCSIDriverEKSClusterScopedPolicy) without
 * actions that no setting uses, on the cluster's instances and with its key. etcd's data volumes lack the driver's tag and are
 * out of its reach.
 */
export function ebsCsiDriverStatements<Arn>(scope: IamScope<Arn>, keyArn: Arn): readonly Statement<Arn>[] {
  const { cluster, region, partition } = scope;
  const volumes = scope.arn("ec2", "volume/*");
  const instances = scope.arn("ec2", "instance/*");
  // ARNs of snapshots have no account.
  const snapshots = `arn:${partition}:ec2:${region}::snapshot/*`;
  const taggedOnCreation = { StringEquals: { [`aws:RequestTag/${ownTag}`]: cluster } };
  const own = { StringEquals: { [`aws:ResourceTag/${ownTag}`]: cluster } };
  const viaEc2 = { "kms:ViaService": viaService(region, "ec2") };
  const allow = (
    Sid: Statement<Arn>["Sid"],
    Action: readonly string[],
    Resource: readonly (Arn | string)[],
    Condition: Statement<Arn>["Condition"],
  ): Statement<Arn> => ({ Sid, Effect: "Allow", Action, Resource, Condition });
  return [
    allowReads("DescribeVolumesAndInstances", scope, [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeSnapshots",
      "ec2:DescribeTags",
      "ec2:DescribeVolumes",
      "ec2:DescribeVolumesModifications",
      "ec2:DescribeVolumeStatus",
    ]),
    // CopyVolumes clones a volume: authorized on the new volume here, on the source below.
    allow("CreateTaggedVolumes", ["ec2:CopyVolumes", "ec2:CreateVolume"], [volumes], taggedOnCreation),
    allow("CreateVolumesFromOwnSnapshots", ["ec2:CreateVolume"], [snapshots], own),
    allow(
      "ManageOwnVolumes",
      [
        "ec2:AttachVolume",
        "ec2:CopyVolumes",
        "ec2:CreateSnapshot",
        "ec2:DeleteVolume",
        "ec2:DetachVolume",
        "ec2:ModifyVolume",
      ],
      [volumes],
      own,
    ),
    // EC2 authorizes an attachment on the volume and on the instance.
    allow("AttachToClusterInstances", ["ec2:AttachVolume", "ec2:DetachVolume"], [instances], {
      StringEquals: { [`aws:ResourceTag/${clusterTag}`]: cluster },
    }),
    allow("CreateTaggedSnapshots", ["ec2:CreateSnapshot"], [snapshots], taggedOnCreation),
    allow("DeleteOwnSnapshots", ["ec2:DeleteSnapshot"], [snapshots], own),
    allow("TagOnCreation", ["ec2:CreateTags"], [volumes, snapshots], {
      StringEquals: { "ec2:CreateAction": ["CopyVolumes", "CreateSnapshot", "CreateVolume"] },
    }),
    allow("UseDisksKey", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"], [keyArn], {
      StringEquals: viaEc2,
    }),
    allow("GrantDisksKeyToEbs", ["kms:CreateGrant"], [keyArn], {
      Bool: { "kms:GrantIsForAWSResource": "true" },
      StringEquals: viaEc2,
    }),
  ];
}
