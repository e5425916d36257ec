import type * as pulumi from "@pulumi/pulumi";

import { createMetricAlarm } from "../alarms/metricAlarm";
import { renderMetricAlarm } from "../alarms/metricAlarm.plan";
import type { ClusterSpec } from "../clusterSpec";
import { pkiAlarms } from "./alarms.plan";

export interface PkiAlarmsArgs {
  readonly spec: ClusterSpec;
  readonly topicArn: pulumi.Input<string>;
}

/** Alarms on the expiry of certificates and authorities, and on refused rotation stages. */
export function createPkiAlarms(name: string, { spec, topicArn }: PkiAlarmsArgs, parent: pulumi.Resource): void {
  const { name: cluster, etcd, pki } = spec;
  for (const alarm of pkiAlarms(pki)) {
    createMetricAlarm(
      `${name}-alarm-${alarm.name}`,
      {
        ...renderMetricAlarm(etcd.backups.metricsNamespace, cluster, alarm),
        cluster,
        alarmName: `pki-${alarm.name}`,
        topicArn,
      },
      parent,
    );
  }
}
