import { aws } from "../../../policies/model/types";
import { on } from "../scene";
import type { Cases, Inputs } from "../scene";

const { bucket, bucketPublicAccessBlock, bucketAcl, bucketLifecycle } = aws;
const part = (type: string, inputs: Inputs = {}) => on(type, inputs, { of: { bucket: ["Bucket"] } });
const closed = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const policy = (statement: object) => part(aws.bucketPolicy, { policy: JSON.stringify({ Statement: [statement] }) });
const refusal = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

/** What an issuer of tokens publishes, and who may read it. */
const documents = ["arn:aws:s3:::issuer/.well-known/openid-configuration", "arn:aws:s3:::issuer/openid/v1/jwks"];
const publication = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: documents };
const readable = { ...closed, blockPublicPolicy: false, restrictPublicBuckets: false };

export const storageCases: Cases = {
  "buckets-encrypted": [
    { passes: [on(bucket), part(aws.bucketEncryption)], fails: [on(bucket)], says: /Nothing says/ },
    {
      passes: [on(bucket, { bucket: "files" }), on(aws.bucketEncryption, { bucket: "files" })],
      fails: [on(bucket, { bucket: "files" }), on(aws.bucketEncryption, { bucket: "others" })],
      says: /Nothing says/,
    },
  ],
  "buckets-block-public-access": [
    { passes: [on(bucket), part(bucketPublicAccessBlock, closed)], fails: [on(bucket)], says: /no block/ },
    {
      passes: [on(bucket), part(bucketPublicAccessBlock, closed)],
      fails: [on(bucket), part(bucketPublicAccessBlock, { ...closed, blockPublicPolicy: false })],
      says: /blockPublicPolicy is not true/,
    },
    {
      passes: [on(bucket), part(bucketPublicAccessBlock, readable), policy(publication)],
      fails: [on(bucket), part(bucketPublicAccessBlock, readable), policy({ ...publication, Action: "s3:*" })],
      says: /blockPublicPolicy, restrictPublicBuckets are not true/,
    },
    {
      passes: [on(bucket), part(bucketPublicAccessBlock, closed), policy(refusal)],
      fails: [on(bucket), part(bucketPublicAccessBlock, readable), policy(refusal)],
      says: /are not true/,
    },
    {
      passes: [on(bucket), part(bucketPublicAccessBlock, readable), policy({ ...publication, Resource: documents[1] })],
      fails: [
        on(bucket),
        part(bucketPublicAccessBlock, readable),
        policy({ ...publication, Resource: "arn:aws:s3:::issuer/*" }),
      ],
      says: /are not true/,
    },
    {
      passes: [on(bucket), part(bucketPublicAccessBlock, readable), policy(publication)],
      fails: [on(bucket), part(bucketPublicAccessBlock, { ...readable, ignorePublicAcls: false }), policy(publication)],
      says: /ignorePublicAcls/,
    },
  ],
  "buckets-without-public-acl": [
    { passes: [on(bucket)], fails: [on(bucket, { acl: "public-read" })], says: /acl is public-read/ },
    {
      passes: [on(bucketAcl, { acl: "private" })],
      fails: [on(bucketAcl, { acl: "public-read-write" })],
      says: /acl is public-read-write/,
    },
  ],
  "buckets-tls-only": [
    {
      passes: [on(bucket), policy(refusal)],
      fails: [on(bucket), policy({ ...refusal, Condition: {} })],
      says: /refuses plain HTTP/,
    },
  ],
  "buckets-versioned": [
    {
      passes: [on(bucket), part(aws.bucketVersioning, { versioningConfiguration: { status: "Enabled" } })],
      fails: [on(bucket), part(aws.bucketVersioning, { versioningConfiguration: { status: "Suspended" } })],
      says: /keeps no versions/,
    },
    { passes: [on(bucket, { versioning: { enabled: true } })], fails: [on(bucket)], says: /keeps no versions/ },
  ],
  "buckets-have-lifecycle": [
    {
      passes: [
        on(bucket),
        part(bucketLifecycle, { rules: [{ status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } }] }),
      ],
      fails: [on(bucket), part(bucketLifecycle, { rules: [{ status: "Enabled", expiration: { days: 30 } }] })],
      says: /kept for ever/,
    },
    {
      passes: [on(bucket, { lifecycleRules: [{ enabled: true, noncurrentVersionExpiration: { days: 30 } }] })],
      fails: [on(bucket), part(bucketLifecycle, { rules: [{ status: "Disabled" }] })],
      says: /no lifecycle/,
    },
  ],
  "buckets-log-access": [
    { passes: [on(bucket), part(aws.bucketLogging)], fails: [on(bucket)], says: /logs no access/ },
  ],
};
