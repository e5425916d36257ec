import { parseSettings } from "../../stacks/settings";
import { cluster, problemsOf, rejects } from "./settingsSupport";

const key = "test/backups/daily/20261121T000003Z-g1-r12345-a.db.gz";
const restore = (generation: number, snapshot: string) => ({ "etcd.restore": { generation, snapshot } });

rejects([
  ["cron schedule", { "etcd.backups.schedule": "*/15 * * * *" }, /cron syntax/],
  ["schedule with a date", { "etcd.backups.schedule": "*-*-01 02:00" }, /dates are not supported/],
  ["weekly backups", { "etcd.backups.schedule": "Sun 02:00" }, /7 days between runs; .*a day/],
  ["backups on weekdays only", { "etcd.backups.schedule": "Mon..Fri 02:00" }, /3 days/],
  ["weekly restore test", { "etcd.backups.drill.schedule": "weekly" }, /six days/],
  [
    "invalid defragmentation time",
    { "etcd.maintenance.defragSchedule": "25:00" },
    /not a schedule; write a systemd calendar expression/,
  ],
  [
    "hourly retention shorter than all",
    { "etcd.backups.retention": { all: 10 } },
    ["etcd.backups.retention.hourly", /at least 10/],
  ],
  [
    "daily retention shorter than hourly",
    { "etcd.backups.retention": { daily: 5 } },
    ["etcd.backups.retention.daily", /at least 7/],
  ],
  [
    "unknown retention tier",
    { "etcd.backups.retention": { weekly: 5 } },
    ["etcd.backups.retention.weekly", /unknown setting/],
  ],
  [
    "object lock without days",
    { "etcd.backups.objectLock": { mode: "governance" } },
    ["etcd.backups.objectLock.days", /missing; write/],
  ],
  [
    "misspelled object lock mode",
    { "etcd.backups.objectLock": { mode: "goverance", days: 3 } },
    ["etcd.backups.objectLock.mode", /did you mean governance/],
  ],
  [
    "object lock longer than the retention",
    { "etcd.backups.objectLock": { mode: "governance", days: 91 } },
    ["etcd.backups.objectLock.days", /at most 90/],
  ],
  [
    "compliance lock with protect: false",
    { protect: false, "etcd.backups.objectLock": { mode: "compliance", days: 3 } },
    ["etcd.backups.objectLock.mode", /write governance, or protect: true/],
  ],
  ["copy to the cluster's own region", { "etcd.backups.copyTo.region": "eu-central-1" }, /own region/],
  ["copy to another partition", { "etcd.backups.copyTo.region": "cn-north-1" }, /another AWS partition/],
  ["copy to a misspelled region", { "etcd.backups.copyTo.region": "eu-wset-1" }, /did you mean eu-west-1/],
  ["metrics namespace of AWS", { "etcd.backups.metricsNamespace": "AWS/EC2" }, /reserved by AWS/],
  ["restore with generation 1", restore(1, key), ["etcd.restore.generation", /at least 2/]],
  ["restore without a snapshot", { "etcd.restore.generation": 2 }, ["etcd.restore.snapshot", /missing; write/]],
  [
    "snapshot of another cluster",
    restore(2, key.replace("test", "prod")),
    ["etcd.restore.snapshot", /of cluster prod, not of test/],
  ],
  [
    "restore generation equal to the backup's",
    restore(2, key.replace("-g1-", "-g2-")),
    ["etcd.restore.generation", /at least 3/],
  ],
  [
    "latest as the snapshot to restore",
    restore(2, "latest"),
    ["etcd.restore.snapshot", /npx holdfast etcd restore <stack> latest/],
  ],
  ["file as the snapshot to restore", restore(2, "/root/old.db"), ["etcd.restore.snapshot", /uploads it/]],
  ["URL as the snapshot to restore", restore(2, `s3://bucket/${key}`), ["etcd.restore.snapshot", /without s3:/]],
  ["malformed snapshot key", restore(2, "test/backups/x"), ["etcd.restore.snapshot", /lists, such as/]],
  [
    "migration of stacked etcd to itself",
    { "etcd.migrateFrom": "stacked" },
    ["etcd.migrateFrom", /only valid with topology: external/],
  ],
  [
    "migration from another topology",
    { "etcd.topology": "external", "etcd.migrateFrom": "external" },
    ["etcd.migrateFrom", /stacked/],
  ],
  [
    "migration to another number of members",
    { etcd: { topology: "external", migrateFrom: "stacked", members: 5 } },
    ["etcd.members", /the control plane's 3 machines .*write 3, and change it when migrateFrom is removed/],
  ],
  [
    "migration during a rotation of etcd's authority",
    {
      etcd: { topology: "external", migrateFrom: "stacked" },
      "pki.authorities.etcd": { generation: 2, stage: "issue" },
    },
    ["pki.authorities.etcd.stage", /complete the rotation before the migration/],
  ],
  [
    "quota above a third of the volume",
    { "etcd.volume.sizeGiB": 10, "etcd.maintenance.quotaBytes": 4 * 2 ** 30 },
    ["etcd.maintenance.quotaBytes", /at most 3579139413/],
  ],
  ["quota above etcd's maximum", { "etcd.maintenance.quotaBytes": 9 * 2 ** 30 }, /at most 8589934592/],
  ["invalid email address", { "alarms.email": ["ops@example"] }, ["alarms.email[0]", /not an email address/]],
  ["duplicate email address", { "alarms.email": ["a@example.com", "a@example.com"] }, ["alarms.email[1]", /duplicate/]],
  [
    "alarm topic in another region",
    { "alarms.topicArn": "arn:aws:sns:eu-west-1:123456789012:pager" },
    /write a topic in eu-central-1/,
  ],
  ["FIFO alarm topic", { "alarms.topicArn": "arn:aws:sns:eu-central-1:123456789012:pager.fifo" }, /FIFO/],
  [
    "email addresses with an alarm topic",
    { alarms: { email: ["a@example.com"], topicArn: "arn:aws:sns:eu-central-1:123456789012:pager" } },
    ["alarms.email", /subscribe the addresses/],
  ],
]);

test("backups, restore tests and defragmentation are scheduled by default", () => {
  const result = parseSettings(cluster());
  expect(result.ok && [result.spec.etcd, result.spec.alarms]).toEqual([
    {
      topology: "stacked",
      volume: { sizeGiB: 20, iops: 3000, throughputMiBps: 125 },
      backups: {
        schedule: "*:0/15",
        retention: { all: 2, hourly: 7, daily: 90 },
        drill: { schedule: "*-*-* 02:30" },
        metricsNamespace: "Holdfast",
      },
      maintenance: {
        defragSchedule: "*-*-* 03:30",
        quotaBytes: Math.floor((20 * 2 ** 30) / 3),
        quotaRange: { least: 2 * 2 ** 30, most: 8 * 2 ** 30 },
      },
    },
    { email: [] },
  ]);
});

test.each([
  [10, Math.floor((10 * 2 ** 30) / 3)],
  [24, 8 * 2 ** 30],
  [500, 8 * 2 ** 30],
])("a volume of %i GiB gets a quota of %i bytes", (sizeGiB, quotaBytes) => {
  const result = parseSettings(cluster({ "etcd.volume.sizeGiB": sizeGiB }));
  expect(result).toMatchObject({ ok: true, spec: { etcd: { maintenance: { quotaBytes } } } });
});

test("accepts restores of backups and of uploaded files", () => {
  expect(problemsOf(cluster(restore(2, key)))).toEqual([]);
  expect(problemsOf(cluster(restore(3, "test/restores/old-0123.db.gz")))).toEqual([]);
});
