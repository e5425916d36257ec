/** Cluster specifications for tests, as settings would make them. */

import type { ClusterSpec } from "../components/clusterSpec";
import { parseSettings } from "../stacks/settings";
import { region } from "./mocks";

/** The specification of valid settings; throws what is wrong with others. */
export function specOf(cluster: object): ClusterSpec {
  const parsed = parseSettings({ cluster, "aws:region": region });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
  return parsed.spec;
}
