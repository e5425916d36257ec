import type { BucketArgs, BucketObjectv2Args, BucketPolicyArgs } from "@pulumi/aws/s3";

import { hexadecimal } from "../core/identifiers";
import { resolveReference } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import type { World } from "../core/world";
import { checkPolicy, statementsOf } from "../iam/policyDocument";
import { policySizeRule } from "../iam/rules";

/** Rule that a bucket name breaks (S3 user guide, "General purpose bucket naming rules"). */
function brokenNameRule(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return "between 3 and 63 characters";
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)) {
    return "lower-case letters, numbers, dots and hyphens, beginning and ending with a letter or number";
  }
  return /^(xn--|sthree-|amzn-s3-demo-)/.test(name) ? "no prefix that S3 reserves" : undefined;
}

const bucket = resourceType<BucketArgs>({
  token: "aws:s3/bucket:Bucket",
  replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
  autoName: { property: "bucket" },
  unique: (inputs) => ({
    key: toText(inputs.bucket),
    property: "bucket",
    code: "BucketAlreadyOwnedByYou",
    message: "Your previous request to create the named bucket succeeded and you already own it.",
  }),
  check(request) {
    const name = toText(request.inputs.bucket);
    const rule = brokenNameRule(name);
    if (rule !== undefined) {
      const message = `The specified bucket is not valid: ${name} must have ${rule}`;
      request.refuse("bucket", "InvalidBucketName", message);
    }
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, world }) => {
    const name = toText(inputs.bucket);
    return {
      id: name,
      outputs: {
        arn: `arn:${world.partition}:s3:::${name}`,
        bucketDomainName: `${name}.s3.${world.dnsSuffix}`,
        bucketRegionalDomainName: `${name}.s3.${world.region}.${world.dnsSuffix}`,
        forceDestroy: inputs.forceDestroy ?? false,
        hostedZoneId: "Z21DNDUVLTQW6Q",
        objectLockEnabled: inputs.objectLockEnabled ?? false,
        region: world.region,
      },
    };
  },
});

/** True for a statement that S3 calls public: it allows everyone, without a condition. */
function isPublic({ Effect, Principal, Condition }: Readonly<Record<string, unknown>>): boolean {
  const everyone = Principal === "*" || [(Principal as { AWS?: unknown } | undefined)?.AWS].flat().includes("*");
  return Effect === "Allow" && everyone && Condition === undefined;
}

/** A new bucket blocks all public access until its public access block says otherwise (S3, since April 2023). */
function blocksPublicPolicies(world: World, bucketName: string): boolean {
  const block = world.find("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", bucketName);
  return block === undefined || block.outputs.blockPublicPolicy === true;
}

const bucketPolicyRules: readonly Rule<BucketPolicyArgs>[] = [
  policySizeRule<BucketPolicyArgs>({
    id: "bucket-policy-size",
    sentence: "A bucket policy has at most 20 KB.",
    source: `${guides.s3}/userguide/add-bucket-policy.html`,
    max: 20_480,
    property: "policy",
    policy: ({ policy }) => policy,
  }),
  {
    id: "bucket-policy-not-public",
    sentence:
      "A bucket whose public access block has `blockPublicPolicy`, or that has no such block, has no public policy.",
    source: `${guides.s3}/userguide/access-control-block-public-access.html`,
    code: "AccessDenied",
    check({ inputs, world }, violated) {
      const exists = world.find("aws:s3/bucket:Bucket", "id", inputs.bucket) !== undefined;
      if (!exists || !blocksPublicPolicies(world, inputs.bucket)) return;
      statementsOf(inputs.policy).forEach((statement, index) => {
        if (!isPublic(statement)) return;
        const message =
          "Public policies are blocked by the BlockPublicPolicy block public access setting of the bucket";
        violated(`policy.Statement[${index}].Principal`, message);
      });
    },
  },
];

const bucketPolicy = resourceType<BucketPolicyArgs>({
  token: "aws:s3/bucketPolicy:BucketPolicy",
  rules: bucketPolicyRules,
  replaceOn: ["bucket"],
  unique: (inputs) => ({
    key: inputs.bucket,
    property: "bucket",
    code: "OperationAborted",
    message: "A conflicting policy is already set on this bucket",
  }),
  check(request) {
    const { inputs } = request;
    resolveReference(request, "bucket", inputs.bucket, "bucket");
    checkPolicy(request, "policy", inputs.policy, { kind: "resource", code: "MalformedPolicy" });
  },
  create: ({ inputs }) => ({ id: inputs.bucket, outputs: {} }),
});

const objectRules: readonly Rule<BucketObjectv2Args>[] = [
  {
    id: "object-tags",
    sentence: "An object has at most ten tags, the provider's default tags included.",
    source: `${guides.s3}/userguide/object-tagging.html`,
    code: "BadRequest",
    check({ allTags }, violated) {
      if (Object.keys(allTags).length > 10) violated("tags", "Object tags cannot be greater than 10");
    },
  },
];

const object = resourceType<BucketObjectv2Args>({
  token: "aws:s3/bucketObjectv2:BucketObjectv2",
  replaceOn: ["bucket", "key"],
  check(request) {
    resolveReference(request, "bucket", request.inputs.bucket, "bucket");
    checkTags(request, request.inputs.tags);
  },
  rules: objectRules,
  create: ({ inputs, seed, world }) => {
    const id = `${toText(inputs.bucket)}/${toText(inputs.key)}`;
    return {
      id,
      outputs: {
        arn: `arn:${world.partition}:s3:::${id}`,
        etag: hexadecimal(`${toText(inputs.content)} ${toText(inputs.contentBase64)}`, 32),
        storageClass: inputs.storageClass ?? "STANDARD",
        versionId: hexadecimal(`${seed} version`, 32),
      },
    };
  },
});

export const bucketTypes = [bucket, bucketPolicy, object];
