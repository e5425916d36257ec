import type { AwsAccount } from "./awsAccount";
import { viaService } from "./kmsViaService.plan";
import type { PolicyStatement } from "./policyStatement";

const sids = { ec2: "UseThroughEC2", s3: "UseThroughS3" } as const;

/**
 * Key policy statement: principals whom the account's IAM policies allow use the key, but only through one AWS service.
 * Access to the ciphertext is then not enough; the principal also needs access to the object, parameter or volume.
 */
export function allowUseThrough(
  awsAccount: AwsAccount,
  service: keyof typeof sids,
  actions: readonly string[],
): PolicyStatement {
  return {
    Sid: sids[service],
    Effect: "Allow",
    Principal: { AWS: awsAccount.rootArn },
    Action: actions,
    Resource: "*",
    Condition: {
      StringEquals: { "kms:ViaService": viaService(awsAccount.region, service), "kms:CallerAccount": awsAccount.id },
    },
  };
}

/** Alias of a KMS key of the cluster. */
export function keyAlias(cluster: string, purpose: string): string {
  return `alias/holdfast-${cluster}-${purpose}`;
}
