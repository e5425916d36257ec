import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { Resource } from "@pulumi/pulumi";

import { regionalArn } from "./awsAccount";
import { servicePrincipal } from "./partition.plan";
import { resourceTags } from "./tags.plan";
import { EncryptionKey } from "./encryptionKey";
import type { EncryptionKeyArgs } from "./encryptionKey";
import type { PolicyStatement } from "./policyStatement";

/** `description` and `protect` apply to the key and to the log group. */
export interface EncryptedLogGroupArgs extends Omit<EncryptionKeyArgs, "use"> {
  readonly groupName: string;
  /** `Name` tag of the log group. */
  readonly title: string;
  /** Days; one of the values that CloudWatch Logs accepts. */
  readonly retentionDays: number;
}

/** Log group with its own KMS key, which CloudWatch Logs may use for this group only. */
export function createEncryptedLogGroup(
  name: string,
  args: EncryptedLogGroupArgs,
  parent: Resource,
): cloudwatch.LogGroup {
  const { groupName, title, retentionDays, ...keyArgs } = args;
  const { awsAccount, cluster, protect } = keyArgs;
  const encryptGroup: PolicyStatement = {
    Sid: "UseByCloudWatchLogs",
    Effect: "Allow",
    Principal: { Service: servicePrincipal("logs", awsAccount.region) },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: {
      StringEquals: { "kms:EncryptionContext:aws:logs:arn": regionalArn(awsAccount, "logs", `log-group:${groupName}`) },
    },
  };
  const key = new EncryptionKey(`${name}-key`, { ...keyArgs, use: [encryptGroup] }, { parent });
  return new cloudwatch.LogGroup(
    name,
    { name: groupName, kmsKeyId: key.arn, retentionInDays: retentionDays, tags: resourceTags(cluster, title) },
    { parent, protect, retainOnDelete: protect },
  );
}
