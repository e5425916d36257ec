import type { Verdicts } from "../../verdicts";
import { countVerdicts, groupVerdicts, resourcesIn } from "../verdictGroups";
import type { VerdictLabel } from "../verdictGroups";
import type { Content } from "./markup";
import { markup } from "./markup";
import { table } from "./table";

const badges: Readonly<Record<VerdictLabel, string>> = {
  mandatory: "delete",
  advisory: "update",
  undecided: "replace",
  exempt: "",
};

/** Verdicts of the policies, most severe first. */
export function policySection({ environment, applied, outcomes }: Verdicts): Content {
  const rows = groupVerdicts(outcomes).map(({ label, outcomes: same }) => [
    markup`<span class="badge ${badges[label]}">${label}</span>`,
    same[0].rule,
    [markup`<div>${same[0].message}</div>`, markup`<div class="count">${resourcesIn(same).join(", ")}</div>`],
  ]);
  return [
    markup`<p><b>${applied} rules for ${environment}; ${countVerdicts(outcomes)}</b></p>\n`,
    rows.length > 0 && table("Policies", ["Level", "Rule", "Message"], rows),
  ];
}
