import * as cloudfront from "@pulumi/aws/cloudfront";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../../aws/awsAccount";
import type { PolicyStatement } from "../../aws/policyStatement";
import { resourceTags } from "../../aws/tags.plan";

/**
 * AWS's managed cache policy CachingOptimized: keeps to Cache-Control, ignores cookies and query strings (CloudFront developer
 * guide, "Use managed cache policies").
 */
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";

export interface IssuerDistributionArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Host name of the bucket's objects. */
  readonly origin: pulumi.Input<string>;
  /** Retains the distribution when the stack is destroyed: every token contains its name. */
  readonly keep: boolean;
}

/** CloudFront distribution that serves a private bucket over HTTPS, with requests that it signs itself (origin access control). */
export function createIssuerDistribution(
  name: string,
  { cluster, origin, keep }: IssuerDistributionArgs,
  parent: pulumi.Resource,
): cloudfront.Distribution {
  const kept = { parent, protect: keep, retainOnDelete: keep };
  const access = new cloudfront.OriginAccessControl(
    `${name}-access`,
    {
      description: `Documents of the ServiceAccount issuer of ${cluster}`,
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    },
    kept,
  );
  const methods = ["GET", "HEAD"];
  return new cloudfront.Distribution(
    name,
    {
      enabled: true,
      comment: `ServiceAccount issuer of ${cluster}`,
      isIpv6Enabled: true,
      origins: [{ originId: "documents", domainName: origin, originAccessControlId: access.id }],
      defaultCacheBehavior: {
        targetOriginId: "documents",
        viewerProtocolPolicy: "https-only",
        allowedMethods: methods,
        cachedMethods: methods,
        cachePolicyId: cachingOptimized,
      },
      restrictions: { geoRestriction: { restrictionType: "none" } },
      // The distribution's own name is the issuer: no other domain, and therefore no certificate of the user's.
      viewerCertificate: { cloudfrontDefaultCertificate: true },
      tags: resourceTags(cluster, `${cluster}-issuer`),
    },
    kept,
  );
}

/**
 * Statement of the bucket policy: CloudFront reads these objects for distributions of the account. The distribution needs the
 * bucket, so that the policy cannot name it; the documents are public anyway.
 */
export function allowDistributions(
  { id, partition }: AwsAccount,
  bucketArn: pulumi.Output<string>,
  keys: readonly string[],
): PolicyStatement {
  return {
    Sid: "CloudFrontRead",
    Effect: "Allow",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: "s3:GetObject",
    Resource: keys.map((key) => pulumi.interpolate`${bucketArn}/${key}`),
    Condition: { ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:${partition}:cloudfront::${id}:distribution/*` } },
  };
}
