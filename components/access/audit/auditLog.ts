import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../../aws/account";
import { encryptedLogGroup } from "../../aws/encryptedLogGroup";
import { auditGroup } from "./auditPolicy.plan";

export interface AuditLogArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly account: AwsAccount;
  /** Days; one of the values that CloudWatch Logs takes. */
  readonly retentionDays: number;
  /** The records and the key that reads them outlive the stack. */
  readonly protect: boolean;
}

/**
 * The log group that control planes copy their audit records to. They may add to it and neither read nor delete: who takes
 * over a machine cannot take back what was recorded.
 */
export class AuditLog extends pulumi.ComponentResource {
  constructor(name: string, args: AuditLogArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AuditLog", name, {}, options);
    const { cluster } = args;
    encryptedLogGroup(
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
