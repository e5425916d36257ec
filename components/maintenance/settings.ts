import { z } from "zod";
import { mapping, text, wholeNumber } from "../settings/fields";
import type { TextRule } from "../settings/textRules";
import { weekdays } from "./windows.plan";

const timeRule: TextRule = (time) =>
  /^([01]\d|2[0-3]):[0-5]\d$/.test(time) ? undefined : 'not a time; write hours and minutes in UTC, such as "02:00"';

const window = mapping({
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .meta({ description: "Days on which the window starts: `Mon` to `Sun`, in UTC." }),
  start: text(timeRule, { description: 'Time at which rollouts start, such as `"02:00"`.', unit: "UTC" }),
  // EventBridge Scheduler retries for at most 86,400 seconds.
  hours: wholeNumber(1, 24, {
    description:
      "Time within which AWS tries to start the rollouts. A rollout that has started may take longer than the window.",
    unit: "hours",
  }),
});

export const maintenanceSettings = mapping({
  windows: z
    .array(window)
    .default([])
    .meta({
      description:
        "Maintenance windows. `pulumi up` changes the launch templates; AWS replaces the machines of all groups in the next window.",
      defaultIs: "none: rollouts start with the update",
    }),
})
  .prefault({})
  .meta({
    description: "Times at which rollouts start.",
    examples: [
      {
        windows: [
          { days: ["Tue", "Thu"], start: "01:30", hours: 2 },
          { days: ["Sat"], start: "22:00", hours: 6 },
        ],
      },
    ],
  });
