import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

import { regionalArn } from "../account/account";
import type { AwsAccount } from "../account/account";
import { EncryptionKey } from "../encryption/encryptionKey";
import { useByLogs } from "../encryption/serviceUse";
import { resourceTags } from "../tags";
import { auditGroup } from "./audit";

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
    super("holdfast:access:AuditLog", name, {}, options);
    const { cluster, account, protect, retentionDays } = args;
    const groupName = auditGroup(cluster);
    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        account,
        purpose: "audit",
        description: `Audit records of Kubernetes cluster ${cluster}`,
        protect,
        use: [useByLogs(account, regionalArn(account, "logs", `log-group:${groupName}`))],
      },
      { parent: this },
    );
    new cloudwatch.LogGroup(
      name,
      {
        name: groupName,
        kmsKeyId: key.arn,
        retentionInDays: retentionDays,
        tags: resourceTags(cluster, `${cluster}-audit`),
      },
      { parent: this, protect, retainOnDelete: protect },
    );
    this.registerOutputs({});
  }
}
