/** Metadata of rules for Pulumi: severity, rationale, remediation, framework. */
import type { Policy } from "@pulumi/policy";

import manifest from "./package.json";
import { advice, everywhere, production, standard } from "./model/levels";
import type { Levels } from "./model/levels";
import type { Rule } from "./model/rule";
import { areas } from "./rules";

type Metadata = Pick<Policy, "description" | "displayName" | "framework" | "remediationSteps" | "severity" | "tags">;

/** Severity by levels: the more environments a violation may not reach, the more severe it is. */
const severities: ReadonlyMap<Levels, NonNullable<Policy["severity"]>> = new Map([
  [everywhere, "critical"],
  [standard, "high"],
  [production, "medium"],
  [advice, "low"],
]);

/** Metadata of a rule. The description has the requirement and its rationale. */
export function metadataOf(rule: Rule): Metadata {
  const { name, levels, requirement, reason, fix, setting } = rule;
  const area = areas.find(({ rules }) => rules.includes(rule));
  const title = name.replaceAll("-", " ");
  return {
    displayName: title.charAt(0).toUpperCase() + title.slice(1),
    description: `${requirement} ${reason}`,
    severity: severities.get(levels) ?? "medium",
    tags: area === undefined ? [] : [area.title],
    remediationSteps: setting === undefined ? fix : `${fix} With Holdfast: cluster.${setting}.`,
    framework: { name: "Holdfast", version: manifest.version, reference: name, specification: requirement },
  };
}
