import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";

const code = "ValidationError";
const putAlarm = `${guides.cloudWatchApi}/API_PutMetricAlarm.html`;
const daySeconds = 86_400;

const isPeriod = (seconds: number): boolean => [10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);

export const alarmRules: readonly Rule<MetricAlarmArgs>[] = [
  {
    id: "alarm-evaluation-window",
    sentence:
      "An alarm looks back at most seven days, and one day if a period is shorter than an hour (`period` × `evaluationPeriods`).",
    source: putAlarm,
    code,
    check({ inputs: { metricQueries = [], period = 60, evaluationPeriods = 1 } }, violated) {
      const longest = Math.max(period, ...metricQueries.map(({ metric }) => metric?.period ?? 0));
      const days = longest < 3600 ? 1 : 7;
      if (longest * evaluationPeriods <= days * daySeconds) return;
      const message = `Metrics cannot be checked across more than ${days} day(s) (EvaluationPeriods * Period must be <= ${days * daySeconds})`;
      violated("evaluationPeriods", message);
    },
  },
  {
    id: "alarm-period",
    sentence: "A period is 10, 20 or 30 seconds, or a multiple of 60.",
    source: putAlarm,
    code,
    check({ inputs: { period, metricQueries = [] } }, violated) {
      const message = (seconds: number): string => `Period ${seconds} must be 10, 20, 30 or a multiple of 60`;
      if (period !== undefined && !isPeriod(period)) violated("period", message(period));
      metricQueries.forEach(({ metric }, index) => {
        if (metric?.period === undefined || isPeriod(metric.period)) return;
        violated(`metricQueries[${index}].metric.period`, message(metric.period));
      });
    },
  },
  {
    id: "alarm-datapoints",
    sentence: "`datapointsToAlarm` is at most `evaluationPeriods`.",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html",
    code,
    check({ inputs: { datapointsToAlarm: datapoints, evaluationPeriods = 1 } }, violated) {
      if (datapoints === undefined || datapoints <= evaluationPeriods) return;
      violated("datapointsToAlarm", `DatapointsToAlarm ${datapoints} exceeds EvaluationPeriods ${evaluationPeriods}`);
    },
  },
  {
    id: "alarm-metric-or-queries",
    sentence: "An alarm has a metric or metric queries, not both.",
    source: putAlarm,
    code,
    check({ inputs }, violated) {
      const { metricName, metricQueries } = inputs;
      if ((metricName === undefined) === (metricQueries === undefined)) {
        violated("metricName", "Specify either MetricName or Metrics, not both");
      } else if (metricQueries !== undefined) {
        for (const property of [
          "namespace",
          "dimensions",
          "period",
          "unit",
          "statistic",
          "extendedStatistic",
        ] as const) {
          if (inputs[property] !== undefined) violated(property, `Metrics exclude the parameter ${property}`);
        }
      }
    },
  },
  {
    id: "alarm-one-statistic",
    sentence: "An alarm on a metric has a statistic or an extended statistic, not both.",
    source: putAlarm,
    code,
    check({ inputs: { metricName, statistic, extendedStatistic } }, violated) {
      if (metricName === undefined || (statistic === undefined) !== (extendedStatistic === undefined)) return;
      violated("statistic", "Specify either Statistic or ExtendedStatistic, not both");
    },
  },
  {
    id: "alarm-one-result",
    sentence: "Exactly one of an alarm's metric queries returns data.",
    source: putAlarm,
    code,
    check({ inputs: { metricQueries } }, violated) {
      if (metricQueries?.filter(({ returnData }) => returnData === true).length === 1) return;
      if (metricQueries !== undefined)
        violated("metricQueries", "Exactly one element of Metrics sets ReturnData to true");
    },
  },
];
