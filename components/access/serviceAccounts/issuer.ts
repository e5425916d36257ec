import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../../aws/awsAccount";
import { PrivateBucket } from "../../aws/privateBucket";
import { resourceTags, withoutDefaultTags } from "../../aws/tags.plan";
import { allowDistributions, createIssuerDistribution } from "./issuerDistribution";
import type { ServiceAccountIssuer } from "./settings";
import { discovery, discoveryKey, keySet, keySetKey, stsAudience } from "./jwks.plan";

export interface IssuerArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  readonly host: ServiceAccountIssuer;
  /** Public keys that verify ServiceAccount tokens, in PEM; several during a rotation. */
  readonly publicKeys: readonly pulumi.Input<string>[];
  /** Bucket for server access logs. */
  readonly accessLogsBucket: pulumi.Input<string>;
  /** Retains the bucket when the stack is destroyed: every token contains its name. */
  readonly protect: boolean;
}

/** Issuer of ServiceAccount tokens, and its OpenID Connect provider in IAM. */
export interface IssuerIdentity {
  /** `iss` of the tokens, without a trailing slash. */
  readonly url: pulumi.Input<string>;
  /** ARN of the OpenID Connect provider. */
  readonly providerArn: pulumi.Input<string>;
}

/**
 * OpenID Connect issuer that AWS trusts. A bucket, or a CloudFront distribution in front of it, serves the discovery document and
 * the key set to the public, because AWS fetches them without credentials; the API server stays private.
 */
export class Issuer extends pulumi.ComponentResource implements IssuerIdentity {
  readonly url: pulumi.Output<string>;
  readonly providerArn: pulumi.Output<string>;

  constructor(name: string, args: IssuerArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Issuer", name, {}, options);
    const { cluster, awsAccount, host, protect } = args;
    const keys = [discoveryKey, keySetKey];
    const tags = resourceTags(cluster, `${cluster}-issuer`);
    const bucket = new PrivateBucket(
      `${name}-documents`,
      {
        cluster,
        purpose: "issuer",
        accessLogs: { bucket: args.accessLogsBucket, prefix: "issuer/" },
        recoverableDays: 30,
        onDestroy: protect ? "keep" : "empty",
        ...(host === "s3"
          ? { publicObjects: keys }
          : { statements: (bucketArn) => [allowDistributions(awsAccount, bucketArn, keys)] }),
      },
      { parent: this },
    );
    const distribution =
      host === "cloudfront"
        ? createIssuerDistribution(`${name}-cdn`, { cluster, origin: bucket.domainName, keep: protect }, this)
        : undefined;
    this.url = pulumi.interpolate`https://${distribution?.domainName ?? bucket.domainName}`;

    const documents = renderDocuments(this.url, args.publicKeys);
    const published = Object.entries({ [discoveryKey]: documents.discovery, [keySetKey]: documents.keySet }).map(
      ([key, content]) =>
        new s3.BucketObjectv2(
          `${name}-${key.split("/").at(-1) ?? key}`,
          {
            bucket: bucket.bucketName,
            key,
            content,
            contentType: "application/json",
            // Clients must fetch a new key before the API servers sign with it.
            cacheControl: "public, max-age=300",
            tags,
            ...withoutDefaultTags,
          },
          { parent: this, dependsOn: [bucket] },
        ),
    );
    const provider = new iam.OpenIdConnectProvider(
      `${name}-provider`,
      { url: this.url, clientIdLists: [stsAudience], tags },
      { parent: this, dependsOn: published },
    );
    this.providerArn = provider.arn;
    this.registerOutputs({ url: this.url, providerArn: this.providerArn });
  }
}

function renderDocuments(url: pulumi.Output<string>, publicKeys: readonly pulumi.Input<string>[]) {
  const known = pulumi.all([url, pulumi.all([...publicKeys])]);
  return {
    discovery: known.apply(([issuer, keys]) => discovery(issuer, keys)),
    keySet: known.apply(([, keys]) => keySet(keys)),
  };
}
