import { clusterOfSnapshot } from "./backupTiers.plan";
import { runsInWeek } from "./schedule.plan";
import { knownRegions } from "../settings/regions";
import { nearest } from "../settings/suggestions";
import type { TextRule } from "../settings/textRules";

/** Rules for the texts of etcd's settings. */

/** A schedule that repeats with the week. */
export const scheduleRule: TextRule = (text) => {
  if (runsInWeek(text) !== undefined) return undefined;
  if (/^(\S+ ){4}\S+$/.test(text)) return "looks like cron; write it as systemd does, such as *:0/15 or Mon..Fri 02:30";
  return "write weekdays and times as systemd timers take them, such as *:0/15, 02:30 or Sun 04:00; dates are not taken";
};

/** Another region than the cluster's. */
export const regionRule: TextRule = (text) => {
  if (knownRegions.includes(text)) return undefined;
  const meant = nearest(text, knownRegions);
  return meant === undefined ? "write an AWS region, such as eu-west-1" : `is no region; did you mean ${meant}?`;
};

/** A CloudWatch namespace: AWS keeps those that begin with `AWS/` for itself. */
export const namespaceRule: TextRule = (text) => {
  if (text.startsWith("AWS/")) return "belongs to AWS; write another namespace, such as Holdfast";
  return /^[\w./#:-]{1,255}$/.test(text)
    ? undefined
    : "write a CloudWatch namespace of at most 255 letters, digits and . - _ / # :";
};

/** The key of something that can be restored. */
export const snapshotRule: TextRule = (text) => {
  if (clusterOfSnapshot(text) !== undefined) return undefined;
  if (text === "latest")
    return "write a backup's key; npm run etcd -- restore <stack> latest finds the newest and writes it";
  if (text.startsWith("s3://")) return "write the key alone, without s3:// and the bucket";
  if (text.startsWith("/") || text.startsWith("file:") || text.endsWith(".db")) {
    return "is a file; npm run etcd -- restore <stack> <file> uploads it and writes its key here";
  }
  return "write a key that npm run etcd -- backups <stack> lists, such as prod/backups/daily/20261121T000003Z-g1-r12345-a.db.gz";
};

/** An address for mail; what is behind it, AWS asks. */
export const emailRule: TextRule = (text) =>
  /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) && text.length <= 254
    ? undefined
    : "write an address such as kubernetes@example.com";

/** ARN of an SNS topic. */
export const topicRule: TextRule = (text) => {
  if (/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(text)) return undefined;
  return text.endsWith(".fifo")
    ? "alarms do not go to FIFO topics; write the ARN of a standard topic"
    : "write the ARN of an SNS topic, such as arn:aws:sns:eu-central-1:123456789012:alarms";
};
