import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import { PrivateBucket } from "../../aws/privateBucket";
import { resourceTags } from "../../aws/tags.plan";
import { discovery, discoveryKey, keySet, keySetKey, stsAudience } from "./jwks.plan";

export interface IssuerArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Public keys that check tokens of service accounts, in PEM: several while they are rotated. */
  readonly publicKeys: readonly pulumi.Input<string>[];
  /** Bucket that gets a line for each access. */
  readonly accessLogsBucket: pulumi.Input<string>;
  /** The bucket outlives the stack: its name is in every token. */
  readonly protect: boolean;
}

/** Where tokens of service accounts are checked, and what IAM knows of it. */
export interface IssuerIdentity {
  /** `iss` of the tokens, without a trailing slash. */
  readonly url: pulumi.Input<string>;
  /** ARN of IAM's OpenID Connect provider. */
  readonly providerArn: pulumi.Input<string>;
}

/**
 * The cluster as an issuer of identities that AWS trusts: what checks tokens of service accounts stands in a bucket that
 * anybody can read these two documents from, because AWS asks without credentials. The API server itself stays private.
 */
export class Issuer extends pulumi.ComponentResource implements IssuerIdentity {
  readonly url: pulumi.Output<string>;
  readonly providerArn: pulumi.Output<string>;

  constructor(name: string, args: IssuerArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Issuer", name, {}, options);
    const { cluster, protect } = args;
    const tags = resourceTags(cluster, `${cluster}-issuer`);
    const bucket = new PrivateBucket(
      `${name}-documents`,
      {
        cluster,
        purpose: "issuer",
        accessLogs: { bucket: args.accessLogsBucket, prefix: "issuer/" },
        recoverableDays: 30,
        onDestroy: protect ? "keep" : "empty",
        anybodyMayRead: [discoveryKey, keySetKey],
      },
      { parent: this },
    );
    this.url = pulumi.interpolate`https://${bucket.domainName}`;

    const documents = render(this.url, args.publicKeys);
    const published = Object.entries({ [discoveryKey]: documents.discovery, [keySetKey]: documents.keySet }).map(
      ([key, content]) =>
        new s3.BucketObjectv2(
          `${name}-${key.split("/").at(-1) ?? key}`,
          {
            bucket: bucket.bucketName,
            key,
            content,
            contentType: "application/json",
            // A new key is looked for soon, while the old one still signs.
            cacheControl: "public, max-age=300",
            tags,
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

/** The one place where keys and the bucket's name become text. */
function render(url: pulumi.Output<string>, publicKeys: readonly pulumi.Input<string>[]) {
  const known = pulumi.all([url, pulumi.all([...publicKeys])]);
  return {
    discovery: known.apply(([issuer, keys]) => discovery(issuer, keys)),
    keySet: known.apply(([, keys]) => keySet(keys)),
  };
}
