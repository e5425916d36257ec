import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { Resource } from "@pulumi/pulumi";

import { regionalArn } from "./account";
import { resourceTags } from "./tags.plan";
import { EncryptionKey } from "./encryptionKey";
import type { EncryptionKeyArgs } from "./encryptionKey";
import { useByLogs } from "./kmsKeyUse.plan";

/** The key is described as what the group holds, and kept as long as the group. */
export interface EncryptedLogGroupArgs extends Omit<EncryptionKeyArgs, "use"> {
  readonly groupName: string;
  /** Name for consoles. */
  readonly title: string;
  /** Days; one of the values that CloudWatch Logs takes. */
  readonly retentionDays: number;
}

/** A log group under a key of its own, by which CloudWatch Logs encrypts for this group alone. */
export function encryptedLogGroup(name: string, args: EncryptedLogGroupArgs, parent: Resource): cloudwatch.LogGroup {
  const { groupName, title, retentionDays, ...keyArgs } = args;
  const { account, cluster, protect } = keyArgs;
  const use = [useByLogs(account, regionalArn(account, "logs", `log-group:${groupName}`))];
  const key = new EncryptionKey(`${name}-key`, { ...keyArgs, use }, { parent });
  return new cloudwatch.LogGroup(
    name,
    { name: groupName, kmsKeyId: key.arn, retentionInDays: retentionDays, tags: resourceTags(cluster, title) },
    { parent, protect, retainOnDelete: protect },
  );
}
