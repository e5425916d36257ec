import type { VolumeArgs } from "@pulumi/aws/ebs";

import { resourceId } from "../core/identifiers";
import { resolveKmsKey } from "../core/references";
import type { CheckContext } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";

/** gp3 disk: a volume, or a disk of a launch template. */
interface Disk {
  readonly size?: number | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly kmsKeyId?: string | undefined;
}

/**
 * Refuses disks outside the limits of gp3: 1 to 65,536 GiB; 3,000 to 80,000 IOPS and at most 500 per GiB; 125 to 2,000
 * MiB/s and at most 0.25 MiB/s per IOPS (EBS user guide, "General Purpose SSD volumes").
 */
export function checkDisk(
  context: CheckContext,
  path: (property: keyof Disk) => string,
  { size, iops, throughput, kmsKeyId }: Disk,
): void {
  resolveKmsKey(context, path("kmsKeyId"), kmsKeyId);
  const refuse = (property: keyof Disk, message: string): void => {
    context.refuse(path(property), "InvalidParameterValue", message);
  };
  if (size !== undefined && (!Number.isInteger(size) || size < 1 || size > 65_536)) {
    refuse("size", `Volume of ${size}GiB is invalid; a gp3 volume has 1 to 65536 GiB`);
  }
  if (iops !== undefined && (iops < 3000 || iops > 80_000)) {
    refuse("iops", `Volume iops of ${iops} is out of range; a gp3 volume has 3000 to 80000`);
  }
  if (iops !== undefined && iops > 3000 && size !== undefined && iops > 500 * size) {
    refuse("iops", `Iops to volume size ratio of ${(iops / size).toFixed(1)} is too high; maximum is 500`);
  }
  if (throughput !== undefined && (throughput < 125 || throughput > 2000)) {
    refuse("throughput", `Volume throughput of ${throughput} is out of range; a gp3 volume has 125 to 2000 MiB/s`);
  }
  if (throughput !== undefined && throughput > (iops ?? 3000) / 4) {
    const ratio = (throughput / (iops ?? 3000)).toFixed(3);
    refuse("throughput", `Throughput (MiBps) to iops ratio of ${ratio} is too high; maximum is 0.250`);
  }
}

const volume = resourceType<VolumeArgs>({
  token: "aws:ebs/volume:Volume",
  replaceOn: ["availabilityZone", "encrypted", "kmsKeyId", "multiAttachEnabled", "outpostArn", "snapshotId"],
  check(request) {
    const { inputs, world, refuse } = request;
    checkTags(request, inputs.tags);
    if (!world.zones.includes(inputs.availabilityZone)) {
      refuse("availabilityZone", "InvalidZone.NotFound", `The zone '${inputs.availabilityZone}' does not exist.`);
    }
    checkDisk(request, (property) => property, inputs);
  },
  create: ({ inputs, seed, world }) => {
    const id = resourceId("vol", seed);
    return {
      id,
      outputs: {
        arn: world.arn("ec2", `volume/${id}`),
        encrypted: inputs.encrypted ?? false,
        iops: inputs.iops ?? 3000,
        throughput: inputs.throughput ?? 125,
      },
    };
  },
});

export const volumeTypes = [volume];
