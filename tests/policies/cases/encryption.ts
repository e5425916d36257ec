import { aws } from "../../../policies/model/types";
import { resource } from "../fixtures";
import type { Cases } from "../fixtures";

const { volume, fileSystem, instance, launchTemplate, bucket, bucketEncryption, parameter, key } = aws;
const mapped = (ebs: object) => resource(launchTemplate, { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }] });
const kms = "arn:aws:kms:eu-west-1:123456789012:key/1";
const ofBucket = { of: { bucket: ["Bucket"] } };
const sse = (applied: object) =>
  resource(bucketEncryption, { rules: [{ applyServerSideEncryptionByDefault: applied }] }, ofBucket);

const published = (key: string) => {
  const Statement = [
    { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::issuer/${key}` },
  ];
  return resource(aws.bucketPolicy, { policy: JSON.stringify({ Statement }) }, ofBucket);
};

export const encryptionCases: Cases = {
  "disks-encrypted": [
    [resource(volume, { encrypted: true }), resource(volume), /encrypted is not true/],
    [resource(fileSystem, { encrypted: true }), resource(fileSystem, { encrypted: false }), /encrypted is not true/],
    [resource(instance, { rootBlockDevice: { encrypted: true } }), resource(instance), /rootBlockDevice is missing/],
    [
      resource(instance, { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ encrypted: true }] }),
      resource(instance, { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdf" }] }),
      /ebsBlockDevices\[0\]\.encrypted is not true/,
    ],
    [mapped({ encrypted: "true" }), mapped({ volumeSize: 20 }), /blockDeviceMappings\[0\]\.ebs\.encrypted is not true/],
    [mapped({ encrypted: true }), resource(launchTemplate), /has no disk/],
  ],
  "disks-customer-key": [
    [
      resource(volume, { encrypted: true, kmsKeyId: kms }),
      resource(volume, { encrypted: true }),
      /kmsKeyId is missing/,
    ],
    [
      resource(fileSystem, { encrypted: true, kmsKeyId: kms }),
      resource(fileSystem, { encrypted: true }),
      /kmsKeyId is missing/,
    ],
    [
      resource(instance, { rootBlockDevice: { encrypted: true, kmsKeyId: kms } }),
      resource(instance, { rootBlockDevice: { encrypted: true } }),
      /rootBlockDevice\.kmsKeyId is missing/,
    ],
    [mapped({ encrypted: "true", kmsKeyId: kms }), mapped({ encrypted: "true" }), /ebs\.kmsKeyId is missing/],
  ],
  "buckets-customer-key": [
    [
      [resource(bucket), sse({ sseAlgorithm: "aws:kms", kmsMasterKeyId: kms })],
      [resource(bucket), sse({ sseAlgorithm: "AES256" })],
      /S3 managed key/,
    ],
    [
      [resource(bucket), resource(aws.bucketLogging, {}, { of: { targetBucket: ["Bucket"] } })],
      resource(bucket),
      /declares no encryption/,
    ],
    [
      [resource(bucket), sse({ sseAlgorithm: "AES256" }), published("openid/v1/jwks")],
      [resource(bucket), sse({ sseAlgorithm: "AES256" }), published("*")],
      /S3 managed key/,
    ],
  ],
  "queues-encrypted": [[resource(aws.queue, { sqsManagedSseEnabled: true }), resource(aws.queue), /Neither/]],
  "topics-encrypted": [
    [resource(aws.topic, { kmsMasterKeyId: kms }), resource(aws.topic), /kmsMasterKeyId is missing/],
  ],
  "logs-customer-key": [[resource(aws.logGroup, { kmsKeyId: kms }), resource(aws.logGroup), /kmsKeyId is missing/]],
  "no-secrets-in-plain-parameters": [
    [
      resource(parameter, { type: "SecureString", name: "/app/db-password", value: "correcthorse" }),
      resource(parameter, { type: "String", name: "/app/db-password", value: "x" }),
      /suggests a secret/,
    ],
    [
      resource(parameter, { type: "String", name: "/app/url", value: "https://api.example.org" }),
      resource(parameter, { type: "String", name: "/app/url", value: "https://me:hunter22@api.example.org" }),
      /a password in a URL/,
    ],
  ],
  "parameters-customer-key": [
    [
      resource(parameter, { type: "SecureString", keyId: kms }),
      resource(parameter, { type: "SecureString" }),
      /keyId is missing/,
    ],
  ],
  "kms-key-rotation": [
    [resource(key, { enableKeyRotation: true }), resource(key), /enableKeyRotation is not true/],
    [
      resource(key, { customerMasterKeySpec: "RSA_4096", keyUsage: "SIGN_VERIFY" }),
      resource(key, { enableKeyRotation: false }),
      /enableKeyRotation is not true/,
    ],
  ],
  "kms-key-deletion-window": [[resource(key), resource(key, { deletionWindowInDays: 7 }), /deletionWindowInDays is 7/]],
};
