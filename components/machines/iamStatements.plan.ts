/** The terms that policies of machines are written in: documents, what is allowed to be reached, and the conditions on it. */

import { partitionOf } from "../aws/partition.plan";
import { viaService } from "../aws/kmsViaService.plan";
import { clusterTag, roleTag } from "../aws/tags.plan";
import type { MachineRole } from "../aws/tags.plan";

/** A statement of an identity policy, in IAM's own terms. */
export interface IamStatement {
  readonly Sid: string;
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
  /** Log group of audit records; absent: they stay on the machines. */
  readonly auditGroup?: string;
  /** Whether control-plane machines have workers replaced that stay broken. */
  readonly replacesWorkers?: boolean;
  /** Where the node bundle is; `key` is the one object a machine fetches. */
  readonly bundle: { readonly bucketArn: string; readonly keyArn: string; readonly keyPrefix: string };
  /** CloudWatch namespace that machines' figures go to. */
  readonly metricsNamespace: string;
}

/** What the machine of one member of etcd uses besides. */
export interface EtcdAccess {
  /** Letter of the member: it ends the names of the backups that the member makes. */
  readonly member: string;
  /** DNS name of the member, which its machine takes over. */
  readonly dnsName: string;
  readonly hostedZoneId: string;
  /** Data volume of the member. */
  readonly volumeId: string;
  readonly disksKeyArn: string;
  /** Bucket of the backups and of the markers `<cluster>/created…`. */
  readonly backups: { readonly bucketArn: string; readonly keyArn: string };
  /** Key of the backup that the settings order to restore; absent: none is read that another member made. */
  readonly restoreFrom?: string;
}

/** SSM puts the parameter's ARN in the encryption context: a key that decrypts one parameter does not decrypt all. */
export function parameterContext(access: MachineAccess, parameters: readonly string[]): Condition {
  return {
    StringEquals: { "kms:ViaService": viaService(access.region, "ssm") },
    StringLike: { "kms:EncryptionContext:PARAMETER_ARN": parameters },
  };
}

/** S3 puts the bucket's ARN in the encryption context where bucket keys are on. */
export function bucketContext(region: string, bucketArn: string): Condition {
  return {
    StringEquals: { "kms:ViaService": viaService(region, "s3"), "kms:EncryptionContext:aws:s3:arn": bucketArn },
  };
}

export function ofCluster(access: MachineAccess): Condition {
  return { StringEquals: { [`aws:ResourceTag/${clusterTag}`]: access.cluster } };
}

export function inRegion(access: MachineAccess): Condition {
  return { StringEquals: { "aws:RequestedRegion": access.region } };
}

export function parameter(access: MachineAccess, path: string): string {
  return arn(access, "ssm", `parameter${access.parameterPrefix}${path}`);
}

export function arn(access: MachineAccess, service: string, resource: string): string {
  return `arn:${partitionOf(access.region)}:${service}:${access.region}:${access.accountId}:${resource}`;
}

export function ofRole(access: MachineAccess, role: MachineRole): Condition {
  return { StringEquals: { [`aws:ResourceTag/${clusterTag}`]: access.cluster, [`aws:ResourceTag/${roleTag}`]: role } };
}
