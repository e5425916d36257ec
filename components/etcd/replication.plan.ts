/** What S3 may do in order to copy backups to another region. */

import { bucketContext } from "../machines/iamStatements.plan";
import type { IamPolicy } from "../machines/iamStatements.plan";

/** A bucket, and the key that its objects are encrypted under. */
export interface ReplicationEnd {
  readonly region: string;
  readonly bucketArn: string;
  readonly keyArn: string;
}

/** The role is taken by S3 alone. S3 names no bucket when it takes a role to copy: a condition on one would never be met. */
export const trustOfReplication = {
  Version: "2012-10-17",
  Statement: [
    { Sid: "TakenByS3", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
} as const;

/** Reads what is below the cluster's prefix here, and writes it there; deletes nothing in either place. */
export function replicationPolicy(
  cluster: string,
  { from, to }: { readonly from: ReplicationEnd; readonly to: ReplicationEnd },
): IamPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "SeeWhatToCopy",
        Effect: "Allow",
        Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        Resource: [from.bucketArn],
      },
      {
        Sid: "ReadVersions",
        Effect: "Allow",
        Action: [
          "s3:GetObjectLegalHold",
          "s3:GetObjectRetention",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTagging",
        ],
        Resource: [`${from.bucketArn}/${cluster}/*`],
      },
      {
        Sid: "DecryptVersions",
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: [from.keyArn],
        Condition: bucketContext(from.region, from.bucketArn),
      },
      {
        Sid: "WriteCopies",
        Effect: "Allow",
        Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
        Resource: [`${to.bucketArn}/${cluster}/*`],
      },
      {
        Sid: "EncryptCopies",
        Effect: "Allow",
        Action: ["kms:Encrypt", "kms:GenerateDataKey"],
        Resource: [to.keyArn],
        Condition: bucketContext(to.region, to.bucketArn),
      },
    ],
  };
}
