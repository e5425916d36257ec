import type { ClusterSpec } from "../../../components/clusterSpec";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { AlarmTopic } from "../../../components/alarms/alarmTopic";
import { createEtcdAlarms } from "../../../components/etcd/alarms";
import { Backups } from "../../../components/etcd/backups";
import { replicationPolicy } from "../../../components/etcd/replication.plan";
import { allows } from "../machines/iamEvaluator";
import { cached, threeZones } from "../../machineSupport";
import { account, deploy, region } from "../../mocks";

const deployBackups = cached((spec: ClusterSpec) =>
  deploy(() => {
    const aws = fetchAwsAccount(region, {});
    const backups = new Backups("blue-backups", { spec, awsAccount: aws, accessLogsBucket: "logs" });
    const topic = new AlarmTopic("blue-alarms", { cluster: "blue", awsAccount: aws, spec: spec.alarms });
    createEtcdAlarms("blue-etcd", { spec, topicArn: topic.topicArn, backups }, backups);
    return { copy: backups.copy?.bucketName, topicArn: topic.topicArn };
  }),
);

const copied = { objectLock: { mode: "compliance", days: 30 }, copyTo: { region: "eu-west-1" } };

describe("backups", () => {
  test("expire by tier, and are recoverable for two weeks", async () => {
    const { get } = await deployBackups(
      threeZones({ etcd: { backups: { retention: { all: 1, hourly: 3, daily: 30 } } } }),
    );
    expect(get("blue-backups-files-lifecycle").inputs["rules"]).toMatchObject([
      { id: "expire-old-versions", noncurrentVersionExpiration: { noncurrentDays: 14 } },
      { id: "abort-unfinished-uploads" },
      { filter: { prefix: "blue/backups/all/" }, expiration: { days: 1 } },
      { filter: { prefix: "blue/backups/hourly/" }, expiration: { days: 3 } },
      { filter: { prefix: "blue/backups/daily/" }, expiration: { days: 30 } },
      { filter: { prefix: "blue/restores/" }, expiration: { days: 30 } },
    ]);
  });

  test("are neither locked nor copied by default", async () => {
    const { outputs, ofType } = await deployBackups(threeZones());
    expect(outputs.copy).toBeUndefined();
    expect(ofType("aws:s3/bucketReplicationConfig:BucketReplicationConfig")).toEqual({});
    expect(ofType("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")).toEqual({});
    expect(Object.keys(ofType("pulumi:providers:aws"))).toEqual([]);
  });

  test("the copy in another region has its own provider and key, and the same lock and retention", async () => {
    const { get } = await deployBackups(threeZones({ etcd: { backups: copied } }));
    expect(get("blue-backups-copy-aws").inputs).toMatchObject({ region: "eu-west-1" });
    for (const { provider } of [get("blue-backups-copy-key", "Key"), get("blue-backups-copy-files", "Bucket")])
      expect(provider).toContain("::blue-backups-copy-aws::");
    expect(get("blue-backups-copy-files-logging").inputs).toMatchObject({
      targetBucket: "blue-backups-copy-access-logs-id",
    });
    expect(get("blue-backups-copy-rule").provider ?? "").not.toContain("copy-aws");
    expect(get("blue-backups-copy-files-lock").inputs["rule"]).toEqual(get("blue-backups-files-lock").inputs["rule"]);
    expect(get("blue-backups-copy-files-lifecycle").inputs["rules"]).toEqual(
      get("blue-backups-files-lifecycle").inputs["rules"],
    );
    expect(get("blue-backups-copy-rule")).toMatchObject({
      inputs: {
        bucket: "blue-backups-files-id",
        rules: [
          {
            status: "Enabled",
            filter: { prefix: "blue/" },
            deleteMarkerReplication: { status: "Disabled" },
            destination: {
              bucket: `arn:aws:s3:${region}:${account}:blue-backups-copy-files`,
              encryptionConfiguration: { replicaKmsKeyId: `arn:aws:kms:${region}:${account}:blue-backups-copy-key` },
            },
          },
        ],
      },
      options: { dependsOn: ["blue-backups-files", "blue-backups-copy-files"] },
    });
  });

  test("the replication role reads the source, writes the copy, and deletes nothing", () => {
    const end = (name: string, where: string) => ({
      region: where,
      bucketArn: `arn:aws:s3:::${name}`,
      keyArn: `arn:key:${name}`,
    });
    const policy = replicationPolicy("blue", { from: end("here", "eu-central-1"), to: end("there", "eu-west-1") });
    const may = (action: string, resource: string) => allows(policy, { action, resource: `arn:aws:s3:::${resource}` });
    expect(may("s3:GetObjectVersionForReplication", "here/blue/backups/all/x")).toBe(true);
    expect(may("s3:GetObjectVersionForReplication", "here/red/backups/all/x")).toBe(false);
    expect(may("s3:ReplicateObject", "there/blue/backups/all/x")).toBe(true);
    expect(may("s3:ReplicateObject", "here/blue/backups/all/x")).toBe(false);
    expect(JSON.stringify(policy)).not.toMatch(/Delete|PutObject/);
    const encrypts = (where: string) =>
      allows(policy, {
        action: "kms:GenerateDataKey",
        resource: "arn:key:there",
        context: {
          "kms:ViaService": `s3.${where}.amazonaws.com`,
          "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::there",
        },
      });
    expect([encrypts("eu-west-1"), encrypts("eu-central-1")]).toEqual([true, false]);
  });
});

