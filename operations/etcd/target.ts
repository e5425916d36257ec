/** Which cluster is meant, where its backups are, and who speaks to AWS. */

import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";

import type { ClusterSpec } from "../../components/clusterSpec";
import { readClusterSpec, readStackOutput } from "../stack";

export { stackFile } from "../stack";

/** A cluster that is operated on. */
export interface Target {
  readonly stack: string;
  readonly spec: ClusterSpec;
  /** Bucket of its backups. */
  readonly bucket: string;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
  readonly cloudwatch: CloudWatchClient;
}

/**
 * The cluster of a stack; `bucket` is asked of the stack's outputs where it is not given. Honours AWS_PROFILE, AWS_ENDPOINT_URL
 * and all else that AWS' own tools do.
 * @throws Error when there is no such stack, its settings are wrong, or nobody knows the bucket.
 */
export function resolveTarget(stack: string, bucket: string | undefined): Target {
  const spec = readClusterSpec(stack);
  const settings = {
    region: spec.region,
    // What stands in place of AWS has one name for all buckets.
    ...(process.env.AWS_ENDPOINT_URL !== undefined && { forcePathStyle: true }),
  };
  return {
    stack,
    spec,
    bucket: bucket ?? readStackOutput(stack, "backupsBucket", "name the bucket with --bucket"),
    s3: new S3Client(settings),
    ssm: new SSMClient({ region: spec.region }),
    cloudwatch: new CloudWatchClient({ region: spec.region }),
  };
}
