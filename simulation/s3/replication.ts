import type { BucketReplicationConfigArgs } from "@pulumi/aws/s3";

import { resolveKmsKey, resolveReference, resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";
import type { WorldResource } from "../core/world";
import { isLocked, isVersioned } from "./state";

type ReplicationRequest = Request<BucketReplicationConfigArgs>;
type ReplicationRule = ReplicationRequest["inputs"]["rules"][number];

const considerations = `${guides.s3}/userguide/replication-requirements.html`;
const putReplication = `${guides.s3}/API/API_PutBucketReplication.html`;

const destinationOf = ({ world }: ReplicationRequest, { destination }: ReplicationRule): WorldResource | undefined =>
  world.find("aws:s3/bucket:Bucket", "arn", destination.bucket);

const replicationRules: readonly Rule<BucketReplicationConfigArgs>[] = [
  {
    id: "replication-source-versioned",
    sentence: "A replicated bucket keeps versions.",
    source: considerations,
    code: "InvalidRequest",
    check({ inputs, world }, violated) {
      const exists = world.find("aws:s3/bucket:Bucket", "id", inputs.bucket) !== undefined;
      if (!exists || isVersioned(world, inputs.bucket)) return;
      violated("bucket", "Versioning must be 'Enabled' on the bucket to apply a replication configuration");
    },
  },
  {
    id: "replication-destination-versioned",
    sentence: "The bucket that receives replicas keeps versions.",
    source: considerations,
    code: "InvalidRequest",
    check(request, violated) {
      request.inputs.rules.forEach((rule, index) => {
        const target = destinationOf(request, rule);
        if (target === undefined || isVersioned(request.world, target.id)) return;
        violated(`rules[${index}].destination.bucket`, "Destination bucket must have versioning enabled");
      });
    },
  },
  {
    id: "replication-destination-locked",
    sentence: "A bucket with Object Lock is replicated to buckets with Object Lock.",
    source: considerations,
    code: "InvalidRequest",
    check(request, violated) {
      const { inputs, world } = request;
      if (!isLocked(world, inputs.bucket)) return;
      inputs.rules.forEach((rule, index) => {
        const target = destinationOf(request, rule);
        if (target === undefined || isLocked(world, target.id)) return;
        const message = "Object Lock must be enabled on the destination bucket, as it is on the source bucket";
        violated(`rules[${index}].destination.bucket`, message);
      });
    },
  },
  {
    id: "replication-filter-needs-priority",
    sentence: "A rule with a filter has a priority and a setting for delete markers.",
    source: putReplication,
    code: "InvalidRequest",
    check({ inputs: { rules } }, violated) {
      rules.forEach(({ filter, priority, deleteMarkerReplication }, index) => {
        if (filter === undefined) return;
        for (const [property, value] of Object.entries({ priority, deleteMarkerReplication })) {
          if (value !== undefined) continue;
          const message = `${property} must be specified for this version of Cross Region Replication configuration schema`;
          violated(`rules[${index}].${property}`, message);
        }
      });
    },
  },
  {
    id: "replication-unique-priorities",
    sentence: "The priorities of a bucket's replication rules differ.",
    source: `${guides.s3}/userguide/replication-add-config.html`,
    code: "InvalidRequest",
    check({ inputs: { rules } }, violated) {
      const priorities = rules.map(({ priority }) => priority);
      priorities.forEach((priority, index) => {
        if (priority === undefined || priorities.indexOf(priority) === index) return;
        violated(`rules[${index}].priority`, `Found duplicate priorities. The same priority is used by another rule`);
      });
    },
  },
  {
    id: "replication-kms-needs-key",
    sentence: "A rule that replicates objects encrypted with KMS keys names the key of the replicas.",
    source: `${guides.s3}/userguide/replication-config-for-kms-objects.html`,
    code: "InvalidRequest",
    check({ inputs: { rules } }, violated) {
      rules.forEach(({ sourceSelectionCriteria, destination }, index) => {
        const replicates = sourceSelectionCriteria?.sseKmsEncryptedObjects?.status === "Enabled";
        const hasKey = destination.encryptionConfiguration !== undefined;
        if (replicates === hasKey) return;
        const message = "SseKmsEncryptedObjects must be enabled if EncryptionConfiguration is present, and the reverse";
        violated(`rules[${index}].destination.encryptionConfiguration`, message);
      });
    },
  },
];

const replicationConfig = resourceType<BucketReplicationConfigArgs>({
  token: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  replaceOn: ["bucket"],
  rules: replicationRules,
  unique: ({ bucket }) => ({
    key: bucket,
    property: "bucket",
    code: "OperationAborted",
    message: `Bucket ${bucket} already has this setting from another resource`,
  }),
  check(request) {
    const { inputs } = request;
    resolveReference(request, "bucket", inputs.bucket, "bucket");
    resolveReferenceBy(request, "role", inputs.role, {
      type: "aws:iam/role:Role",
      by: "arn",
      code: "InvalidArgument",
      message: `Role ${inputs.role} does not exist`,
    });
    inputs.rules.forEach((rule, index) => {
      checkDestination(request, `rules[${index}].destination`, rule);
    });
  },
  create: ({ inputs }) => ({ id: inputs.bucket, outputs: {} }),
});

function checkDestination(request: ReplicationRequest, path: string, { destination }: ReplicationRule): void {
  const { world } = request;
  const target = resolveReferenceBy(request, `${path}.bucket`, destination.bucket, {
    type: "aws:s3/bucket:Bucket",
    by: "arn",
    code: "InvalidRequest",
    message: "Destination bucket must exist",
  });
  if (target === undefined) return;
  const targetRegion = { ...request, world: world.at(toText(target.outputs.region)) };
  const keyPath = `${path}.encryptionConfiguration.replicaKmsKeyId`;
  resolveKmsKey(targetRegion, keyPath, destination.encryptionConfiguration?.replicaKmsKeyId);
}

export const replicationTypes = [replicationConfig];
