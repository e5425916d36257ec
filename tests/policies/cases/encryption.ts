import { aws } from "../../../policies/model/types";
import { on } from "../scene";
import type { Cases } from "../scene";

const { volume, fileSystem, instance, launchTemplate, bucket, bucketEncryption, parameter, key } = aws;
const mapped = (ebs: object) => on(launchTemplate, { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }] });
const kms = "arn:aws:kms:eu-west-1:123456789012:key/1";
const ofBucket = { of: { bucket: ["Bucket"] } };
const sse = (applied: object) =>
  on(bucketEncryption, { rules: [{ applyServerSideEncryptionByDefault: applied }] }, ofBucket);

const published = (key: string) => {
  const Statement = [
    { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::issuer/${key}` },
  ];
  return on(aws.bucketPolicy, { policy: JSON.stringify({ Statement }) }, ofBucket);
};

export const encryptionCases: Cases = {
  "disks-encrypted": [
    { passes: [on(volume, { encrypted: true })], fails: [on(volume, {})], says: /encrypted is not true/ },
    {
      passes: [on(fileSystem, { encrypted: true })],
      fails: [on(fileSystem, { encrypted: false })],
      says: /encrypted is not true/,
    },
    {
      passes: [on(instance, { rootBlockDevice: { encrypted: true } })],
      fails: [on(instance, {})],
      says: /rootBlockDevice is missing/,
    },
    {
      passes: [on(instance, { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ encrypted: true }] })],
      fails: [on(instance, { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdf" }] })],
      says: /ebsBlockDevices\[0\]\.encrypted is not true/,
    },
    {
      passes: [mapped({ encrypted: "true" })],
      fails: [mapped({ volumeSize: 20 })],
      says: /blockDeviceMappings\[0\]\.ebs\.encrypted is not true/,
    },
    { passes: [mapped({ encrypted: true })], fails: [on(launchTemplate, {})], says: /has no disk/ },
  ],
  "disks-customer-key": [
    {
      passes: [on(volume, { encrypted: true, kmsKeyId: kms })],
      fails: [on(volume, { encrypted: true })],
      says: /kmsKeyId is missing/,
    },
    {
      passes: [on(fileSystem, { encrypted: true, kmsKeyId: kms })],
      fails: [on(fileSystem, { encrypted: true })],
      says: /kmsKeyId is missing/,
    },
    {
      passes: [on(instance, { rootBlockDevice: { encrypted: true, kmsKeyId: kms } })],
      fails: [on(instance, { rootBlockDevice: { encrypted: true } })],
      says: /rootBlockDevice\.kmsKeyId is missing/,
    },
    {
      passes: [mapped({ encrypted: "true", kmsKeyId: kms })],
      fails: [mapped({ encrypted: "true" })],
      says: /ebs\.kmsKeyId is missing/,
    },
  ],
  "buckets-customer-key": [
    {
      passes: [on(bucket), sse({ sseAlgorithm: "aws:kms", kmsMasterKeyId: kms })],
      fails: [on(bucket), sse({ sseAlgorithm: "AES256" })],
      says: /S3's own key/,
    },
    {
      passes: [on(bucket), on(aws.bucketLogging, {}, { of: { targetBucket: ["Bucket"] } })],
      fails: [on(bucket)],
      says: /Nothing says/,
    },
    {
      passes: [on(bucket), sse({ sseAlgorithm: "AES256" }), published("openid/v1/jwks")],
      fails: [on(bucket), sse({ sseAlgorithm: "AES256" }), published("*")],
      says: /S3's own key/,
    },
  ],
  "queues-encrypted": [
    { passes: [on(aws.queue, { sqsManagedSseEnabled: true })], fails: [on(aws.queue, {})], says: /Neither/ },
  ],
  "topics-encrypted": [
    { passes: [on(aws.topic, { kmsMasterKeyId: kms })], fails: [on(aws.topic, {})], says: /kmsMasterKeyId is missing/ },
  ],
  "logs-customer-key": [
    { passes: [on(aws.logGroup, { kmsKeyId: kms })], fails: [on(aws.logGroup, {})], says: /kmsKeyId is missing/ },
  ],
  "no-secrets-in-plain-parameters": [
    {
      passes: [on(parameter, { type: "SecureString", name: "/app/db-password", value: "correcthorse" })],
      fails: [on(parameter, { type: "String", name: "/app/db-password", value: "x" })],
      says: /named like a secret/,
    },
    {
      passes: [on(parameter, { type: "String", name: "/app/url", value: "https://api.example.org" })],
      fails: [on(parameter, { type: "String", name: "/app/url", value: "https://me:hunter22@api.example.org" })],
      says: /a password in a URL/,
    },
  ],
  "parameters-customer-key": [
    {
      passes: [on(parameter, { type: "SecureString", keyId: kms })],
      fails: [on(parameter, { type: "SecureString" })],
      says: /keyId is missing/,
    },
  ],
  "keys-rotate": [
    { passes: [on(key, { enableKeyRotation: true })], fails: [on(key, {})], says: /enableKeyRotation is not true/ },
    {
      passes: [on(key, { customerMasterKeySpec: "RSA_4096", keyUsage: "SIGN_VERIFY" })],
      fails: [on(key, { enableKeyRotation: false })],
      says: /enableKeyRotation is not true/,
    },
  ],
  "keys-deleted-slowly": [
    { passes: [on(key, {})], fails: [on(key, { deletionWindowInDays: 7 })], says: /deletionWindowInDays is 7/ },
  ],
};
