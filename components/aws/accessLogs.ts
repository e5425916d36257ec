import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "./awsAccount";
import { PrivateBucket } from "./privateBucket";

/** Retention of access log records: one year, the minimum in common audit standards. */
const retentionDays = 365;

export interface AccessLogsArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  /** Keeps the logs when the stack is destroyed. */
  readonly protect: boolean;
}

/**
 * Bucket of the S3 server access logs of the cluster's other buckets. S3 delivers these logs only into a bucket that is
 * encrypted with S3's own key, and a log bucket that logs its own deliveries grows forever: hence no KMS key and no logging.
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
            Sid: "DeliverAccessLogs",
            Effect: "Allow",
            Principal: { Service: "logging.s3.amazonaws.com" },
            Action: "s3:PutObject",
            Resource: pulumi.interpolate`${arn}/*`,
            Condition: { StringEquals: { "aws:SourceAccount": args.awsAccount.id } },
          },
        ],
      },
      { parent: this },
    );

    this.bucketName = bucket.bucketName;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}