describe("alarms", () => {
  test("use the metrics of the cluster, of one member, and the highest of all members", async () => {
    const { get, outputs } = await deployBackups(threeZones());
    expect(get("blue-etcd-alarm-backup-age").inputs).toMatchObject({
      name: "blue-etcd-backup-age",
      metricName: "BackupAgeSeconds",
      dimensions: { Cluster: "blue" },
      alarmActions: [outputs.topicArn],
      okActions: [outputs.topicArn],
    });
    expect(get("blue-etcd-alarm-member-b").inputs).toMatchObject({
      metricName: "EtcdHasLeader",
      dimensions: { Cluster: "blue", Member: "b" },
    });
    const queries = get("blue-etcd-alarm-raised").inputs["metricQueries"] as { id: string; expression?: string }[];
    expect(queries.map(({ id, expression }) => expression ?? id)).toEqual(["MAX(METRICS())", "a", "b", "c"]);
  });

  test("include failed replication if there is a copy", async () => {
    const { get, ofType } = await deployBackups(threeZones({ etcd: { backups: copied } }));
    expect(get("blue-etcd-alarm-backup-copy").inputs).toMatchObject({
      namespace: "AWS/S3",
      dimensions: {
        SourceBucket: "blue-backups-files-id",
        DestinationBucket: "blue-backups-copy-files-id",
        RuleId: "backups",
      },
    });
    const without = await deployBackups(threeZones());
    const count = Object.keys(ofType("aws:cloudwatch/metricAlarm:MetricAlarm")).length;
    expect(Object.keys(without.ofType("aws:cloudwatch/metricAlarm:MetricAlarm"))).toHaveLength(count - 1);
  });

  test("go to a topic that only this cluster's alarms publish to, and to the email recipients", async () => {
    const { get } = await deployBackups(threeZones({ alarms: { email: ["ops@example.com"] } }));
    expect(get("blue-alarms", "Topic").inputs["kmsMasterKeyId"]).toContain("blue-alarms-key");
    const { Statement } = JSON.parse(get("blue-alarms-policy").inputs["policy"] as string) as { Statement: unknown[] };
    expect(Statement).toMatchObject([
      {
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:${region}:${account}:alarm:blue-*` },
        },
      },
    ]);
    expect(get("blue-alarms-key", "Key").inputs["policy"]).toContain("cloudwatch.amazonaws.com");
    expect(get("blue-alarms-ops@example.com").inputs).toMatchObject({ protocol: "email", endpoint: "ops@example.com" });
  });

  test("use an existing topic", async () => {
    const topicArn = `arn:aws:sns:${region}:${account}:pager`;
    const { outputs, ofType } = await deployBackups(threeZones({ alarms: { topicArn } }));
    expect(outputs.topicArn).toBe(topicArn);
    expect(ofType("aws:sns/topic:Topic")).toEqual({});
  });
});
