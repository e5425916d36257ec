import type { VolumeArgs } from "@pulumi/aws/ebs";

import { resourceId } from "../core/identifiers";
import { checkOneOf } from "../core/checks";
import { referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { show } from "../core/text";

/** What a volume and a disk in a launch template have in common. */
interface Disk {
  readonly size?: number | undefined;
  readonly type?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
}

/**
 * Refuses disks that EBS does not make. gp3: 3,000 to 80,000 IOPS and at most 500 a GiB, 125 to 2,000 MiB/s and at most
 * a quarter MiB/s for each IOPS, 1 to 65,536 GiB (EBS user guide, "General Purpose SSD volumes").
 */
export function checkDisk(
  asker: Pick<Request<unknown>, "world" | "refuse">,
  path: (property: keyof Disk) => string,
  disk: Disk,
): void {
  const { refuse } = asker;
  const code = "InvalidParameterValue";
  const { size, iops, throughput } = disk;
  checkOneOf(asker, path("type"), disk.type, ["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"], code);
  referKey(asker, path("kmsKeyId"), disk.kmsKeyId);
  if (disk.kmsKeyId !== undefined && disk.encrypted !== true) {
    refuse(
      path("kmsKeyId"),
      "InvalidParameterDependency",
      "The parameter KmsKeyId requires the parameter Encrypted to be set.",
    );
  }
  if (disk.type !== "gp3") {
    if (throughput !== undefined) {
      refuse(
        path("throughput"),
        "InvalidParameterCombination",
        `The parameter throughput is not supported for ${show(disk.type ?? "gp2")} volumes.`,
      );
    }
    return;
  }
  if (size !== undefined && (!Number.isInteger(size) || size < 1 || size > 65_536)) {
    refuse(path("size"), code, `Volume of ${show(size)}GiB is invalid; a gp3 volume has 1 to 65536 GiB`);
  }
  if (iops !== undefined && (iops < 3000 || iops > 80_000)) {
    refuse(path("iops"), code, `Volume iops of ${show(iops)} is out of range; a gp3 volume has 3000 to 80000`);
  }
  if (iops !== undefined && iops > 3000 && size !== undefined && iops > 500 * size) {
    refuse(path("iops"), code, `Iops to volume size ratio of ${(iops / size).toFixed(1)} is too high; maximum is 500`);
  }
  if (throughput !== undefined && (throughput < 125 || throughput > 2000)) {
    refuse(
      path("throughput"),
      code,
      `Volume throughput of ${show(throughput)} is out of range; a gp3 volume has 125 to 2000 MiB/s`,
    );
  }
  if (throughput !== undefined && throughput > (iops ?? 3000) / 4) {
    refuse(
      path("throughput"),
      code,
      `Throughput (MiBps) to iops ratio of ${(throughput / (iops ?? 3000)).toFixed(3)} is too high; maximum is 0.250`,
    );
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
    if (inputs.size === undefined && inputs.snapshotId === undefined) {
      refuse("size", "MissingParameter", "The request must contain the parameter size/snapshot");
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
        type: inputs.type ?? "gp2",
        ...(inputs.type === "gp3" ? { iops: inputs.iops ?? 3000, throughput: inputs.throughput ?? 125 } : {}),
      },
    };
  },
});

export const diskTypes = [volume];
