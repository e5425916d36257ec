import type { PlannedAlarm } from "../alarms/metricAlarm";

/** Alarms on the control plane; docs/access.md explains each under its name. */
export const controlPlaneAlarms: readonly PlannedAlarm[] = [
  {
    name: "configuration-refused",
    description:
      "control plane: the API server refuses the configuration in the settings, or a member cannot try it; the members keep their configuration",
    metric: "ApiServerConfigRefused",
    breaches: "above",
    threshold: 0,
    // Members publish it at once, and then once an hour.
    period: 3600,
    periods: 1,
    missingData: "notBreaching",
  },
];
