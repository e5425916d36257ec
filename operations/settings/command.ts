/** `holdfast settings`: reference, JSON Schema and explanations of settings. */
import { UsageError, printJson, printLines } from "../../cli/program";
import { settingRows, settingsReference } from "../../stacks/settingsReference";
import { stackFileSchema } from "../../stacks/settingsSchema";
import { explainSetting, formatExplanation } from "./explain";

interface JsonOption {
  readonly json?: boolean | undefined;
}

/** Prints docs/settings.md; as JSON, the settings as a list. */
export function printReference({ json }: JsonOption): number {
  return json === true ? printJson(settingRows()) : printLines([settingsReference().trimEnd()]);
}

/** Prints stacks/schema.json. */
export const printSchema = (): number => printJson(stackFileSchema());

/** @throws UsageError with a suggestion for an unknown setting. */
export function explain(path: string, { json }: JsonOption): number {
  const found = explainSetting(path);
  if ("suggestion" in found) throw new UsageError(found.suggestion);
  return json === true ? printJson(found) : printLines(formatExplanation(found));
}
