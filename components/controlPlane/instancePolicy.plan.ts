import { pullStatements } from "../ecr/pullPolicy.plan";
import { memberStatements } from "../etcd/memberPolicy.plan";
import { membersParameter } from "../etcd/membersParameter.plan";
import type { EtcdMemberAccess } from "../etcd/memberPolicy.plan";
import {
  allow,
  arn,
  commonStatements,
  inRegion,
  onGroups,
  parameterArn,
  parameterContext,
  readParameters,
  takePartInRollout,
} from "../machines/iamStatements.plan";
import type { IamPolicy, IamStatement, InstanceAccess } from "../machines/iamStatements.plan";
import { configurationParameter } from "../machines/memberConfiguration.plan";
import { joinKubeconfig } from "../pki/authorities.plan";
import { settledParameter } from "../pki/rotation.plan";

export interface ControlPlaneFeatures {
  /** The etcd member on the instance. Default: etcd has its own instances. */
  readonly etcd?: EtcdMemberAccess;
  /** CloudWatch log group of audit records. Default: the records stay on the instances. */
  readonly auditGroup?: string;
  /** The control plane may mark workers as unhealthy, so that their groups replace them. Default: false. */
  readonly replacesWorkers?: boolean;
}

/** Policy of a control-plane instance. */
export function controlPlanePolicy(access: InstanceAccess, features: ControlPlaneFeatures = {}): IamPolicy {
  const { etcd, auditGroup, replacesWorkers = false } = features;
  const kubeconfig = [parameterArn(access, joinKubeconfig.path)];
  return {
    Version: "2012-10-17",
    Statement: [
      ...commonStatements(access, "members"),
      ...readParameters(access, ["/pki/*", joinKubeconfig.path, configurationParameter("*"), membersParameter]),
      allow("WriteSettledParameter", ["ssm:PutParameter"], [parameterArn(access, settledParameter)]),
      allow("WriteJoinKubeconfig", ["ssm:PutParameter"], kubeconfig),
      // SSM calls Encrypt for parameters up to 4 KiB, and GenerateDataKey for larger ones.
      allow(
        "EncryptJoinKubeconfig",
        ["kms:Encrypt", "kms:GenerateDataKey"],
        [access.secretsKeyArn],
        parameterContext(access, kubeconfig),
      ),
      allow("ReadInstances", ["ec2:DescribeInstances"], ["*"], inRegion(access)),
      ...pullStatements(access),
      ...(auditGroup === undefined ? [] : [writeAuditRecords(access, auditGroup)]),
      ...takePartInRollout(access, "control-plane"),
      ...(replacesWorkers ? [onGroups("MarkWorkersUnhealthy", access, "worker", ["SetInstanceHealth"])] : []),
      ...(etcd === undefined ? [] : memberStatements(access, etcd, "control-plane")),
    ],
  };
}

/** Write access only: an instance can neither read nor delete records. */
function writeAuditRecords(access: InstanceAccess, group: string): IamStatement {
  return allow(
    "WriteAuditRecords",
    ["logs:CreateLogStream", "logs:PutLogEvents"],
    [arn(access, "logs", `log-group:${group}:log-stream:*`)],
  );
}
