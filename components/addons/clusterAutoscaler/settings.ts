import { z } from "zod";

import type { ClusterSpec } from "../../clusterSpec";
import type { Parsed } from "../../settings/fields";
import { wholeNumber } from "../../settings/fields";
import type { Finding, SettingPath } from "../../settings/problems";
import { checkDuplicates, finding } from "../../settings/problems";
import { suggest } from "../../settings/suggestions";
import { onByDefault, section } from "../shared/settings";

export const clusterAutoscalerSettings = section("Cluster Autoscaler: scales worker pools.", {
  enabled: onByDefault("Cluster Autoscaler: adds nodes for pending pods and removes unneeded nodes."),
  expanders: z
    .array(z.enum(["least-waste", "least-nodes", "most-pods", "priority", "random"]))
    .min(1)
    .default(["least-waste"])
    .meta({ description: "Strategies for choosing among pools that fit, tried in this order until one pool is left." }),
  priorities: z
    .record(z.string(), z.int().min(1).max(1000))
    .default({})
    .meta({ description: "Priority by pool, 1 to 1000, highest first. Requires the expander `priority`." }),
  balanceSimilarPools: onByDefault("Keep similar pools at the same size."),
  scaleDown: section("Removal of unneeded nodes.", {
    enabled: onByDefault("Remove unneeded nodes."),
    utilizationPercentage: wholeNumber(1, 99, {
      description: "Share of a node's CPU and memory that pods request; below it, the node is unneeded.",
      unit: "%",
    }).default(50),
    unneededMinutes: wholeNumber(1, 1440, {
      description: "Time for which a node is unneeded before its removal.",
      unit: "minutes",
    }).default(10),
    delayAfterAddMinutes: wholeNumber(0, 1440, {
      description: "Time after a scale-up during which no node is removed.",
      unit: "minutes",
    }).default(10),
  }),
});

export type ClusterAutoscalerSpec = Parsed<typeof clusterAutoscalerSettings>;

export function* checkClusterAutoscaler({ addons, workers }: ClusterSpec): Iterable<Finding> {
  const { expanders, priorities } = addons.clusterAutoscaler;
  const pools = Object.keys(workers);
  const at = (key: string, ...rest: string[]): SettingPath => ["addons", "clusterAutoscaler", key, ...rest];
  yield* checkDuplicates(at("expanders"), expanders);
  for (const pool of Object.keys(priorities)) {
    if (!pools.includes(pool)) {
      yield finding(at("priorities", pool), `unknown pool; ${suggest(pool, pools)}`, [["workers"]]);
    }
  }
  const hasPriorities = Object.keys(priorities).length > 0;
  if (expanders.includes("priority") && !hasPriorities) {
    const message = "the expander priority needs priorities; add addons.clusterAutoscaler.priorities";
    yield finding(at("expanders"), message, [at("priorities")]);
  }
  if (!expanders.includes("priority") && hasPriorities) {
    const message = "only valid with the expander priority; add it to addons.clusterAutoscaler.expanders";
    yield finding(at("priorities"), message, [at("expanders")]);
  }
}
