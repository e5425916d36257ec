import { z } from "zod";
import { largestQuotaBytes } from "./quota.plan";
import { disk, mapping, text, texts, wholeNumber } from "../settings/fields";
import { architecture, instanceType, members } from "../machines/settings";

import { emailRule, namespaceRule, regionRule, scheduleRule, snapshotRule, topicRule } from "./textRules";

/** Where etcd runs, and everything that keeps its data. */

const backups = mapping({
  schedule: text(scheduleRule, {
    description: "When a backup is made: weekdays and times as systemd timers take them, at least once a day.",
  }).default("*:0/15"),
  retention: mapping({
    all: wholeNumber(1, 365, { description: "How long every backup is kept.", unit: "days" }).default(2),
    hourly: wholeNumber(1, 3650, {
      description: "How long the first backup of each hour is kept.",
      unit: "days",
    }).default(7),
    daily: wholeNumber(1, 3650, {
      description: "How long the first backup of each day is kept.",
      unit: "days",
    }).default(90),
  })
    .prefault({})
    .meta({ description: "How long backups are kept." }),
  objectLock: mapping({
    mode: z
      .enum(["governance", "compliance"])
      .meta({
        description:
          "Who may delete a locked backup: those with a special permission (`governance`), or nobody at all (`compliance`).",
      }),
    days: wholeNumber(1, 3650, {
      description:
        "How long each backup is locked. What is switched on stays on for the bucket; the days can be taken back.",
      unit: "days",
    }),
  })
    .optional()
    .meta({ description: "S3 Object Lock.", defaultIs: "absent: none" }),
  copyTo: mapping({
    region: text(regionRule, { description: "Another region, in which a copy of every backup is kept." }),
  })
    .optional()
    .meta({ description: "A copy in a second region.", defaultIs: "absent: none" }),
  drill: mapping({
    schedule: text(scheduleRule, {
      description: "When the newest backup is restored beside the running etcd, as a test; at least every six days.",
    }).default("*-*-* 02:30"),
  })
    .prefault({})
    .meta({ description: "The restore drill." }),
  metricsNamespace: text(namespaceRule, { description: "CloudWatch namespace of what members publish." }).default(
    "Holdfast",
  ),
})
  .prefault({})
  .meta({ description: "Scheduled backups." });

const restore = mapping({
  // Revisions of generation N lie below N·10^12; beyond this they would be no exact numbers in JSON.
  generation: wholeNumber(2, 9000, {
    description:
      "Generation of the data: 2 for the first restore, one more for each further one. It never goes back: the setting stays.",
  }),
  snapshot: text(snapshotRule, {
    description: "Key of the backup to restore; `npm run etcd -- restore <stack> <key>` writes both.",
  }),
})
  .optional()
  .meta({ description: "The state that etcd is taken back to.", defaultIs: "absent: none" });

const maintenance = mapping({
  defragSchedule: text(scheduleRule, {
    description: "When members give free space back, one at a time, the leader last.",
  }).default("*-*-* 03:30"),
  quotaBytes: wholeNumber(32 * 2 ** 20, largestQuotaBytes, {
    description: "Size of the database from which on etcd takes no more writes; at most a third of the volume.",
    unit: "bytes",
    defaultIs: "a third of the volume, 2 to 8 GiB",
  }).optional(),
})
  .prefault({})
  .meta({ description: "Maintenance of the database." });

const common = { backups, restore, maintenance };

/** `etcd` in the settings. */
export const etcdSchema = z
  .discriminatedUnion("topology", [
    mapping({
      topology: z
        .literal("stacked")
        .meta({ description: "`stacked`: on the control plane's machines. This is the default." }),
      volume: disk(20, 10, "Data volume of each member"),
      ...common,
    }),
    mapping({
      topology: z.literal("external").meta({ description: "`external`: on machines of its own." }),
      members: members("members"),
      instanceType: instanceType(),
      architecture,
      volume: disk(20, 10, "Data volume of each member"),
      rootVolume: disk(20, 20, "Root disk of each machine"),
      ...common,
    }),
  ])
  .prefault({ topology: "stacked" })
  .meta({ description: "Where etcd runs, its backups and its maintenance." });

/** `alarms` in the settings. */
export const alarmsSchema = mapping({
  email: texts(emailRule, {
    description: "Addresses that get a mail for each alarm; AWS asks each once to confirm.",
  }).default([]),
  topicArn: text(topicRule, {
    description: "SNS topic in the cluster's region that gets alarms instead.",
    defaultIs: "absent: a topic of the stack's own",
  }).optional(),
})
  .prefault({})
  .meta({ description: "Who is told when something needs a person." });
