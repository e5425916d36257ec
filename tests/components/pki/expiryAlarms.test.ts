import { pkiAlarms } from "../../../components/pki/expiryAlarms.plan";
import { watchCertificates } from "../../../components/pki/expiryAlarms";
import { ComponentResource } from "@pulumi/pulumi";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

const spec = specOf({ name: "blue", workers: { general: {} } });

test.each([
  [8760, 10, 29.2, 180],
  [72, 1, 0.2, 91],
  [720, 2, 2.4, 180],
])(
  "leaves of %i hours and authorities of %i years are watched from %d and %d days",
  (leafHours, authorityYears, leaf, authority) => {
    const [certificates, authorities] = pkiAlarms({ ...spec.pki, leafHours, authorityYears });
    expect([certificates?.threshold, authorities?.threshold]).toEqual([leaf, authority]);
  },
);

test("kubelet renews a certificate before it counts as late", () => {
  // client-go: at the latest with a tenth of its life left.
  for (const leafHours of [72, 720, 8760]) {
    const [certificates] = pkiAlarms({ ...spec.pki, leafHours });
    expect((certificates?.threshold ?? Infinity) * 24).toBeLessThanOrEqual(leafHours * 0.1);
  }
});

test("each is an alarm of its own, told when it begins and when it ends", async () => {
  const { ofType } = await deploy(() => {
    watchCertificates(
      "blue-pki-alarm",
      { spec, topicArn: "arn:topic" },
      new ComponentResource("test:test:Test", "parent"),
    );
    return {};
  });
  const alarms = Object.values(ofType("aws:cloudwatch/metricAlarm:MetricAlarm"));
  expect(alarms.map(({ name }) => name)).toEqual([
    "blue-pki-alarm-certificate-expiring",
    "blue-pki-alarm-authority-expiring",
    "blue-pki-alarm-order-refused",
  ]);
  expect(alarms[0]?.inputs).toEqual({
    name: "blue-pki-certificate-expiring",
    alarmDescription: expect.stringContaining("not renewed in time") as string,
    namespace: "Holdfast",
    metricName: "CertificateDaysLeft",
    dimensions: { Cluster: "blue" },
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    threshold: 29.2,
    period: 3600,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    treatMissingData: "breaching",
    alarmActions: ["arn:topic"],
    okActions: ["arn:topic"],
    tags: { Name: "blue-pki-certificate-expiring", "holdfast:cluster": "blue" },
  });
  expect(alarms[2]?.inputs).toMatchObject({
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
  });
});
