import type { BucketReplicationConfigArgs } from "@pulumi/aws/s3";

import { checkOneOf } from "../core/checks";
import { refer, referBy, referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import type { WorldResource } from "../core/world";
import { show } from "../core/text";

type Asked = Request<BucketReplicationConfigArgs>;
type Rule = Asked["inputs"]["rules"][number];

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
    const { inputs, refuse } = request;
    const source = refer(request, "bucket", inputs.bucket, "bucket");
    if (source !== undefined && !keepsVersions(request, source)) {
      refuse(
        "bucket",
        "InvalidRequest",
        "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
      );
    }
    referBy(request, "role", inputs.role, {
      type: "aws:iam/role:Role",
      by: "arn",
      code: "InvalidArgument",
      message: `Role ${inputs.role} does not exist`,
    });
    if (inputs.rules.length === 0 || inputs.rules.length > 1000) {
      refuse("rules", "MalformedXML", "A replication configuration has 1 to 1000 rules");
    }
    const ids = new Set<string>();
    inputs.rules.forEach((rule, index) => {
      const path = `rules[${show(index)}]`;
      if (rule.id !== undefined && ids.has(rule.id)) refuse(`${path}.id`, "InvalidArgument", "Rule Id must be unique");
      if (rule.id !== undefined) ids.add(rule.id);
      checkOneOf(request, `${path}.status`, rule.status, ["Enabled", "Disabled"], "MalformedXML");
      checkForm(request, path, rule);
      checkDestination(request, path, rule, source);
    });
  },
  create: ({ inputs }) => ({ id: inputs.bucket, outputs: {} }),
});

/** With a filter a rule is of the newer form, which says itself what becomes of marks of deletion. */
function checkForm({ refuse }: Asked, path: string, { filter, priority, deleteMarkerReplication }: Rule): void {
  if (filter === undefined) return;
  if (priority === undefined)
    refuse(`${path}.priority`, "InvalidRequest", "Priority must be specified for this version");
  if (deleteMarkerReplication === undefined) {
    refuse(
      `${path}.deleteMarkerReplication`,
      "InvalidRequest",
      "DeleteMarkerReplication must be specified for this version",
    );
  }
}

function checkDestination(request: Asked, path: string, rule: Rule, source: WorldResource | undefined): void {
  const { refuse, world } = request;
  const { destination, sourceSelectionCriteria } = rule;
  const target = referBy(request, `${path}.destination.bucket`, destination.bucket, {
    type: "aws:s3/bucket:Bucket",
    by: "arn",
    code: "InvalidRequest",
    message: "Destination bucket must exist",
  });
  const encrypted = sourceSelectionCriteria?.sseKmsEncryptedObjects?.status === "Enabled";
  const key = destination.encryptionConfiguration?.replicaKmsKeyId;
  if (encrypted !== (key !== undefined)) {
    refuse(
      `${path}.destination.encryptionConfiguration`,
      "InvalidRequest",
      "SseKmsEncryptedObjects and EncryptionConfiguration must be specified together",
    );
  }
  if (target === undefined) return;
  if (target === source) {
    refuse(
      `${path}.destination.bucket`,
      "InvalidRequest",
      "Destination bucket cannot be the same as the source bucket",
    );
  }
  if (!keepsVersions(request, target)) {
    refuse(`${path}.destination.bucket`, "InvalidRequest", "Destination bucket must have versioning enabled");
  }
  if (source !== undefined && isLocked(request, source) && !isLocked(request, target)) {
    refuse(
      `${path}.destination.bucket`,
      "InvalidRequest",
      "Object Lock must be enabled on the destination bucket, as it is on the source bucket",
    );
  }
  const there = { ...request, world: world.at(show(target.outputs.region)) };
  referKey(there, `${path}.destination.encryptionConfiguration.replicaKmsKeyId`, key);
}

function keepsVersions({ world }: Asked, bucket: WorldResource): boolean {
  const versioning = world.find("aws:s3/bucketVersioning:BucketVersioning", "bucket", bucket.id);
  return (versioning?.outputs.versioningConfiguration as { status?: string } | undefined)?.status === "Enabled";
}

function isLocked({ world }: Asked, bucket: WorldResource): boolean {
  const locks = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
  return bucket.outputs.objectLockEnabled === true || world.find(locks, "bucket", bucket.id) !== undefined;
}

/** Copies in other buckets. */
export const s3ReplicationTypes = [replicationConfig];
