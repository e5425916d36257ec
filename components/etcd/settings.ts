import { z } from "zod";
import { architecture, instanceType, members, withArchitecture } from "../machines/settings";
import { defaultKind, disk, mapping, text, wholeNumber } from "../settings/fields";
import type { Parsed, Resolved } from "../settings/fields";
import { maxQuotaBytes, type QuotaRange } from "./quota.plan";
import { namespaceRule, regionRule, scheduleRule, snapshotRule } from "./textRules";

const backups = mapping({
  schedule: text(scheduleRule, {
    description: "Schedule of backups: a systemd calendar expression of weekdays and times, at least once a day.",
  }).default("*:0/15"),
  retention: mapping({
    all: wholeNumber(1, 365, { description: "Retention of every backup.", unit: "days" }).default(2),
    hourly: wholeNumber(1, 3650, { description: "Retention of the first backup of each hour.", unit: "days" }).default(
      7,
    ),
    daily: wholeNumber(1, 3650, { description: "Retention of the first backup of each day.", unit: "days" }).default(
      90,
    ),
  })
    .prefault({})
    .meta({ description: "Retention of backups by tier." }),
  objectLock: mapping({
    mode: z
      .enum(["governance", "compliance"])
      .meta({
        description:
          "`governance`: principals with `s3:BypassGovernanceRetention` may delete a locked backup. `compliance`: no principal may.",
      }),
    days: wholeNumber(1, 3650, {
      description: "Lock period of each backup. Object Lock stays enabled on the bucket; the period can be shortened.",
      unit: "days",
    }),
  })
    .optional()
    .meta({ description: "S3 Object Lock.", defaultIs: "absent: no lock" }),
  copyTo: mapping({
    region: text(regionRule, { description: "Region of a second bucket that gets a copy of every backup." }),
  })
    .optional()
    .meta({ description: "Replication to a second region.", defaultIs: "absent: none" }),
  drill: mapping({
    schedule: text(scheduleRule, {
      description:
        "Schedule of the restore test, which restores the newest backup into a scratch folder; at least every six days.",
    }).default("*-*-* 02:30"),
  })
    .prefault({})
    .meta({ description: "Restore test." }),
  metricsNamespace: text(namespaceRule, { description: "CloudWatch namespace of the members' metrics." }).default(
    "Holdfast",
  ),
})
  .prefault({})
  .meta({ description: "Scheduled backups." });

const restore = mapping({
  // Revisions of generation N are below N·10^12; larger ones would not be exact numbers in JSON.
  generation: wholeNumber(2, 9000, {
    description:
      "Number of the restore: 2 for the first, higher for each further one. Keep the setting after the restore: members refuse a lower generation.",
  }),
  snapshot: text(snapshotRule, {
    description:
      "S3 key of the backup to restore; `npx holdfast etcd restore <stack> <key>` writes `generation` and `snapshot`.",
  }),
})
  .optional()
  .meta({ description: "Restore of a backup.", defaultIs: "absent: none" });

const maintenance = mapping({
  defragSchedule: text(scheduleRule, {
    description: "Schedule of defragmentation: one member at a time, the leader last.",
  }).default("*-*-* 03:30"),
  quotaBytes: wholeNumber(32 * 2 ** 20, maxQuotaBytes, {
    description: "Database size at which etcd refuses writes; at most a third of the volume.",
    unit: "bytes",
    defaultIs: "a third of the volume, 2 to 8 GiB",
  }).optional(),
})
  .prefault({})
  .meta({ description: "Maintenance of the database." });

const common = { volume: disk(20, 10, "Data volume of each member"), backups, restore, maintenance };

const external = "topology: external";

export const etcdSettings = z
  .discriminatedUnion("topology", [
    mapping(
      { topology: defaultKind("stacked", "`stacked`: etcd runs on the control-plane machines."), ...common },
      {
        members: external,
        instanceType: external,
        architecture: external,
        rootVolume: external,
        migrateFrom: external,
      },
    ),
    mapping({
      topology: z.literal("external").meta({ description: "`external`: etcd runs on separate machines." }),
      members: members("members"),
      instanceType: instanceType(),
      architecture,
      rootVolume: disk(20, 20, "Root disk of each machine"),
      migrateFrom: z
        .literal("stacked")
        .optional()
        .meta({
          description:
            "`stacked`: the members of a live cluster move from its control-plane machines to these machines. Until you remove the setting, roles and firewall rules of both topologies exist. Steps: docs/etcd.md.",
          defaultIs: "absent: no migration",
        }),
      ...common,
    }).transform(withArchitecture),
  ])
  .prefault({})
  .meta({
    description: "Topology, backups and maintenance of etcd.",
    examples: [
      {
        topology: "external",
        instanceType: "m7g.large",
        volume: { sizeGiB: 40 },
        backups: {
          retention: { daily: 365 },
          objectLock: { mode: "governance", days: 30 },
          copyTo: { region: "eu-west-1" },
        },
      },
    ],
  });

type EtcdSettings = Parsed<typeof etcdSettings>;
type ResolvedMaintenance<T extends EtcdSettings> = T extends unknown
  ? Omit<T, "maintenance"> & {
      readonly maintenance: Resolved<T["maintenance"], "quotaBytes"> & { readonly quotaRange: QuotaRange };
    }
  : never;

/** etcd of a cluster; the quota is resolved. */
export type EtcdSpec = ResolvedMaintenance<EtcdSettings>;
export type EtcdBackupsSpec = EtcdSpec["backups"];
export type EtcdRestoreSpec = NonNullable<EtcdSpec["restore"]>;
