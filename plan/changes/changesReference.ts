import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { tableRow } from "../../cli/markdown";
import { liveSettingsOutput } from "../../components/changes/liveSettings.plan";
import { isRefused } from "../../components/changes/settingsChange.plan";
import { formatPath } from "../../components/settings/problems";
import { outputsChangedByUpdate, replacementProperties } from "../../simulation/registry";
import { comparePlans } from "../comparison/compare";
import type { Comparison } from "../comparison/changes";
import { isRefusedChange } from "../comparison/losses";
import { summarizeChanges } from "../comparison/summary";
import { plainPlan, planStack } from "../planStack";
import { mergeSettings } from "../../stacks/file/merge";
import type { PlainPlan } from "../report/planFile";
import { describeLosses } from "../report/terminal/describeSettingsChanges";
import { baseSettings, baseStack, changeCases } from "./cases";
import type { ChangeCase } from "./cases";
import { afterTable, introduction } from "./pageText";

/** Result of one case: the words of the page. */
export interface TriedChange {
  readonly effect: "refused" | "rolled out" | "updated in place" | "no effect";
  readonly details: readonly string[];
}

const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };

/** Plans by settings: many cases start from the same live cluster. */
export class ChangeTrial {
  readonly #plans = new Map<string, Promise<PlainPlan>>();

  /** Plans a cluster before and after a change, and compares, as `npx holdfast plan <stack> --against` does. */
  async try({ live, wanted }: ChangeCase): Promise<TriedChange> {
    const before = await this.#plan(live);
    const comparison = comparePlans(before, await this.#plan(wanted, before.outputs), types);
    return { effect: effectOf(comparison), details: detailsOf(comparison) };
  }

  #plan(settings: object, outputs?: PlainPlan["outputs"]): Promise<PlainPlan> {
    const key = JSON.stringify([settings, outputs?.[liveSettingsOutput]]);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const overrides = mergeSettings(baseSettings, settings) as object;
    const planned = planStack(baseStack, { overrides, outputs }).then((plan): PlainPlan => plainPlan(plan));
    this.#plans.set(key, planned);
    return planned;
  }
}

function effectOf(comparison: Comparison): TriedChange["effect"] {
  if (isRefusedChange(comparison)) return "refused";
  const { changes, rollouts, settings } = comparison;
  if (rollouts.length > 0 || settings.length > 0) return "rolled out";
  return changes.length > 0 || comparison.protection.added.length > 0 ? "updated in place" : "no effect";
}

function detailsOf({ settings, order, losses, ...comparison }: Comparison): readonly string[] {
  const refused = settings.filter(isRefused);
  const shown = refused.length > 0 ? refused : settings;
  const changes = shown.map(({ path, message }) => `\`${formatPath(path)}\`: ${message}`);
  if (refused.length > 0) return changes;
  if (losses.length > 0) return [...changes, describeLosses(losses)];
  const added = comparison.protection.added.length;
  return [
    ...changes,
    ...order.map((step, index) => `${index + 1}. ${step}`),
    ...(added > 0 ? [`${added} resources protected`] : []),
    ...(comparison.changes.length > 0 ? [summarizeChanges(comparison)] : []),
  ];
}

/** Rows of the page by section. @param results results by case, in the order of the cases. */
export function renderChanges(results: ReadonlyMap<ChangeCase, TriedChange>): string {
  const sections = Object.entries(changeCases).flatMap(([title, cases]) => [
    "",
    `### ${title}`,
    "",
    "| Change | Effect | Details |",
    "| --- | --- | --- |",
    ...cases.map((each) => changeRow(each, results.get(each) ?? { effect: "no effect", details: [] })),
  ]);
  return [introduction.trimEnd(), ...sections, "", afterTable.trim(), ""].join("\n");
}

/** Row of a change in the page. */
export const changeRow = ({ title }: ChangeCase, { effect, details }: TriedChange): string =>
  tableRow([title, effect, details.join("<br>")]);

/** Markdown text of docs/changes.md. */
export async function changesReference(): Promise<string> {
  const trial = new ChangeTrial();
  const results = new Map<ChangeCase, TriedChange>();
  for (const each of Object.values(changeCases).flat()) results.set(each, await trial.try(each));
  return renderChanges(results);
}

if (require.main === module) {
  void changesReference().then((text) => {
    writeFileSync(join(__dirname, "../../docs/changes.md"), text);
  });
}
