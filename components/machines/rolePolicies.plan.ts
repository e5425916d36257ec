/**
 * What the machines of each kind may do on AWS, as IAM policy documents. Writes are bound to resources of this cluster, by
 * ARN or by tag; only what IAM knows no resource for is asked of `*`, and then it is a read or opens the caller's own session.
 */

import { partitionOf } from "../aws/partition.plan";
import { orderParameter, settledParameter } from "../pki/rotation.plan";
import { holdMember, replaceWorkers, sayJoined, takePartInRollout } from "./memberStatements.plan";
import { arn, bucketContext, inRegion, parameter, parameterContext } from "./iamStatements.plan";
import type { EtcdAccess, IamPolicy, IamStatement, MachineAccess } from "./iamStatements.plan";

/** Parameter that holds how a worker joins, short-lived credentials included. */
const joinKubeconfig = "/join/kubeconfig";

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
  const kubeconfig = [parameter(access, joinKubeconfig)];
  return policy([
    ...everyMachine(access),
    ...readParameters(access, ["/pki/*", joinKubeconfig]),
    {
      // Which stage of a rotation all machines are through with; see components/pki/trustOrder.ts.
      Sid: "SayWhatIsSettled",
      Effect: "Allow",
      Action: ["ssm:PutParameter"],
      Resource: [parameter(access, settledParameter)],
    },
    { Sid: "KeepJoinCredentialsFresh", Effect: "Allow", Action: ["ssm:PutParameter"], Resource: kubeconfig },
    {
      Sid: "EncryptJoinCredentials",
      Effect: "Allow",
      // SSM asks for Encrypt up to 4 KiB, and for a data key for larger parameters.
      Action: ["kms:Encrypt", "kms:GenerateDataKey"],
      Resource: [access.secretsKeyArn],
      Condition: parameterContext(access, kubeconfig),
    },
    ...(access.auditGroup === undefined ? [] : [addAuditRecords(access, access.auditGroup)]),
    ...takePartInRollout(access, "control-plane"),
    ...(access.replacesWorkers === true ? [replaceWorkers(access)] : []),
    ...(etcd === undefined ? [] : holdMember(access, etcd, "control-plane")),
  ]);
}

/** Adds, and neither reads nor deletes. */
function addAuditRecords(access: MachineAccess, group: string): IamStatement {
  return {
    Sid: "AddAuditRecords",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [arn(access, "logs", `log-group:${group}:log-stream:*`), arn(access, "logs", `log-group:${group}`)],
  };
}

/** Machines that run etcd and nothing else. */
export function etcdPolicy(access: MachineAccess, etcd: EtcdAccess): IamPolicy {
  return policy([
    ...everyMachine(access),
    ...readParameters(access, ["/pki/etcd/*", orderParameter, settledParameter]),
    ...takePartInRollout(access, "etcd"),
    ...holdMember(access, etcd, "etcd"),
  ]);
}

/** Workers: they may read how to join, and no key of any authority. */
export function workerPolicy(access: MachineAccess): IamPolicy {
  return policy([...everyMachine(access), ...readParameters(access, [joinKubeconfig]), sayJoined(access)]);
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
    {
      // IAM knows no resource for figures; the namespace is what can be asked for.
      Sid: "PublishFigures",
      Effect: "Allow",
      Action: ["cloudwatch:PutMetricData"],
      Resource: ["*"],
      Condition: {
        StringEquals: { "aws:RequestedRegion": access.region, "cloudwatch:namespace": access.metricsNamespace },
      },
    },
  ];
}

function readParameters(access: MachineAccess, paths: readonly string[]): readonly IamStatement[] {
  const parameters = paths.map((path) => parameter(access, path));
  return [
    { Sid: "ReadParameters", Effect: "Allow", Action: ["ssm:GetParameters"], Resource: parameters },
    {
      Sid: "DecryptParameters",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: [access.secretsKeyArn],
      Condition: parameterContext(access, parameters),
    },
  ];
}
