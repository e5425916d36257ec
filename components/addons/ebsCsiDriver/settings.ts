import { z } from "zod";

import type { ClusterSpec } from "../../clusterSpec";
import type { Parsed } from "../../settings/fields";
import { text, wholeNumber } from "../../settings/fields";
import type { Finding, SettingPath } from "../../settings/problems";
import { finding } from "../../settings/problems";
import { labelRule } from "../../settings/textRules";
import { onByDefault, section } from "../shared/settings";

const deletionPolicy = (description: string) => z.enum(["Delete", "Retain"]).default("Delete").meta({ description });

export const ebsCsiDriverSettings = section("EBS CSI driver: volumes for pods.", {
  enabled: onByDefault("EBS CSI driver: volumes for pods."),
  storageClass: section("StorageClass.", {
    name: text(labelRule(63), { description: "Name of the StorageClass: encrypted gp3 volumes." }).default("encrypted"),
    isDefault: onByDefault("Default StorageClass of the cluster."),
    fileSystem: z.enum(["ext4", "xfs"]).default("ext4").meta({ description: "File system of new volumes." }),
    iops: wholeNumber(3000, 16000, {
      description: "Provisioned IOPS of each volume, at most 500 per GiB.",
      unit: "IOPS",
    }).default(3000),
    throughputMiBps: wholeNumber(125, 1000, {
      description: "Provisioned throughput of each volume, at most a quarter of the IOPS.",
      unit: "MiB/s",
    }).default(125),
    reclaimPolicy: deletionPolicy("Delete or retain a volume when its claim is deleted."),
  }),
  snapshots: section("Volume snapshots.", {
    enabled: onByDefault("Snapshot controller and a default VolumeSnapshotClass."),
    deletionPolicy: deletionPolicy("Delete or retain an EBS snapshot when its VolumeSnapshot is deleted."),
  }),
});

export type EbsCsiDriverSpec = Parsed<typeof ebsCsiDriverSettings>;

/** gp3 provides 0.25 MiB/s per IOPS (EBS user guide, "General Purpose SSD volumes"). */
export function* checkEbsCsiDriver({ addons }: ClusterSpec): Iterable<Finding> {
  const { iops, throughputMiBps } = addons.ebsCsiDriver.storageClass;
  const path: SettingPath = ["addons", "ebsCsiDriver", "storageClass"];
  if (throughputMiBps * 4 <= iops) return;
  yield finding(
    [...path, "throughputMiBps"],
    `needs at least ${throughputMiBps * 4} IOPS and there are ${iops}; write at most ${Math.floor(iops / 4)}, or raise iops`,
    [[...path, "iops"]],
  );
}
