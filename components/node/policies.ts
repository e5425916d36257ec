/**
 * What the machines of each kind may do on AWS, as IAM policy documents. Writes are bound to resources of this cluster, by
 * ARN or by tag; only what IAM knows no resource for is asked of `*`, and then it is a read or opens the caller's own session.
 */

import { partitionOf } from "../account/partition";
import { viaService } from "../account/viaService";
import { clusterTag, roleTag } from "../tags";

/** A statement of an identity policy, in IAM's own terms. */
export interface IamStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An IAM policy document. */
export interface IamPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly IamStatement[];
}

/** What the machines of every kind use. */
export interface MachineAccess {
  /** Name of the cluster: value of the tag that conditions ask for. */
  readonly cluster: string;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** Path of the cluster's SSM parameters, `/holdfast/<cluster>`. */
  readonly parameterPrefix: string;
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: string;
  /** Where the node bundle is; `key` is the one object a machine fetches. */
  readonly bundle: { readonly bucketArn: string; readonly keyArn: string; readonly keyPrefix: string };
}

/** What a machine that runs a member of etcd uses besides. */
export interface EtcdAccess {
  /** DNS names of all members: the machine that holds a member's volume takes over its name. */
  readonly dnsNames: readonly string[];
  readonly hostedZoneId: string;
  /** Data volumes of all members. */
  readonly volumeIds: readonly string[];
  readonly disksKeyArn: string;
  /** Bucket of the backups and of the marker `<cluster>/created`. */
  readonly backups: { readonly bucketArn: string; readonly keyArn: string };
}

/** The role of an instance may be taken by EC2 alone. */
export function trustOfInstances(region: string): object {
  const suffix = partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "TakenByInstances", Effect: "Allow", Principal: { Service: `ec2.${suffix}` }, Action: "sts:AssumeRole" },
    ],
  };
}

/** Machines of the control plane; `etcd` when it is stacked on them. */
export function controlPlanePolicy(access: MachineAccess, etcd?: EtcdAccess): IamPolicy {
  const kubeconfig = [parameter(access, "/join/kubeconfig")];
  return policy([
    ...everyMachine(access),
    ...readParameterTree(access, "/pki"),
    { Sid: "KeepJoinCredentialsFresh", Effect: "Allow", Action: ["ssm:PutParameter"], Resource: kubeconfig },
    decryptParameters(access, [parameter(access, "/pki/*"), ...kubeconfig]),
    {
      Sid: "EncryptJoinCredentials",
      Effect: "Allow",
      // SSM asks for Encrypt up to 4 KiB, and for a data key for larger parameters.
      Action: ["kms:Encrypt", "kms:GenerateDataKey"],
      Resource: [access.secretsKeyArn],
      Condition: parameterContext(access, kubeconfig),
    },
    ...takePartInRollout(access, "control-plane"),
    ...(etcd === undefined ? [] : holdMember(access, etcd, "control-plane")),
  ]);
}

/** Machines that run etcd and nothing else. */
export function etcdPolicy(access: MachineAccess, etcd: EtcdAccess): IamPolicy {
  return policy([
    ...everyMachine(access),
    ...readParameterTree(access, "/pki/etcd"),
    decryptParameters(access, [parameter(access, "/pki/etcd/*")]),
    ...takePartInRollout(access, "etcd"),
    ...holdMember(access, etcd, "etcd"),
  ]);
}

/** Workers: they may read how to join, and no key of any authority. */
export function workerPolicy(access: MachineAccess): IamPolicy {
  const kubeconfig = parameter(access, "/join/kubeconfig");
  return policy([
    ...everyMachine(access),
    {
      Sid: "ReadHowToJoin",
      Effect: "Allow",
      Action: ["ssm:GetParameter", "ssm:GetParameters"],
      Resource: [kubeconfig, parameter(access, "/pki/kubernetes/ca.crt")],
    },
    decryptParameters(access, [kubeconfig]),
  ]);
}

function policy(statements: readonly IamStatement[]): IamPolicy {
  return { Version: "2012-10-17", Statement: statements };
}

function everyMachine(access: MachineAccess): readonly IamStatement[] {
  const { bundle, region } = access;
  return [
    {
      Sid: "FetchNodeBundle",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: [`${bundle.bucketArn}/${bundle.keyPrefix}*`],
    },
    {
      Sid: "DecryptNodeBundle",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: [bundle.keyArn],
      Condition: bucketContext(region, bundle.bucketArn),
    },
    {
      Sid: "ReportToSessionManager",
      Effect: "Allow",
      Action: ["ssm:UpdateInstanceInformation"],
      Resource: [arn(access, "ec2", "instance/*")],
      Condition: inRegion(access),
    },
    {
      // IAM knows no resource for these four: they open the calling instance's own channels.
      Sid: "OpenSessionChannels",
      Effect: "Allow",
      Action: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      Resource: ["*"],
      Condition: inRegion(access),
    },
  ];
}

