import { z } from "zod";

import { production, standard } from "../model/levels";
import { relationRule, resourceRule, stackRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Stack } from "../model/stack";
import { aws } from "../model/types";
import { isMemberVolume } from "./members";

/** Objects that the program can recreate. */
const objectTypes = [aws.bucketObject, aws.bucketObjectV2] as const;

/** True for etcd volumes without an alarm whose name, metric or description matches and that fires on missing data. */
const isAlarmMissing = (stack: Stack, subject: RegExp): boolean =>
  stack.ofType(aws.volume).some(isMemberVolume) &&
  !stack.ofType(aws.metricAlarm).some((alarm) => {
    const names = ["name", "metricName", "alarmDescription"].map((input) => alarm.at(input).string());
    return subject.test([alarm.name, ...names].join(" ")) && alarm.at("treatMissingData").string() === "breaching";
  });

export const backupRules: readonly Rule[] = [
  stackRule({
    name: "backup-alarm",
    levels: production,
    types: [aws.volume],
    requirement: "An alarm fires when the newest etcd backup is too old or the metric is missing.",
    reason: "Backups fail silently, and the failure is discovered only when a restore is needed.",
    fix: 'Add an aws.cloudwatch.MetricAlarm on the age of the newest backup with treatMissingData: "breaching".',
    setting: "etcd.backups",
    check(stack, report) {
      if (isAlarmMissing(stack, /backup/i)) report("The stack has etcd volumes but no alarm on backups.");
    },
  }),
  stackRule({
    name: "restore-drill-alarm",
    levels: production,
    types: [aws.volume],
    requirement: "An alarm fires when the scheduled restore drill fails or does not run.",
    reason: "Only a restore proves that a backup is usable.",
    fix: 'Enable the restore drill, and add an alarm on its result with treatMissingData: "breaching".',
    setting: "etcd.backups.drill",
    check(stack, report) {
      if (isAlarmMissing(stack, /drill/i)) report("The stack has etcd volumes but no alarm on a restore drill.");
    },
  }),
  resourceRule({
    name: "alarms-notify",
    levels: standard,
    types: [aws.metricAlarm],
    requirement: "Alarms send notifications.",
    reason: "An alarm without a notification is noticed only after the outage.",
    fix: "Set alarmActions to a monitored topic, and leave actionsEnabled on.",
    check(alarm, report) {
      if (alarm.at("actionsEnabled").boolean() === false) report("actionsEnabled is false.");
      if (alarm.at("alarmActions").items().length === 0) report("alarmActions is empty.");
    },
  }),
  resourceRule({
    name: "log-retention",
    levels: standard,
    types: [aws.logGroup],
    requirement: "Log groups set a retention period of at least the minimum.",
    reason: "Unlimited retention is billed forever, and short retention loses logs before an investigation.",
    fix: "Set retentionInDays to 30 or more, 365 for audit logs.",
    setting: "network.flowLogs.retentionDays",
    parameters: { minDays: z.int().min(1).default(30).describe("Shortest accepted retention in days.") },
    check(group, report, { minDays }) {
      const days = group.at("retentionInDays").number() ?? 0;
      if (days === 0) report("retentionInDays is missing: logs never expire.");
      else if (days < minDays) report(`Logs are kept for ${days} days, less than ${minDays}.`);
    },
  }),
  relationRule({
    name: "backup-retention",
    levels: standard,
    types: [aws.bucket],
    requirement: "Backup buckets keep deleted and expired objects for at least a week.",
    reason: "Attackers delete backups first, and mistakes are often noticed days later.",
    fix: "Set noncurrentVersionExpiration and expiration in the lifecycle of the bucket to 7 days or more.",
    parameters: { minDays: z.int().min(1).default(7).describe("Shortest accepted retention in days.") },
    check(bucket, report, stack, { minDays }) {
      if (!/backup/i.test(bucket.name)) return;
      const settings = stack.referencing(bucket, "bucket", aws.bucketLifecycle);
      if (settings.length === 0) report("The bucket has no lifecycle rules.");
      const rules = settings
        .flatMap((setting) => setting.at("rules").items())
        .filter((rule) => rule.at("status").string() === "Enabled");
      // Backup tiers may expire early; the longest retention counts.
      const expirations = rules.flatMap((rule) => rule.at("expiration", "days").number() ?? []);
      const longest = Math.max(...expirations);
      if (expirations.length > 0 && longest < minDays) report(`Every backup is deleted after ${longest} days.`);
      const noncurrent = rules.flatMap(
        (rule) => rule.at("noncurrentVersionExpiration", "noncurrentDays").number() ?? [],
      );
      const shortest = Math.min(...noncurrent);
      if (shortest < minDays) report(`Noncurrent versions expire after ${shortest} days.`);
    },
  }),
  relationRule({
    name: "data-protected",
    levels: production,
    types: [aws.bucket, aws.fileSystem],
    requirement: "Buckets and file systems are protected from deletion, except buckets that the program fills.",
    reason: "A mistaken pulumi destroy must not delete logs and backups.",
    fix: "Set protect: true, and omit forceDestroy.",
    setting: "protect",
    check(resource, report, stack) {
      if (stack.referencing(resource, "bucket", ...objectTypes).length > 0) return;
      if (resource.at("forceDestroy").boolean() === true) report("forceDestroy is true.");
      else if (!resource.protect) report("The resource is not protected from deletion.");
    },
  }),
  resourceRule({
    name: "backup-plan-retention",
    levels: standard,
    types: [aws.backupPlan],
    requirement: "Backup plans have a schedule and keep recovery points for at least a week.",
    reason: "Damage is often found days later, when the last good copy must still exist.",
    fix: "Give every rule a schedule and lifecycle: { deleteAfter: 7 } or more.",
    check(plan, report) {
      const rules = plan.at("rules").items();
      if (rules.length === 0) report("The plan has no rules.");
      for (const rule of rules) {
        if (rule.at("schedule").absent) report(`${rule.path} has no schedule.`);
        const days = rule.at("lifecycle", "deleteAfter").number();
        if (days !== undefined && days < 7) report(`${rule.path} keeps recovery points for ${days} days.`);
      }
    },
  }),
];
