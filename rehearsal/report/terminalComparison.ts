import type { Action, Comparison, PropertyChange, ResourceChange } from "./compare";
import { shortType } from "./grouping";
import type { Style, TerminalOptions } from "./style";
import { fit, terminalStyle } from "./style";
import { changedText } from "./textDifference";

/** Signs of `pulumi preview`. */
const signs: Readonly<Record<Action, string>> = { create: "+", update: "~", replace: "+-", delete: "-" };

const paints: Readonly<Record<Action, keyof Style>> = {
  create: "green",
  update: "yellow",
  replace: "cyan",
  delete: "red",
};

/** What a change would do, resource by resource, for reading in a terminal. */
export function describeComparison(comparison: Comparison, options: TerminalOptions = {}): string {
  const style = terminalStyle(options.colour ?? false);
  const width = options.width ?? 160;
  const lines = [
    ...comparison.changes.flatMap((change) => changeLines(change, style, width)),
    ...(comparison.changes.length > 0 ? [""] : []),
    style.bold(summarise(comparison)),
    ...warnings(comparison, style),
  ];
  return `${lines.join("\n")}\n`;
}

/** How many resources each thing would happen to, in one line. */
export function summarise({ changes, unchanged }: Comparison): string {
  const words: Readonly<Record<Action, string>> = {
    create: "to create",
    update: "to update",
    replace: "to replace",
    delete: "to delete",
  };
  const counts = Object.entries(words)
    .map(([action, word]) => ({ word, count: changes.filter((change) => change.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`);
  return [...(counts.length > 0 ? counts : ["no changes"]), `${unchanged} unchanged`].join(", ");
}

function changeLines(change: ResourceChange, style: Style, width: number): readonly string[] {
  const paint = style[paints[change.action]];
  const notes = [change.protected && "protected", change.retained && "stays in AWS"].filter(Boolean).join(", ");
  const head = `${signs[change.action].padEnd(2)} ${shortType(change.type)} ${change.name}`;
  return [
    paint(fit(head, width)) + (notes === "" ? "" : style.red(` (${notes})`)),
    ...change.changes.flatMap((property) => propertyLines(property, style, width)),
  ];
}

function propertyLines(property: PropertyChange, style: Style, width: number): readonly string[] {
  const { path, before, after, follows } = property;
  const mark = property.replaces ? style.cyan(" (makes a new resource)") : "";
  if (follows !== undefined) return [`     ${path}: follows ${follows.split("::").at(-1) ?? ""}${mark}`];
  const lines = changedText(before, after);
  if (lines) {
    const painted = lines.map(({ sign, line }) =>
      style[sign === "+" ? "green" : "red"](fit(`       ${sign} ${line}`, width)),
    );
    return [`     ${path}:${mark}`, ...painted];
  }
  const room = Math.max(20, Math.floor((width - path.length - 12) / 2));
  return [`     ${path}: ${fit(show(before), room)} → ${fit(show(after), room)}${mark}`];
}

const show = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));

function warnings({ changes }: Comparison, style: Style): readonly string[] {
  const refused = changes.filter((change) => change.protected);
  if (refused.length === 0) return [];
  const names = refused.map(({ name }) => name).join(", ");
  return [
    style.red(
      `pulumi up would refuse: ${names} ${refused.length === 1 ? "is" : "are"} protected; \`pulumi state unprotect\` first if that is meant`,
    ),
  ];
}
