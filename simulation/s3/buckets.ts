import type { BucketArgs, BucketObjectv2Args, BucketPolicyArgs } from "@pulumi/aws/s3";

import { hexadecimal } from "../core/identifiers";
import { checkOneOf } from "../core/checks";
import { checkPolicy } from "../iam/policyDocument";
import { refer, referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import type { World } from "../core/world";
import { show } from "../core/text";

/** Rules for names of general purpose buckets (S3 user guide, "Bucket naming rules"). */
function nameFault(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return "between 3 and 63 characters";
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)) {
    return "lower-case letters, numbers, dots and hyphens, beginning and ending with a letter or number";
  }
  if (name.includes("..") || /^\d+(\.\d+){3}$/.test(name)) return "no adjacent dots, and no IP address";
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name) || /(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)) {
    return "no prefix or suffix that S3 keeps for itself";
  }
  return undefined;
}

const bucket = resourceType<BucketArgs>({
  token: "aws:s3/bucket:Bucket",
  replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
  autoName: { property: "bucket", longest: 63 },
  unique: (inputs) => ({
    key: show(inputs.bucket),
    property: "bucket",
    code: "BucketAlreadyOwnedByYou",
    message: "Your previous request to create the named bucket succeeded and you already own it.",
  }),
  check(request) {
    const fault = nameFault(show(request.inputs.bucket));
    if (fault !== undefined) {
      request.refuse(
        "bucket",
        "InvalidBucketName",
        `The specified bucket is not valid: ${show(request.inputs.bucket)} must have ${fault}`,
      );
    }
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, world }) => {
    const name = show(inputs.bucket);
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

/** Whether S3 calls a statement public: anybody is allowed, and no condition says who that is. */
function isPublic({ Effect, Principal, Condition }: Readonly<Record<string, unknown>>): boolean {
  const anybody = Principal === "*" || [(Principal as { AWS?: unknown } | undefined)?.AWS].flat().includes("*");
  return Effect === "Allow" && anybody && Condition === undefined;
}

/** A new bucket has all blocks of public access on until one is set otherwise (S3, since April 2023). */
function mayBePublic(world: World, bucketName: string): boolean {
  const block = world.find("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", bucketName);
  return block !== undefined && block.outputs.blockPublicPolicy !== true;
}

const bucketPolicy = resourceType<BucketPolicyArgs>({
  token: "aws:s3/bucketPolicy:BucketPolicy",
  replaceOn: ["bucket"],
  unique: (inputs) => ({
    key: inputs.bucket,
    property: "bucket",
    code: "OperationAborted",
    message: "A conflicting policy is already set on this bucket",
  }),
  check(request) {
    const { inputs, refuse, world } = request;
    const owner = refer(request, "bucket", inputs.bucket, "bucket");
    const statements = checkPolicy(request, "policy", inputs.policy, {
      kind: "resource",
      longest: 20_480,
      code: "MalformedPolicy",
    });
    const arn = show(owner?.outputs.arn);
    statements.forEach((statement, index) => {
      if (owner !== undefined && isPublic(statement) && !mayBePublic(world, inputs.bucket)) {
        refuse(
          `policy.Statement[${show(index)}].Principal`,
          "AccessDenied",
          "Public policies are blocked by the BlockPublicPolicy block public access setting of the bucket",
        );
      }
      for (const resource of [statement.Resource ?? statement.NotResource].flat()) {
        if (owner !== undefined && resource !== arn && !show(resource).startsWith(`${arn}/`)) {
          refuse(
            `policy.Statement[${show(index)}].Resource`,
            "MalformedPolicy",
            `Policy has invalid resource: ${show(resource)}`,
          );
        }
      }
    });
  },
  create: ({ inputs }) => ({ id: inputs.bucket, outputs: {} }),
});

const object = resourceType<BucketObjectv2Args>({
  token: "aws:s3/bucketObjectv2:BucketObjectv2",
  replaceOn: ["bucket", "key"],
  check(request) {
    const { inputs, refuse } = request;
    refer(request, "bucket", inputs.bucket, "bucket");
    const length = Buffer.byteLength(inputs.key ?? "");
    if (length === 0 || length > 1024) refuse("key", "KeyTooLongError", "Your key is too long: 1 to 1024 bytes");
    if ([inputs.content, inputs.contentBase64, inputs.source].filter((content) => content !== undefined).length > 1) {
      refuse("content", "InvalidArgument", "Only one of content, contentBase64 and source is given");
    }
    const encoded = inputs.contentBase64;
    if (encoded !== undefined && Buffer.from(encoded, "base64").toString("base64") !== encoded) {
      refuse("contentBase64", "InvalidArgument", "contentBase64 is not base64");
    }
    checkOneOf(
      request,
      "serverSideEncryption",
      inputs.serverSideEncryption,
      ["AES256", "aws:kms", "aws:kms:dsse"],
      "InvalidArgument",
    );
    referKey(request, "kmsKeyId", inputs.kmsKeyId);
    // S3 takes ten tags on an object, not fifty.
    if (Object.keys(inputs.tags ?? {}).length > 10) {
      refuse("tags", "BadRequest", "Object tags cannot be greater than 10");
    }
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, seed, world }) => ({
    id: `${show(inputs.bucket)}/${show(inputs.key)}`,
    outputs: {
      arn: `arn:${world.partition}:s3:::${show(inputs.bucket)}/${show(inputs.key)}`,
      etag: hexadecimal(`${show(inputs.content)} ${show(inputs.contentBase64)}`, 32),
      storageClass: inputs.storageClass ?? "STANDARD",
      versionId: hexadecimal(`${seed} version`, 32),
    },
  }),
});

/** Buckets and what is in them. */
export const s3BucketTypes = [bucket, bucketPolicy, object];
