import { partitionOf } from "../../aws/partition.plan";
import type { ClusterSpec } from "../../clusterSpec";
import type { Finding, SettingPath } from "../../settings/problems";
import { finding, regionPath } from "../../settings/problems";
import type { ServiceAccountIssuer } from "./settings";

/** S3 Block Public Access of an AWS account. */
export interface AccountPublicAccess {
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

const path: SettingPath = ["access", "serviceAccountIssuer"];

export function* checkServiceAccounts({ access, region }: ClusterSpec): Iterable<Finding> {
  if (access.serviceAccountIssuer !== "cloudfront" || partitionOf(region) === "aws") return;
  // AWS GovCloud has no CloudFront; in China, a distribution needs a domain of yours with an ICP filing.
  yield finding(path, `CloudFront cannot serve the documents in ${region}; write s3`, [regionPath]);
}

/** Conflict of the issuer's public bucket with the account. */
export function* checkPublicAccess(
  issuer: ServiceAccountIssuer,
  { blockPublicPolicy, restrictPublicBuckets }: AccountPublicAccess,
): Iterable<Finding> {
  if (issuer !== "s3" || !(blockPublicPolicy || restrictPublicBuckets)) return;
  const message =
    "S3 Block Public Access of the AWS account forbids the public objects of the issuer; write cloudfront for a new cluster, or disable blockPublicPolicy and restrictPublicBuckets for the account";
  yield { path, found: issuer, message };
}