/** A departing machine asks leave of its group: see controlPlane/rollout.ts. */
function takePartInRollout(access: MachineAccess, role: "control-plane" | "etcd"): readonly IamStatement[] {
  const groups = `autoScalingGroup:*:autoScalingGroupName/${access.cluster}-${role}-*`;
  return [
    {
      Sid: "AnswerItsGroup",
      Effect: "Allow",
      Action: [
        "autoscaling:CompleteLifecycleAction",
        "autoscaling:RecordLifecycleActionHeartbeat",
        "autoscaling:SetInstanceProtection",
      ],
      Resource: [arn(access, "autoscaling", groups)],
      Condition: {
        StringEquals: { [`aws:ResourceTag/${clusterTag}`]: access.cluster, [`aws:ResourceTag/${roleTag}`]: role },
      },
    },
    {
      Sid: "SeeGroups",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeInstanceRefreshes",
      ],
      Resource: ["*"],
      Condition: inRegion(access),
    },
  ];
}

/** A member's identity is its volume, its DNS name and the cluster's marker. */
function holdMember(access: MachineAccess, etcd: EtcdAccess, role: "control-plane" | "etcd"): readonly IamStatement[] {
  const { bucketArn, keyArn } = etcd.backups;
  const marker = `${access.cluster}/created`;
  return [
    {
      Sid: "MoveDataVolumes",
      Effect: "Allow",
      Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
      Resource: etcd.volumeIds.map((id) => arn(access, "ec2", `volume/${id}`)),
      Condition: ofCluster(access),
    },
    {
      // Both ends of an attachment need leave: the volume above, the machine here.
      Sid: "MoveDataVolumesBetweenMembers",
      Effect: "Allow",
      Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
      Resource: [arn(access, "ec2", "instance/*")],
      Condition: {
        StringEquals: { [`aws:ResourceTag/${clusterTag}`]: access.cluster, [`aws:ResourceTag/${roleTag}`]: role },
      },
    },
    {
      Sid: "SeeVolumesAndInstances",
      Effect: "Allow",
      Action: ["ec2:DescribeInstances", "ec2:DescribeVolumes"],
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

/** Reads all below a path; the path itself is what GetParametersByPath is checked against. */
function readParameterTree(access: MachineAccess, path: string): readonly IamStatement[] {
  return [
    {
      Sid: "ReadAuthorities",
      Effect: "Allow",
      Action: ["ssm:GetParameter", "ssm:GetParameters"],
      Resource: [parameter(access, `${path}/*`)],
    },
    {
      Sid: "ReadAuthoritiesAtOnce",
      Effect: "Allow",
      Action: ["ssm:GetParametersByPath"],
      Resource: [parameter(access, path), parameter(access, `${path}/*`)],
    },
  ];
}

function decryptParameters(access: MachineAccess, parameters: readonly string[]): IamStatement {
  return {
    Sid: "DecryptParameters",
    Effect: "Allow",
    Action: ["kms:Decrypt"],
    Resource: [access.secretsKeyArn],
    Condition: parameterContext(access, parameters),
  };
}

/** SSM puts the parameter's ARN in the encryption context: a key that decrypts one parameter does not decrypt all. */
function parameterContext(
  access: MachineAccess,
  parameters: readonly string[],
): NonNullable<IamStatement["Condition"]> {
  return {
    StringEquals: { "kms:ViaService": viaService(access.region, "ssm") },
    StringLike: { "kms:EncryptionContext:PARAMETER_ARN": parameters },
  };
}

/** S3 puts the bucket's ARN in the encryption context where bucket keys are on. */
function bucketContext(region: string, bucketArn: string): NonNullable<IamStatement["Condition"]> {
  return {
    StringEquals: { "kms:ViaService": viaService(region, "s3"), "kms:EncryptionContext:aws:s3:arn": bucketArn },
  };
}

function ofCluster(access: MachineAccess): NonNullable<IamStatement["Condition"]> {
  return { StringEquals: { [`aws:ResourceTag/${clusterTag}`]: access.cluster } };
}

function inRegion(access: MachineAccess): NonNullable<IamStatement["Condition"]> {
  return { StringEquals: { "aws:RequestedRegion": access.region } };
}

function parameter(access: MachineAccess, path: string): string {
  return arn(access, "ssm", `parameter${access.parameterPrefix}${path}`);
}

function arn(access: MachineAccess, service: string, resource: string): string {
  return `arn:${partitionOf(access.region)}:${service}:${access.region}:${access.accountId}:${resource}`;
}
