import { ComponentResource } from "@pulumi/pulumi";

import { createPkiAlarms } from "../../../components/pki/alarms";
import { pkiAlarms } from "../../../components/pki/alarms.plan";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

const spec = specOf({ name: "blue", workers: { general: {} } });

test.each([
  [8760, 10, 29.2, 180],
  [72, 1, 0.2, 91],
  [720, 2, 2.4, 180],
])(
  "with certificates of %i hours and authorities of %i years, the thresholds are %d and %d days",
  (leafHours, authorityYears, leaf, authority) => {
    const [certificates, authorities] = pkiAlarms({ ...spec.pki, leafHours, authorityYears });
    expect([certificates?.threshold, authorities?.threshold]).toEqual([leaf, authority]);
  },
);

test("kubelet renews a certificate before the alarm starts", () => {
  // client-go: at the latest with a tenth of its life left.
  for (const leafHours of [72, 720, 8760]) {
    const [certificates] = pkiAlarms({ ...spec.pki, leafHours });
    expect((certificates?.threshold ?? Infinity) * 24).toBeLessThanOrEqual(leafHours * 0.1);
  }
});

test("the topic is notified when an alarm starts and when it ends", async () => {
  const { ofType } = await deploy(() => {
    createPkiAlarms("blue-pki", { spec, topicArn: "arn:topic" }, new ComponentResource("test:test:Test", "parent"));
  });
  const alarms = Object.values(ofType("aws:cloudwatch/metricAlarm:MetricAlarm"));
  expect(alarms.map(({ name }) => name)).toEqual(pkiAlarms(spec.pki).map(({ name }) => `blue-pki-alarm-${name}`));
  expect(alarms[0]?.inputs).toMatchObject({
    name: "blue-pki-certificate-expiring",
    dimensions: { Cluster: "blue" },
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    alarmActions: ["arn:topic"],
    okActions: ["arn:topic"],
  });
  expect(alarms[2]?.inputs).toMatchObject({ statistic: "Maximum", comparisonOperator: "GreaterThanThreshold" });
});
