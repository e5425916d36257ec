import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../../aws/awsAccount";
import { createEncryptedLogGroup } from "../../aws/encryptedLogGroup";
import { auditGroup } from "./auditPolicy.plan";

export interface AuditLogArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  /** Days; one of the periods that CloudWatch Logs supports. */
  readonly retentionDays: number;
  /** Retains the log group and its key when the stack is destroyed. */
  readonly protect: boolean;
}

/**
 * Log group for audit records. Control-plane machines may append but neither read nor delete: an attacker on such a machine
 * cannot remove records.
 */
export class AuditLog extends pulumi.ComponentResource {
  constructor(name: string, args: AuditLogArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AuditLog", name, {}, options);
    const { cluster } = args;
    createEncryptedLogGroup(
      name,
      {
        ...args,
        purpose: "audit",
        description: `Audit records of Kubernetes cluster ${cluster}`,
        groupName: auditGroup(cluster),
        title: `${cluster}-audit`,
      },
      this,
    );
    this.registerOutputs({});
  }
}
