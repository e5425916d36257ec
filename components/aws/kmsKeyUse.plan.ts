import type { AwsAccount } from "./account";
import { viaService } from "./kmsViaService.plan";
import type { PolicyStatement } from "./encryptionKey";

/**
 * Statements of a key policy: whoever the account's IAM policies allow may use the key, but only through one AWS service.
 * Holding the ciphertext is then not enough; one must also be allowed to reach the object, parameter or volume.
 */
export function useThrough(
  account: AwsAccount,
  service: "ec2" | "s3" | "ssm",
  actions: readonly string[],
): PolicyStatement {
  return {
    Sid: `UseThrough${service.toUpperCase()}`,
    Effect: "Allow",
    Principal: { AWS: account.rootArn },
    Action: actions,
    Resource: "*",
    Condition: {
      StringEquals: { "kms:ViaService": viaService(account.region, service), "kms:CallerAccount": account.id },
    },
  };
}

/** Statement of a key policy: CloudWatch Logs encrypts and decrypts one log group with the key. */
export function useByLogs(account: AwsAccount, groupArn: AwsAccount["rootArn"]): PolicyStatement {
  return {
    Sid: "UseByCloudWatchLogs",
    Effect: "Allow",
    Principal: { Service: `logs.${account.region}.amazonaws.com` },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: "*",
    Condition: { ArnEquals: { "kms:EncryptionContext:aws:logs:arn": groupArn } },
  };
}
