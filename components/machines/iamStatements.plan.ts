/** IAM statements that several instance roles share, and the ARNs and conditions that such statements consist of. */

import { clusterPath } from "../aws/clusterPath.plan";
import { viaService } from "../aws/kmsViaService.plan";
import { partitionOf, servicePrincipal } from "../aws/partition.plan";
import type { AllowSid } from "../aws/statementPurposes.plan";
import { clusterTag, roleTag } from "../aws/tags.plan";
import type { MachineRole } from "../aws/tags.plan";
import type { PullAccess } from "../ecr/pullPolicy.plan";
import { type BundleKind, bundleFolder } from "../node/bundleFiles.plan";

/** Statement of an identity policy, in IAM's own terms. */
export interface IamStatement {
  readonly Sid: AllowSid;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

/** Condition values by key, by operator. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** An IAM policy document. */
export interface IamPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly IamStatement[];
}

/** Facts that the policies of all instance roles are made from. */
export interface InstanceAccess {
  /** Name of the cluster: part of resource names, and value of the tag in conditions. */
  readonly cluster: string;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: string;
  /** Bucket of the node bundles, and its KMS key. */
  readonly bundle: { readonly bucketArn: string; readonly keyArn: string };
  /** Repositories in ECR that nodes pull from. */
  readonly images: PullAccess;
  /** CloudWatch namespace of the metrics that machines publish. */
  readonly metricsNamespace: string;
}

/** Statement that allows actions on resources. */
export function allow(
  Sid: AllowSid,
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: Condition,
): IamStatement {
  return { Sid, Effect: "Allow", Action, Resource, Condition };
}

/** Trust policy of an instance role: only EC2 assumes it. */
export function instanceTrustPolicy(region: string): object {
  const Principal = { Service: servicePrincipal("ec2", region) };
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "AssumeByEc2", Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
  };
}

/** Statements of every instance role. @param kind machines whose node bundles it reads */
export function commonStatements(access: InstanceAccess, kind: BundleKind): readonly IamStatement[] {
  const { bundle, region } = access;
  return [
    allow("FetchNodeBundle", ["s3:GetObject"], [`${bundle.bucketArn}/${bundleFolder(kind)}/*`]),
    allow("DecryptNodeBundle", ["kms:Decrypt"], [bundle.keyArn], bucketContext(region, bundle.bucketArn)),
    allow(
      "RegisterWithSessionManager",
      ["ssm:UpdateInstanceInformation"],
      [arn(access, "ec2", "instance/*")],
      inRegion(access),
    ),
    // These actions support no resource in IAM: they open channels of the calling instance.
    allow(
      "OpenSessionChannels",
      [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      ["*"],
      inRegion(access),
    ),
    // The action supports no resource in IAM, but the namespace as a condition.
    allow("PublishMetrics", ["cloudwatch:PutMetricData"], ["*"], {
      StringEquals: { "aws:RequestedRegion": region, "cloudwatch:namespace": access.metricsNamespace },
    }),
  ];
}

/** Read access to SecureString parameters, by path below `/holdfast/<cluster>`. */
export function readParameters(access: InstanceAccess, paths: readonly string[]): readonly IamStatement[] {
  const parameters = paths.map((path) => parameterArn(access, path));
  return [
    allow("ReadParameters", ["ssm:GetParameters"], parameters),
    allow("DecryptParameters", ["kms:Decrypt"], [access.secretsKeyArn], parameterContext(access, parameters)),
  ];
}

/** Permissions of a member in its rollout: protect itself from scale-in, and complete its lifecycle hook. */
export function takePartInRollout(access: InstanceAccess, role: MachineRole): readonly IamStatement[] {
  const actions = ["CompleteLifecycleAction", "RecordLifecycleActionHeartbeat", "SetInstanceProtection"];
  return [
    onGroups("ControlOwnLifecycle", access, role, actions),
    allow(
      "DescribeGroupsAndRefreshes",
      ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes"],
      ["*"],
      inRegion(access),
    ),
  ];
}

/** Auto Scaling actions on the groups of one machine role. */
export function onGroups(
  Sid: AllowSid,
  access: InstanceAccess,
  role: MachineRole,
  actions: readonly string[],
): IamStatement {
  return allow(
    Sid,
    actions.map((action) => `autoscaling:${action}`),
    [arn(access, "autoscaling", `autoScalingGroup:*:autoScalingGroupName/${access.cluster}-${role}-*`)],
    taggedForRole(access, role),
  );
}

/** SSM puts the parameter's ARN into the encryption context: access to one parameter does not decrypt the others. */
export function parameterContext(access: InstanceAccess, parameters: readonly string[]): Condition {
  return {
    StringEquals: { "kms:ViaService": viaService(access.region, "ssm") },
    StringLike: { "kms:EncryptionContext:PARAMETER_ARN": parameters },
  };
}

/** S3 puts the bucket's ARN into the encryption context where bucket keys are on. */
export function bucketContext(region: string, bucketArn: string): Condition {
  return {
    StringEquals: { "kms:ViaService": viaService(region, "s3"), "kms:EncryptionContext:aws:s3:arn": bucketArn },
  };
}

export function taggedForCluster(access: InstanceAccess): Condition {
  return { StringEquals: { [`aws:ResourceTag/${clusterTag}`]: access.cluster } };
}

export function taggedForRole(access: InstanceAccess, role: MachineRole): Condition {
  return { StringEquals: { [`aws:ResourceTag/${clusterTag}`]: access.cluster, [`aws:ResourceTag/${roleTag}`]: role } };
}

export function inRegion(access: InstanceAccess): Condition {
  return { StringEquals: { "aws:RequestedRegion": access.region } };
}

/** ARN of an SSM parameter, by path below `/holdfast/<cluster>`. */
export function parameterArn(access: InstanceAccess, path: string): string {
  return arn(access, "ssm", `parameter${clusterPath(access.cluster)}${path}`);
}

/** ARN of a resource in the account and region. */
export function arn(access: InstanceAccess, service: string, resource: string): string {
  return `arn:${partitionOf(access.region)}:${service}:${access.region}:${access.accountId}:${resource}`;
}
