/** KMS keys, SSM parameters, S3 buckets, EBS volumes and log groups. */
import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand } from "@aws-sdk/client-kms";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import type * as aws from "@pulumi/aws";
import { tagged } from "./network";
import { type ResourceHandler, resourceHandler, tagList } from "./resourceHandler";

export const storageHandlers: Readonly<Record<string, ResourceHandler>> = {
  "aws:kms/key:Key": resourceHandler<aws.kms.KeyArgs>(async (inputs, { kms }) => {
    const tags = tagList(inputs.tags).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: inputs.description, Tags: tags }));
    return { id: KeyMetadata?.KeyId, keyId: KeyMetadata?.KeyId, arn: KeyMetadata?.Arn };
  }),

  "aws:kms/alias:Alias": resourceHandler<aws.kms.AliasArgs>(async (inputs, { kms }, { name }) => {
    await kms.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: inputs.targetKeyId }));
  }),

  "aws:ssm/parameter:Parameter": resourceHandler<aws.ssm.ParameterArgs>(async (inputs, { ssm }, { name }) => {
    await ssm.send(
      new PutParameterCommand({
        Name: name,
        Type: inputs.type as "String" | "StringList" | "SecureString",
        Value: inputs.value ?? inputs.insecureValue,
        KeyId: inputs.keyId,
        Tier: inputs.tier as "Standard" | "Advanced" | undefined,
        Tags: tagList(inputs.tags),
      }),
    );
  }),

  "aws:s3/bucket:Bucket": resourceHandler<aws.s3.BucketArgs>(async (inputs, { s3 }, { name, region }) => {
    const bucket = inputs.bucket ?? name;
    await s3.send(
      new CreateBucketCommand({
        Bucket: bucket,
        ObjectLockEnabledForBucket: inputs.objectLockEnabled,
        // us-east-1 is the only region that must not be a location constraint.
        CreateBucketConfiguration:
          region === "us-east-1" ? undefined : { LocationConstraint: region as BucketLocationConstraint },
      }),
    );
    return { id: bucket, bucket };
  }),

  "aws:s3/bucketVersioning:BucketVersioning": resourceHandler<aws.s3.BucketVersioningArgs>(async (inputs, { s3 }) => {
    await s3.send(
      new PutBucketVersioningCommand({
        Bucket: inputs.bucket,
        VersioningConfiguration: { Status: inputs.versioningConfiguration.status as "Enabled" | "Suspended" },
      }),
    );
  }),

  "aws:s3/bucketObjectv2:BucketObjectv2": resourceHandler<aws.s3.BucketObjectv2Args>(
    async (inputs, { s3 }, { bundles }) => {
      const body =
        bundles[inputs.key as string] ??
        (inputs.contentBase64 !== undefined
          ? Buffer.from(inputs.contentBase64, "base64")
          : Buffer.from(inputs.content ?? ""));
      await s3.send(new PutObjectCommand({ Bucket: inputs.bucket as string, Key: inputs.key, Body: body }));
    },
  ),

  "aws:ebs/volume:Volume": resourceHandler<aws.ebs.VolumeArgs>(async (inputs, { ec2 }) => {
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: inputs.availabilityZone,
        Size: inputs.size,
        VolumeType: inputs.type as "gp3" | undefined,
        Encrypted: inputs.encrypted,
        KmsKeyId: inputs.kmsKeyId,
        TagSpecifications: tagged("volume", inputs.tags),
      }),
    );
    return { id: VolumeId };
  }),

  "aws:cloudwatch/logGroup:LogGroup": resourceHandler<aws.cloudwatch.LogGroupArgs>(
    async (inputs, { call }, { name }) => {
      await call("logs", "Logs_20140328.CreateLogGroup", { logGroupName: name, tags: inputs.tags });
    },
  ),
};
