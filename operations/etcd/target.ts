/** Which cluster is meant, where its backups are, and who speaks to AWS. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { parse } from "yaml";

import type { ClusterSpec } from "../../components/clusterSpec";
import { formatProblems, parseSettings } from "../../stacks/settings";

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

/** Path of a stack's file. */
export const stackFile = (stack: string): string => join(__dirname, "../../stacks", `Pulumi.${stack}.yaml`);

/**
 * The cluster of a stack; `bucket` is asked of the stack's outputs where it is not given. Honours AWS_PROFILE, AWS_ENDPOINT_URL
 * and all else that AWS' own tools do.
 * @throws Error when there is no such stack, its settings are wrong, or nobody knows the bucket.
 */
export function targetOf(stack: string, bucket: string | undefined): Target {
  const spec = specOf(stack);
  const settings = {
    region: spec.region,
    // What stands in place of AWS has one name for all buckets.
    ...(process.env.AWS_ENDPOINT_URL !== undefined && { forcePathStyle: true }),
  };
  return {
    stack,
    spec,
    bucket: bucket ?? bucketOf(stack),
    s3: new S3Client(settings),
    ssm: new SSMClient({ region: spec.region }),
    cloudwatch: new CloudWatchClient({ region: spec.region }),
  };
}

/**
 * The cluster that a stack's file describes.
 * @throws Error when there is no such stack, or its settings are wrong.
 */
export function specOf(stack: string): ClusterSpec {
  let text: string;
  try {
    text = readFileSync(stackFile(stack), "utf8");
  } catch (error) {
    throw new Error(`there is no stacks/Pulumi.${stack}.yaml`, { cause: error });
  }
  const { config = {} } = parse(text) as { config?: Record<string, unknown> };
  const parsed = parseSettings(config);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return parsed.spec;
}

function bucketOf(stack: string): string {
  try {
    const found = execFileSync("pulumi", ["stack", "output", "backupsBucket", "--stack", stack], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return found.trim();
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: string };
    const why = code === "ENOENT" ? "there is no Pulumi CLI here" : (stderr ?? String(error)).trim();
    throw new Error(`the stack's output backupsBucket cannot be read (${why}); name the bucket with --bucket`, {
      cause: error,
    });
  }
}
