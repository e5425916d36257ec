/** Cluster that an etcd command acts on, its backups bucket, and AWS clients for it. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";

import type { ClusterSpec } from "../../components/clusterSpec";
import { readClusterSpec, readStackOutput } from "../stack";

export interface Target {
  readonly stack: string;
  readonly spec: ClusterSpec;
  /** Name of the backups bucket. */
  readonly bucket: string;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
  readonly cloudwatch: CloudWatchClient;
}

/**
 * Resolves a stack. AWS_PROFILE, AWS_ENDPOINT_URL and the other variables of the AWS CLI apply.
 * @param bucket default: output `backupsBucket` of the stack.
 * @throws Error if the stack does not exist, its settings are invalid, or the bucket is unknown.
 */
export function resolveTarget(stack: string, bucket: string | undefined): Target {
  const spec = readClusterSpec(stack);
  const { region } = spec;
  // An emulator of AWS serves all buckets under one host name.
  const forcePathStyle = process.env.AWS_ENDPOINT_URL !== undefined;
  return {
    stack,
    spec,
    bucket: bucket ?? readStackOutput(stack, "backupsBucket", "specify the bucket with --bucket"),
    s3: new S3Client({ region, forcePathStyle }),
    ssm: new SSMClient({ region }),
    cloudwatch: new CloudWatchClient({ region }),
  };
}
