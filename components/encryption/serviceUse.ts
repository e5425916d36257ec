import type { AwsAccount } from "../account/account";
import { viaService } from "../account/viaService";
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
