/** IAM policy of the role with which S3 copies backups to another region. */

import { clusterPrefix } from "./backupTiers.plan";
import { allow, bucketContext } from "../machines/iamStatements.plan";
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
  const readVersions = [
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
  ];
  const objects = ({ bucketArn }: ReplicationEnd) => [`${bucketArn}/${clusterPrefix(cluster)}*`];
  const throughS3 = ({ region, bucketArn }: ReplicationEnd) => bucketContext(region, bucketArn);
  return {
    Version: "2012-10-17",
    Statement: [
      allow("ReadReplicationSource", ["s3:GetReplicationConfiguration", "s3:ListBucket"], [from.bucketArn]),
      allow("ReadObjectVersions", readVersions, objects(from)),
      allow("DecryptSource", ["kms:Decrypt"], [from.keyArn], throughS3(from)),
      allow("WriteReplicas", ["s3:ReplicateObject", "s3:ReplicateTags"], objects(to)),
      allow("EncryptReplicas", ["kms:Encrypt", "kms:GenerateDataKey"], [to.keyArn], throughS3(to)),
    ],
  };
}
