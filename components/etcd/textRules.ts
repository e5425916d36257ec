import { clusterOfSnapshot } from "./backupTiers.plan";
import { runsInWeek } from "./schedule.plan";
import { knownRegions } from "../settings/regions";
import { nearest } from "../settings/suggestions";
import type { TextRule } from "../settings/textRules";

/** Systemd calendar expression that repeats every week. */
export const scheduleRule: TextRule = (text) => {
  if (runsInWeek(text) !== undefined) return undefined;
  if (/^(\S+ ){4}\S+$/.test(text))
    return "cron syntax; write a systemd calendar expression such as *:0/15 or Mon..Fri 02:30";
  return "not a schedule; write a systemd calendar expression of weekdays and times, such as *:0/15, 02:30 or Sun 04:00 (dates are not supported)";
};

/** AWS region. */
export const regionRule: TextRule = (text) => {
  if (knownRegions.includes(text)) return undefined;
  const meant = nearest(text, knownRegions);
  return meant === undefined ? "write an AWS region, such as eu-west-1" : `unknown region; did you mean ${meant}?`;
};

/** CloudWatch namespace; `AWS/` is reserved. */
export const namespaceRule: TextRule = (text) => {
  if (text.startsWith("AWS/")) return "reserved by AWS; write another namespace, such as Holdfast";
  return /^[\w./#:-]{1,255}$/.test(text)
    ? undefined
    : "write a CloudWatch namespace of at most 255 letters, digits and . - _ / # :";
};

/** S3 key of a backup or of an uploaded snapshot. */
export const snapshotRule: TextRule = (text) => {
  if (clusterOfSnapshot(text) !== undefined) return undefined;
  if (text === "latest")
    return "not a key; run npx holdfast etcd restore <stack> latest, which writes the key of the newest backup";
  if (text.startsWith("s3://")) return "contains the bucket; write the key without s3:// and the bucket";
  if (text.startsWith("/") || text.startsWith("file:") || text.endsWith(".db")) {
    return "a file, not a key; run npx holdfast etcd restore <stack> <file>, which uploads it and writes its key here";
  }
  return "not a backup key; write one that npx holdfast etcd backups <stack> lists, such as prod/backups/daily/20261121T000003Z-g1-r12345-a.db.gz";
};
