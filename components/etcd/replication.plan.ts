/** IAM policy of the role with which S3 copies backups to another region. */

import { clusterPrefix } from "./backupTiers.plan";
import { bucketContext } from "../machines/iamStatements.plan";
import type { IamPolicy } from "../machines/iamStatements.plan";

/** Bucket, and the KMS key of its objects. */
export interface ReplicationEnd {
  readonly region: string;
  readonly bucketArn: string;
  readonly keyArn: string;
}

/** S3 sets no source ARN when it assumes a replication role: a condition on one would never match. */
export const replicationTrustPolicy = {
  Version: "2012-10-17",
  Statement: [
    { Sid: "AssumeByS3", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
} as const;

/** Read access to the cluster's prefix in the source, write access in the target; no deletion in either. */
export function replicationPolicy(
  cluster: string,
  { from, to }: { readonly from: ReplicationEnd; readonly to: ReplicationEnd },
): IamPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ReadReplicationSource",
        Effect: "Allow",
        Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        Resource: [from.bucketArn],
      },
      {
        Sid: "ReadObjectVersions",
        Effect: "Allow",
        Action: [
          "s3:GetObjectLegalHold",
          "s3:GetObjectRetention",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTagging",
        ],
        Resource: [`${from.bucketArn}/${clusterPrefix(cluster)}*`],
      },
      {
        Sid: "DecryptSource",
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: [from.keyArn],
        Condition: bucketContext(from.region, from.bucketArn),
      },
      {
        Sid: "WriteReplicas",
        Effect: "Allow",
        Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
        Resource: [`${to.bucketArn}/${clusterPrefix(cluster)}*`],
      },
      {
        Sid: "EncryptReplicas",
        Effect: "Allow",
        Action: ["kms:Encrypt", "kms:GenerateDataKey"],
        Resource: [to.keyArn],
        Condition: bucketContext(to.region, to.bucketArn),
      },
    ],
  };
}
