import { parseSettings } from "../../stacks/settings";
import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const backups = "cluster.etcd.backups";
const key = "test/backups/daily/20261121T000003Z-g1-r12345-a.db.gz";
const restore = (generation: number, snapshot: string) => cluster({ "etcd.restore": { generation, snapshot } });

const badInputs: readonly BadInput[] = [
  ["a schedule of cron", cluster({ "etcd.backups.schedule": "*/15 * * * *" }), [`${backups}.schedule`, /cron syntax/]],
  [
    "a schedule with a date",
    cluster({ "etcd.backups.schedule": "*-*-01 02:00" }),
    [`${backups}.schedule`, /dates are not supported/],
  ],
  [
    "a backup a week",
    cluster({ "etcd.backups.schedule": "Sun 02:00" }),
    [`${backups}.schedule`, /7 days between runs; .*a day/],
  ],
  ["backups on workdays", cluster({ "etcd.backups.schedule": "Mon..Fri 02:00" }), [`${backups}.schedule`, /3 days/]],
  ["a drill a week", cluster({ "etcd.backups.drill.schedule": "weekly" }), [`${backups}.drill.schedule`, /six days/]],
  [
    "a defragmentation that is no time",
    cluster({ "etcd.maintenance.defragSchedule": "25:00" }),
    ["cluster.etcd.maintenance.defragSchedule", /no schedule; write a systemd calendar expression/],
  ],
  [
    "an hourly tier shorter than all",
    cluster({ "etcd.backups.retention": { all: 10 } }),
    [`${backups}.retention.hourly`, /at least 10/],
  ],
  [
    "a daily tier shorter than the hourly",
    cluster({ "etcd.backups.retention": { daily: 5 } }),
    [`${backups}.retention.daily`, /at least 7/],
  ],
  [
    "an unknown tier",
    cluster({ "etcd.backups.retention": { weekly: 5 } }),
    [`${backups}.retention.weekly`, /unknown setting/],
  ],
  [
    "a lock without its days",
    cluster({ "etcd.backups.objectLock": { mode: "governance" } }),
    [`${backups}.objectLock.days`, /missing; write/],
  ],
  [
    "a lock of a mode that is none",
    cluster({ "etcd.backups.objectLock": { mode: "goverance", days: 3 } }),
    [`${backups}.objectLock.mode`, /did you mean governance/],
  ],
  [
    "a lock beyond all backups",
    cluster({ "etcd.backups.objectLock": { mode: "governance", days: 91 } }),
    [`${backups}.objectLock.days`, /at most 90/],
  ],
  [
    "a lock that outlives the stack",
    cluster({ protect: false, "etcd.backups.objectLock": { mode: "compliance", days: 3 } }),
    [`${backups}.objectLock.mode`, /write governance, or protect: true/],
  ],
  [
    "a copy beside the original",
    cluster({ "etcd.backups.copyTo.region": "eu-central-1" }),
    [`${backups}.copyTo.region`, /own region/],
  ],
  [
    "a copy in another partition",
    cluster({ "etcd.backups.copyTo.region": "cn-north-1" }),
    [`${backups}.copyTo.region`, /another AWS partition/],
  ],
  [
    "a copy nowhere",
    cluster({ "etcd.backups.copyTo.region": "eu-wset-1" }),
    [`${backups}.copyTo.region`, /did you mean eu-west-1/],
  ],
  [
    "a namespace of AWS",
    cluster({ "etcd.backups.metricsNamespace": "AWS/EC2" }),
    [`${backups}.metricsNamespace`, /reserved by AWS/],
  ],
  ["a restore of the first generation", restore(1, key), ["cluster.etcd.restore.generation", /at least 2/]],
  [
    "a restore of nothing",
    cluster({ "etcd.restore.generation": 2 }),
    ["cluster.etcd.restore.snapshot", /missing; write/],
  ],
  [
    "another cluster's backup",
    restore(2, key.replace("test", "prod")),
    ["cluster.etcd.restore.snapshot", /of cluster prod, not of test/],
  ],
  [
    "a generation that the backup has itself",
    restore(2, key.replace("-g1-", "-g2-")),
    ["cluster.etcd.restore.generation", /at least 3/],
  ],
  [
    "the newest, by name",
    restore(2, "latest"),
    ["cluster.etcd.restore.snapshot", /npm run etcd -- restore <stack> latest/],
  ],
  ["a file", restore(2, "/root/old.db"), ["cluster.etcd.restore.snapshot", /uploads it/]],
  ["a URL", restore(2, `s3://bucket/${key}`), ["cluster.etcd.restore.snapshot", /without s3:/]],
  ["a key that is none", restore(2, "test/backups/x"), ["cluster.etcd.restore.snapshot", /lists, such as/]],
  [
    "a quota beyond the volume",
    cluster({ "etcd.volume.sizeGiB": 10, "etcd.maintenance.quotaBytes": 4 * 2 ** 30 }),
    ["cluster.etcd.maintenance.quotaBytes", /at most 3579139413/],
  ],
  [
    "a quota beyond etcd",
    cluster({ "etcd.maintenance.quotaBytes": 9 * 2 ** 30 }),
    ["cluster.etcd.maintenance.quotaBytes", /at most 8589934592/],
  ],
  [
    "an address that is none",
    cluster({ "alarms.email": ["ops@example"] }),
    ["cluster.alarms.email[0]", /no email address/],
  ],
  [
    "an address twice",
    cluster({ "alarms.email": ["a@example.com", "a@example.com"] }),
    ["cluster.alarms.email[1]", /duplicate/],
  ],
  [
    "a topic in another region",
    cluster({ "alarms.topicArn": "arn:aws:sns:eu-west-1:123456789012:pager" }),
    ["cluster.alarms.topicArn", /write a topic in eu-central-1/],
  ],
  [
    "a FIFO topic",
    cluster({ "alarms.topicArn": "arn:aws:sns:eu-central-1:123456789012:pager.fifo" }),
    ["cluster.alarms.topicArn", /FIFO/],
  ],
  [
    "addresses beside a topic",
    cluster({ alarms: { email: ["a@example.com"], topicArn: "arn:aws:sns:eu-central-1:123456789012:pager" } }),
    ["cluster.alarms.email", /subscribe the addresses/],
  ],
];

test.each(badInputs.map((input) => ({ what: input[0], input })))(
  "$what is a problem that says what to write",
  ({ input }) => {
    expectProblems(input);
  },
);

test("etcd is backed up, drilled and defragmented without a word in the settings", () => {
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
      maintenance: { defragSchedule: "*-*-* 03:30", quotaBytes: Math.floor((20 * 2 ** 30) / 3) },
    },
    { email: [] },
  ]);
});

test.each([
  [10, Math.floor((10 * 2 ** 30) / 3)],
  [24, 8 * 2 ** 30],
  [500, 8 * 2 ** 30],
])("a volume of %i GiB has a quota of %i bytes", (sizeGiB, quotaBytes) => {
  const result = parseSettings(cluster({ "etcd.volume.sizeGiB": sizeGiB }));
  expect(result).toMatchObject({ ok: true, spec: { etcd: { maintenance: { quotaBytes } } } });
});

test("a restore of a backup, and of a file that was brought in", () => {
  expect(problemsOf(restore(2, key))).toEqual([]);
  expect(problemsOf(restore(3, "test/restores/old-0123.db.gz"))).toEqual([]);
});
