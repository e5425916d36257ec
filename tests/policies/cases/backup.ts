import { aws, memberTag } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Cases } from "../scene";

const { metricAlarm, bucket, bucketLifecycle } = aws;
const data = on(aws.volume, { tags: { [memberTag]: "a" } });
const alarm = (name: string, treatMissingData: string) => on(metricAlarm, { name, treatMissingData });
const files = on(bucket, {}, { name: "backups", protect: true });
const lifecycle = (rule: object) =>
  on(bucketLifecycle, { rules: [{ status: "Enabled", ...rule }] }, { of: { bucket: ["backups"] } });
const plan = (rule: object) => on(aws.backupPlan, { rules: [{ ruleName: "daily", ...rule }] });

export const backupCases: Cases = {
  "backups-alarmed": [
    {
      passes: [data, alarm("prod-etcd-backup-age", "breaching")],
      fails: [data, alarm("prod-etcd-backup-age", "missing")],
      says: /no alarm watches its backups/,
    },
    { passes: [on(aws.volume, {})], fails: [data], says: /no alarm watches its backups/ },
  ],
  "restore-drill-alarmed": [
    { passes: [data, alarm("prod-restore-drill", "breaching")], fails: [data], says: /restore drill/ },
  ],
  "alarms-notify": [
    {
      passes: [on(metricAlarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"] })],
      fails: [on(metricAlarm, {})],
      says: /alarmActions is empty/,
    },
    {
      passes: [on(metricAlarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"], actionsEnabled: true })],
      fails: [on(metricAlarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"], actionsEnabled: false })],
      says: /actionsEnabled is false/,
    },
  ],
  "logs-retained": [
    { passes: [on(aws.logGroup, { retentionInDays: 30 })], fails: [on(aws.logGroup, {})], says: /kept for ever/ },
    {
      passes: [on(aws.logGroup, { retentionInDays: 365 })],
      fails: [on(aws.logGroup, { retentionInDays: 7 })],
      says: /kept for 7 days; 30 are the fewest/,
    },
  ],
  "backups-retained": [
    { passes: [on(bucket)], fails: [files], says: /no lifecycle/ },
    {
      passes: [files, lifecycle({ noncurrentVersionExpiration: { noncurrentDays: 90 } })],
      fails: [files, lifecycle({ noncurrentVersionExpiration: { noncurrentDays: 1 } })],
      says: /gone after 1 days/,
    },
    {
      passes: [files, lifecycle({ expiration: { days: 90 } })],
      fails: [files, lifecycle({ expiration: { days: 2 } })],
      says: /Every backup is deleted after 2 days/,
    },
  ],
  "data-protected": [
    ...each([bucket, aws.fileSystem], (type) => ({
      passes: [on(type, {}, { protect: true })],
      fails: [on(type, {})],
      says: /Nothing protects it/,
    })),
    {
      passes: [
        on(bucket, { forceDestroy: true }),
        on(aws.bucketObjectV2, { key: "index.html" }, { of: { bucket: ["Bucket"] } }),
      ],
      fails: [on(bucket, { forceDestroy: true }, { protect: true })],
      says: /forceDestroy is true/,
    },
  ],
  "backup-plans-keep": [
    {
      passes: [plan({ schedule: "cron(0 5 * * ? *)", lifecycle: { deleteAfter: 35 } })],
      fails: [plan({ schedule: "cron(0 5 * * ? *)", lifecycle: { deleteAfter: 1 } })],
      says: /rules\[0\] keeps for 1 days/,
    },
    { passes: [plan({ schedule: "cron(0 5 * * ? *)" })], fails: [plan({})], says: /no schedule/ },
  ],
};
