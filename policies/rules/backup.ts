import { z } from "zod";

import { production, standard } from "../model/levels";
import { relationRule, resourceRule, stackRule } from "../model/rule";
import type { Resource, Stack } from "../model/stack";
import { aws } from "../model/types";
import { isMemberVolume } from "./members";

const holdsEtcd = (stack: Stack): boolean => stack.ofType(aws.volume).some(isMemberVolume);

/** What a program fills a bucket with, it can make again. */
const objects = [aws.bucketObject, aws.bucketObjectV2] as const;

/** Alarms that speak up when their subject falls silent, about something by its name. */
const alarmsAbout = (stack: Stack, subject: RegExp): readonly Resource[] =>
  stack.ofType(aws.metricAlarm).filter((alarm) => {
    const names = [alarm.at("name"), alarm.at("metricName"), alarm.at("alarmDescription")].map((name) => name.text());
    return subject.test([alarm.name, ...names].join(" ")) && alarm.at("treatMissingData").text() === "breaching";
  });

const backupsAlarmed = stackRule({
  name: "backups-alarmed",
  levels: production,
  types: [aws.volume],
  what: "A cluster's backups are scheduled and watched: an alarm tells when the newest is too old, also when nothing is heard of them.",
  why: "Backups stop silently. It is found out on the day on which one is needed.",
  fix: 'Add an aws.cloudwatch.MetricAlarm on the age of the newest backup with treatMissingData: "breaching".',
  setting: "etcd.backups",
  check(stack, report) {
    if (holdsEtcd(stack) && alarmsAbout(stack, /backup/i).length === 0) {
      report("The stack holds etcd's data, and no alarm watches its backups.");
    }
  },
});

const drillAlarmed = stackRule({
  name: "restore-drill-alarmed",
  levels: production,
  types: [aws.volume],
  what: "Restoring is tried on a schedule, and an alarm tells when it fails or is not tried.",
  why: "A backup that was never restored is a hope.",
  fix: 'Switch the drill on, and add an alarm on its result with treatMissingData: "breaching".',
  setting: "etcd.backups.drill",
  check(stack, report) {
    if (holdsEtcd(stack) && alarmsAbout(stack, /drill/i).length === 0) {
      report("The stack holds etcd's data, and no alarm watches a restore drill.");
    }
  },
});

const alarmsNotify = resourceRule({
  name: "alarms-notify",
  levels: standard,
  types: [aws.metricAlarm],
  what: "An alarm tells somebody.",
  why: "An alarm that only changes colour in a console is seen after the outage.",
  fix: "Set alarmActions to a topic that people read, and leave actionsEnabled on.",
  check(alarm, report) {
    if (alarm.at("actionsEnabled").flag() === false) report("actionsEnabled is false.");
    if (alarm.at("alarmActions").items().length === 0) report("alarmActions is empty.");
  },
});

const logsRetained = resourceRule({
  name: "logs-retained",
  levels: standard,
  types: [aws.logGroup],
  what: "A log group says how long it keeps what it has, and long enough.",
  why: "For ever is paid for for ever; too short is gone before anybody asks.",
  fix: "Set retentionInDays: 30 or more, 365 for what auditors read.",
  setting: "network.flowLogs.retentionDays",
  parameters: { leastDays: z.int().min(1).default(30).describe("Fewest days that logs are kept.") },
  check(group, report, { leastDays }) {
    const days = group.at("retentionInDays").number() ?? 0;
    if (days === 0) report("retentionInDays is missing: logs are kept for ever.");
    else if (days < leastDays) report(`Logs are kept for ${days} days; ${leastDays} are the fewest.`);
  },
});

const backupsRetained = relationRule({
  name: "backups-retained",
  levels: standard,
  types: [aws.bucket],
  what: "What is deleted from a bucket of backups can be brought back for a week at least.",
  why: "Whoever breaks in deletes the backups first, and a mistake is noticed after the weekend.",
  fix: "Let noncurrentVersionExpiration and expiration of the bucket's lifecycle wait for 7 days or more.",
  parameters: { leastDays: z.int().min(1).default(7).describe("Fewest days that backups are kept.") },
  check(bucket, report, stack, { leastDays }) {
    if (!/backup/i.test(bucket.name)) return;
    const settings = stack.referringTo(bucket, "bucket", aws.bucketLifecycle);
    if (settings.length === 0) report("The bucket has no lifecycle.");
    const rules = settings
      .flatMap((setting) => setting.at("rules").items())
      .filter((rule) => rule.at("status").text() === "Enabled");
    // A lifecycle may thin out: what is kept longest has to be kept long enough.
    const expirations = rules.flatMap((rule) => rule.at("expiration", "days").number() ?? []);
    const longest = Math.max(...expirations);
    if (expirations.length > 0 && longest < leastDays) report(`Every backup is deleted after ${longest} days.`);
    const noncurrent = rules.flatMap((rule) => rule.at("noncurrentVersionExpiration", "noncurrentDays").number() ?? []);
    const shortest = Math.min(...noncurrent);
    if (shortest < leastDays) report(`What was deleted or overwritten is gone after ${shortest} days.`);
  },
});

const dataProtected = relationRule({
  name: "data-protected",
  levels: production,
  types: [aws.bucket, aws.fileSystem],
  what: "Buckets and file systems are protected from deletion, and a bucket is not emptied to delete it; except buckets that the program itself fills.",
  why: "Logs and backups are what is left after a disaster; pulumi destroy must not be able to be one.",
  fix: "Set protect: true, and leave out forceDestroy.",
  setting: "protect",
  check(resource, report, stack) {
    if (stack.referringTo(resource, "bucket", ...objects).length > 0) return;
    const emptied = resource.at("forceDestroy").flag() === true;
    if (emptied || !resource.protect) {
      report(emptied ? "forceDestroy is true." : "Nothing protects it from deletion.");
    }
  },
});

const plansKeep = resourceRule({
  name: "backup-plans-keep",
  levels: standard,
  types: [aws.backupPlan],
  what: "A backup plan has a schedule and keeps what it makes for a week at least.",
  why: "Damage is often found days after it was done; by then the last good copy must still be there.",
  fix: "Give every rule a schedule and lifecycle: { deleteAfter: 7 } or more.",
  check(plan, report) {
    const rules = plan.at("rules").items();
    if (rules.length === 0) report("The plan has no rules.");
    for (const rule of rules) {
      if (rule.at("schedule").absent) report(`${rule.path} has no schedule.`);
      const days = rule.at("lifecycle", "deleteAfter").number();
      if (days !== undefined && days < 7) report(`${rule.path} keeps for ${days} days.`);
    }
  },
});

export const backupRules = [
  backupsAlarmed,
  drillAlarmed,
  alarmsNotify,
  logsRetained,
  backupsRetained,
  dataProtected,
  plansKeep,
];
