import type * as pulumi from "@pulumi/pulumi";

import { createPlannedAlarms } from "../alarms/metricAlarm";
import type { PlannedAlarmsArgs } from "../alarms/metricAlarm";
import { controlPlaneAlarms } from "./alarms.plan";

/** Alarms on configurations that the API server refuses. */
export function createControlPlaneAlarms(
  name: string,
  { spec, topicArn }: Pick<PlannedAlarmsArgs, "spec" | "topicArn">,
  parent: pulumi.Resource,
): void {
  createPlannedAlarms(name, { spec, area: "control-plane", alarms: controlPlaneAlarms, topicArn }, parent);
}
