import { aws } from "../../../policies/model/types";
import { resource } from "../fixtures";
import type { Cases, Inputs } from "../fixtures";

const { bucket, bucketPublicAccessBlock, bucketAcl, bucketLifecycle } = aws;
const part = (type: string, inputs: Inputs = {}) => resource(type, inputs, { of: { bucket: ["Bucket"] } });
const closed = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const policy = (statement: object) => part(aws.bucketPolicy, { policy: JSON.stringify({ Statement: [statement] }) });
const refusal = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

/** Public OIDC discovery documents. */
const documents = ["arn:aws:s3:::issuer/.well-known/openid-configuration", "arn:aws:s3:::issuer/openid/v1/jwks"];
const publication = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: documents };
const readable = { ...closed, blockPublicPolicy: false, restrictPublicBuckets: false };

export const storageCases: Cases = {
  "buckets-encrypted": [
    [[resource(bucket), part(aws.bucketEncryption)], resource(bucket), /declares no encryption/],
    [
      [resource(bucket, { bucket: "files" }), resource(aws.bucketEncryption, { bucket: "files" })],
      [resource(bucket, { bucket: "files" }), resource(aws.bucketEncryption, { bucket: "others" })],
      /declares no encryption/,
    ],
  ],
  "buckets-block-public-access": [
    [[resource(bucket), part(bucketPublicAccessBlock, closed)], resource(bucket), /no BucketPublicAccessBlock/],
    [
      [resource(bucket), part(bucketPublicAccessBlock, closed)],
      [resource(bucket), part(bucketPublicAccessBlock, { ...closed, blockPublicPolicy: false })],
      /blockPublicPolicy is not true/,
    ],
    [
      [resource(bucket), part(bucketPublicAccessBlock, readable), policy(publication)],
      [resource(bucket), part(bucketPublicAccessBlock, readable), policy({ ...publication, Action: "s3:*" })],
      /blockPublicPolicy, restrictPublicBuckets are not true/,
    ],
    [
      [resource(bucket), part(bucketPublicAccessBlock, closed), policy(refusal)],
      [resource(bucket), part(bucketPublicAccessBlock, readable), policy(refusal)],
      /are not true/,
    ],
    [
      [resource(bucket), part(bucketPublicAccessBlock, readable), policy({ ...publication, Resource: documents[1] })],
      [
        resource(bucket),
        part(bucketPublicAccessBlock, readable),
        policy({ ...publication, Resource: "arn:aws:s3:::issuer/*" }),
      ],
      /are not true/,
    ],
    [
      [resource(bucket), part(bucketPublicAccessBlock, readable), policy(publication)],
      [resource(bucket), part(bucketPublicAccessBlock, { ...readable, ignorePublicAcls: false }), policy(publication)],
      /ignorePublicAcls/,
    ],
  ],
  "no-public-bucket-acls": [
    [resource(bucket), resource(bucket, { acl: "public-read" }), /acl is public-read/],
    [
      resource(bucketAcl, { acl: "private" }),
      resource(bucketAcl, { acl: "public-read-write" }),
      /acl is public-read-write/,
    ],
  ],
  "buckets-tls-only": [
    [
      [resource(bucket), policy(refusal)],
      [resource(bucket), policy({ ...refusal, Condition: {} })],
      /denies plain HTTP/,
    ],
  ],
  "buckets-versioned": [
    [
      [resource(bucket), part(aws.bucketVersioning, { versioningConfiguration: { status: "Enabled" } })],
      [resource(bucket), part(aws.bucketVersioning, { versioningConfiguration: { status: "Suspended" } })],
      /Versioning is not enabled/,
    ],
    [resource(bucket, { versioning: { enabled: true } }), resource(bucket), /Versioning is not enabled/],
  ],
  "buckets-have-lifecycle": [
    [
      [
        resource(bucket),
        part(bucketLifecycle, { rules: [{ status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } }] }),
      ],
      [resource(bucket), part(bucketLifecycle, { rules: [{ status: "Enabled", expiration: { days: 30 } }] })],
      /never expire/,
    ],
    [
      resource(bucket, { lifecycleRules: [{ enabled: true, noncurrentVersionExpiration: { days: 30 } }] }),
      [resource(bucket), part(bucketLifecycle, { rules: [{ status: "Disabled" }] })],
      /no lifecycle/,
    ],
  ],
  "buckets-log-access": [[[resource(bucket), part(aws.bucketLogging)], resource(bucket), /does not log access/]],
};
