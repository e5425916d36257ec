import { standard } from "./levels";
import type { Levels } from "./levels";

/** Tags that the rule `ownership-tags` requires of billable resources, and its levels. `holdfast new` writes these tags. */
export const ownershipTags: { readonly keys: readonly string[]; readonly levels: Levels } = {
  keys: ["owner", "environment", "cost-center"],
  levels: standard,
};
