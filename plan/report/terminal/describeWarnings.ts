import type { PlanProblem } from "../../program/problems";
import type { TerminalOptions } from "./style";
import { terminalStyle } from "./style";

/** Warnings for a terminal, each with its path; empty without any. */
export function describeWarnings(warnings: readonly PlanProblem[], options: TerminalOptions = {}): string {
  if (warnings.length === 0) return "";
  const { bold, yellow } = terminalStyle(options.color ?? false);
  const lines = warnings.flatMap(({ path, message }) => [yellow(`  ${path}`), `    ${message}`]);
  return [bold(`Warnings: ${warnings.length}`), ...lines, ""].join("\n");
}
