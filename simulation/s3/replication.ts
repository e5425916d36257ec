import type { BucketReplicationConfigArgs } from "@pulumi/aws/s3";

import { resolveKmsKey, resolveReference, resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { toText } from "../core/text";
import type { World, WorldResource } from "../core/world";
import { isVersioned } from "./versioning";

type ReplicationRequest = Request<BucketReplicationConfigArgs>;
type Rule = ReplicationRequest["inputs"]["rules"][number];

const replicationConfig = resourceType<BucketReplicationConfigArgs>({
  token: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  replaceOn: ["bucket"],
  unique: ({ bucket }) => ({
    key: bucket,
    property: "bucket",
    code: "OperationAborted",
    message: `Bucket ${bucket} already has this setting from another resource`,
  }),
  check(request) {
    const { inputs, world, refuse } = request;
    const source = resolveReference(request, "bucket", inputs.bucket, "bucket");
    if (source !== undefined && !isVersioned(world, source.id)) {
      const message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
      refuse("bucket", "InvalidRequest", message);
    }
    resolveReferenceBy(request, "role", inputs.role, {
      type: "aws:iam/role:Role",
      by: "arn",
      code: "InvalidArgument",
      message: `Role ${inputs.role} does not exist`,
    });
    inputs.rules.forEach((rule, index) => {
      checkDestination(request, `rules[${index}].destination`, rule, source);
    });
  },
  create: ({ inputs }) => ({ id: inputs.bucket, outputs: {} }),
});

function checkDestination(
  request: ReplicationRequest,
  path: string,
  { destination }: Rule,
  source: WorldResource | undefined,
): void {
  const { refuse, world } = request;
  const target = resolveReferenceBy(request, `${path}.bucket`, destination.bucket, {
    type: "aws:s3/bucket:Bucket",
    by: "arn",
    code: "InvalidRequest",
    message: "Destination bucket must exist",
  });
  if (target === undefined) return;
  if (!isVersioned(world, target.id)) {
    refuse(`${path}.bucket`, "InvalidRequest", "Destination bucket must have versioning enabled");
  }
  if (source !== undefined && isLocked(world, source) && !isLocked(world, target)) {
    const message = "Object Lock must be enabled on the destination bucket, as it is on the source bucket";
    refuse(`${path}.bucket`, "InvalidRequest", message);
  }
  const targetRegion = { ...request, world: world.at(toText(target.outputs.region)) };
  const keyPath = `${path}.encryptionConfiguration.replicaKmsKeyId`;
  resolveKmsKey(targetRegion, keyPath, destination.encryptionConfiguration?.replicaKmsKeyId);
}

const isLocked = (world: World, bucket: WorldResource): boolean =>
  world.find("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "bucket", bucket.id) !== undefined;

export const replicationTypes = [replicationConfig];
