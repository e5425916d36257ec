import { listOf } from "../../../components/changes/confirmLoss.plan";
import { formatChange, isRefused } from "../../../components/changes/settingsChange.plan";
import type { Comparison } from "../../comparison/changes";
import type { TerminalOptions } from "./style";
import { terminalStyle } from "./style";

/** Changed settings with their effects, and the order of the rollouts, for a terminal; refusals come last. */
export function describeSettingsChanges(
  { settings, order, losses }: Comparison,
  options: TerminalOptions = {},
): string {
  const { bold, red } = terminalStyle(options.color ?? false);
  const refused = settings.filter(isRefused);
  const rolledOut = settings.filter((change) => !isRefused(change));
  const sections = [
    order.length > 0 && [
      bold("Order of the replacements:"),
      ...order.map((step, index) => `  ${index + 1}. ${step}`),
      "",
    ],
    rolledOut.length > 0 && [bold(`Changes to roll out: ${rolledOut.length}`), ...rolledOut.map(formatChange)],
    refused.length > 0 && [
      red(`Refused, because the cluster is live: ${refused.length}`),
      ...refused.map(formatChange),
    ],
    losses.length > 0 && [red(describeLosses(losses)), ""],
  ];
  const lines = sections.flatMap((section) => section || []);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}`;
}

export const describeLosses = (losses: readonly string[]): string =>
  `Refused, because ${losses.length === 1 ? "a stateful resource" : `${losses.length} stateful resources`} would be deleted or replaced: ${losses.join(", ")}; ` +
  `keep ${losses.length === 1 ? "it" : "them"}, or write confirmLoss: ${listOf(losses)}`;
