import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "./account";
import { PrivateBucket } from "./privateBucket";

/** How long a line about an access is kept: a year, the shortest that common audit standards ask for. */
const retentionDays = 365;

export interface AccessLogsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly account: AwsAccount;
  /** The logs outlive the stack. */
  readonly protect: boolean;
}

/**
 * Who read and wrote the cluster's buckets, line by line. S3 delivers these logs only into a bucket encrypted with its own
 * key, and logging a log's own deliveries would never end: hence neither here.
 */
export class AccessLogs extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: AccessLogsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AccessLogs", name, {}, options);

    const bucket = new PrivateBucket(
      name,
      {
        cluster: args.cluster,
        purpose: "access-logs",
        expire: [{ days: retentionDays }],
        recoverableDays: 30,
        onDestroy: args.protect ? "keep" : "empty",
        statements: (arn) => [
          {
            Sid: "DeliverByS3",
            Effect: "Allow",
            Principal: { Service: "logging.s3.amazonaws.com" },
            Action: "s3:PutObject",
            Resource: pulumi.interpolate`${arn}/*`,
            Condition: { StringEquals: { "aws:SourceAccount": args.account.id } },
          },
        ],
      },
      { parent: this },
    );

    this.bucketName = bucket.bucketName;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}
