import type * as pulumi from "@pulumi/pulumi";

import { createPlannedAlarms } from "../alarms/metricAlarm";
import type { PlannedAlarmsArgs } from "../alarms/metricAlarm";
import { pkiAlarms } from "./alarms.plan";

/** Alarms on the expiry of certificates and authorities, and on refused rotation stages. */
export function createPkiAlarms(
  name: string,
  { spec, topicArn }: Pick<PlannedAlarmsArgs, "spec" | "topicArn">,
  parent: pulumi.Resource,
): void {
  createPlannedAlarms(name, { spec, area: "pki", alarms: pkiAlarms(spec.pki), topicArn }, parent);
}
