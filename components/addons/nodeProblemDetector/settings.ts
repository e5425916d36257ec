import type { Parsed } from "../../settings/fields";
import { wholeNumber } from "../../settings/fields";
import { onByDefault, section } from "../shared/settings";

export const nodeProblemDetectorSettings = section("Node Problem Detector, and replacement of unhealthy workers.", {
  enabled: onByDefault("Node Problem Detector: reports problems of a node as conditions and events."),
  workerReplacement: section("Replacement of unhealthy workers.", {
    enabled: onByDefault("Replace workers that stay unhealthy, one at a time."),
    notReadyMinutes: wholeNumber(5, 1440, {
      description: "Time for which a worker is not Ready before it is replaced.",
      unit: "minutes",
    }).default(15),
    problemMinutes: wholeNumber(1, 1440, {
      description: "Time for which a worker reports a permanent problem before it is replaced.",
      unit: "minutes",
    }).default(5),
    pauseMinutes: wholeNumber(5, 1440, {
      description: "Minimum time between two replacements.",
      unit: "minutes",
    }).default(10),
    maxUnhealthyPercentage: wholeNumber(1, 100, {
      description:
        "Share of unhealthy workers above which replacement pauses: the cause is then probably the network, an image or the API.",
      unit: "%",
    }).default(20),
  }),
});

export type NodeProblemDetectorSpec = Parsed<typeof nodeProblemDetectorSettings>;
