import { aws, memberTag } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Cases } from "../fixtures";

const { metricAlarm, bucket, bucketLifecycle } = aws;
const data = resource(aws.volume, { tags: { [memberTag]: "a" } });
const alarm = (name: string, treatMissingData: string) => resource(metricAlarm, { name, treatMissingData });
const files = resource(bucket, {}, { name: "backups", protect: true });
const lifecycle = (rule: object) =>
  resource(bucketLifecycle, { rules: [{ status: "Enabled", ...rule }] }, { of: { bucket: ["backups"] } });
const plan = (rule: object) => resource(aws.backupPlan, { rules: [{ ruleName: "daily", ...rule }] });

export const backupCases: Cases = {
  "backup-alarm": [
    [
      [data, alarm("prod-etcd-backup-age", "breaching")],
      [data, alarm("prod-etcd-backup-age", "missing")],
      /no alarm on backups/,
    ],
    [resource(aws.volume), data, /no alarm on backups/],
  ],
  "restore-drill-alarm": [[[data, alarm("prod-restore-drill", "breaching")], data, /restore drill/]],
  "alarms-notify": [
    [
      resource(metricAlarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"] }),
      resource(metricAlarm),
      /alarmActions is empty/,
    ],
    [
      resource(metricAlarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"], actionsEnabled: true }),
      resource(metricAlarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"], actionsEnabled: false }),
      /actionsEnabled is false/,
    ],
  ],
  "log-retention": [
    [resource(aws.logGroup, { retentionInDays: 30 }), resource(aws.logGroup), /never expire/],
    [
      resource(aws.logGroup, { retentionInDays: 365 }),
      resource(aws.logGroup, { retentionInDays: 7 }),
      /kept for 7 days, less than 30/,
    ],
  ],
  "backup-retention": [
    [resource(bucket), files, /no lifecycle/],
    [
      [files, lifecycle({ noncurrentVersionExpiration: { noncurrentDays: 90 } })],
      [files, lifecycle({ noncurrentVersionExpiration: { noncurrentDays: 1 } })],
      /expire after 1 days/,
    ],
    [
      [files, lifecycle({ expiration: { days: 90 } })],
      [files, lifecycle({ expiration: { days: 2 } })],
      /Every backup is deleted after 2 days/,
    ],
  ],
  "data-protected": [
    ...forTypes([bucket, aws.fileSystem], (type) => [
      resource(type, {}, { protect: true }),
      resource(type),
      /not protected from deletion/,
    ]),
    [
      [
        resource(bucket, { forceDestroy: true }),
        resource(aws.bucketObjectV2, { key: "index.html" }, { of: { bucket: ["Bucket"] } }),
      ],
      resource(bucket, { forceDestroy: true }, { protect: true }),
      /forceDestroy is true/,
    ],
  ],
  "backup-plan-retention": [
    [
      plan({ schedule: "cron(0 5 * * ? *)", lifecycle: { deleteAfter: 35 } }),
      plan({ schedule: "cron(0 5 * * ? *)", lifecycle: { deleteAfter: 1 } }),
      /rules\[0\] keeps recovery points for 1 days/,
    ],
    [plan({ schedule: "cron(0 5 * * ? *)" }), plan({}), /no schedule/],
  ],
};
