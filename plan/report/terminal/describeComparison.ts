import type { ChangeBlock, ChangeGroup } from "../../comparison/changeGroups";
import { groupChanges } from "../../comparison/changeGroups";
import type { Action, Comparison, ResourceChange, Rollout } from "../../comparison/changes";
import type { ChangeDescription } from "../../comparison/describeChange";
import type { ChangedLine } from "../../comparison/lineDiff";
import { summarizeChanges, instanceCount } from "../../comparison/summary";
import type { Style, TerminalOptions } from "./style";
import { columns, truncate, terminalStyle } from "./style";

/** Action symbols of `pulumi preview`. */
const signs: Readonly<Record<Action, string>> = { create: "+", update: "~", replace: "+-", delete: "-" };

const paints = { create: "green", update: "yellow", replace: "cyan", delete: "red" } as const;

/** Number of changed lines shown per text. */
const maxLines = 20;

/** Changes by component, for a terminal. */
export function describeComparison(comparison: Comparison, options: TerminalOptions = {}): string {
  const report = new ComparisonText(terminalStyle(options.color ?? false), options.width ?? 160);
  return `${report.lines(comparison).join("\n")}\n`;
}

class ComparisonText {
  constructor(
    private readonly style: Style,
    private readonly width: number,
  ) {}

  lines(comparison: Comparison): readonly string[] {
    const groups = groupChanges(comparison.changes);
    return [
      ...groups.flatMap((group) => [...this.group(group), ""]),
      ...this.files(comparison),
      this.style.bold(`${comparison.stack}: ${summarizeChanges(comparison)}`),
      ...this.rollouts(comparison.rollouts),
      ...this.warnings(comparison),
    ];
  }

  private group({ title, own, blocks }: ChangeGroup): readonly string[] {
    const sign = own ? `${this.style[paints[own.action]](signs[own.action])} ` : "";
    return [
      `${sign}${this.style.bold(title)}`,
      ...(own?.properties ?? []).flatMap((property) => this.property(property)),
      ...blocks.flatMap((block) => this.block(block)),
    ];
  }

  private block({ resources, properties }: ChangeBlock): readonly string[] {
    const heads = columns(
      resources.map(({ action, type, name }) => [signs[action].padEnd(2), type, name]),
      1,
    );
    return [
      ...resources.map((resource, index) => {
        const notes = [resource.protected && "protected", resource.retained && "stays in AWS"]
          .filter(Boolean)
          .join(", ");
        const head = this.style[paints[resource.action]](truncate(`  ${heads[index] ?? ""}`, this.width));
        return head + (notes === "" ? "" : this.style.red(` (${notes})`));
      }),
      ...properties.flatMap((property) => this.property(property)),
    ];
  }

  private property({ path, replaces, follows, lines, values }: ChangeDescription): readonly string[] {
    const mark = replaces ? this.style.cyan(" (forces replacement)") : "";
    const source = follows === undefined ? "" : ` follows ${follows}`;
    const head = `       ${path}:${source}`;
    if (lines) return [head + mark, ...this.changedLines(lines, 9)];
    if (values === undefined) return [head + mark];
    const room = Math.max(20, Math.floor((this.width - head.length - 5) / 2));
    const [before, after] = values.map((value) => truncate(value, room));
    return [`${head} ${before ?? ""} → ${after ?? ""}${mark}`];
  }

  private changedLines(lines: readonly ChangedLine[], indent: number): readonly string[] {
    const shown = lines
      .slice(0, maxLines)
      .map(({ sign, line }) =>
        this.style[sign === "+" ? "green" : "red"](truncate(`${" ".repeat(indent)}${sign} ${line}`, this.width)),
      );
    const left = lines.length - shown.length;
    return left === 0 ? shown : [...shown, `${" ".repeat(indent)}… ${left} more lines`];
  }

  private files({ files }: Comparison): readonly string[] {
    if (files.length === 0) return [];
    return [
      this.style.bold("Files of the node bundles"),
      ...files.flatMap(({ path, action, lines }) => [
        this.style[paints[action]](`  ${signs[action].padEnd(2)} ${path}`),
        ...this.changedLines(lines ?? [], 7),
      ]),
      "",
    ];
  }

  private rollouts(rollouts: readonly Rollout[]): readonly string[] {
    if (rollouts.length === 0) return [];
    const rows = rollouts.map((rollout) => [`  ${rollout.group}`, instanceCount(rollout), rollout.reasons.join(", ")]);
    return ["Instances to replace:", ...columns(rows).map((row) => truncate(row, this.width))];
  }

  private warnings({ changes, protection }: Comparison): readonly string[] {
    const refused = changes.filter((change) => change.protected);
    return [
      ...this.names("newly protected", protection.added),
      ...this.names("no longer protected", protection.removed),
      ...(refused.length === 0 ? [] : [this.style.red(describeRefusal(refused))]),
    ];
  }

  private names(label: string, names: readonly string[]): readonly string[] {
    return names.length === 0 ? [] : [truncate(`${names.length} ${label}: ${names.join(", ")}`, this.width)];
  }
}

const describeRefusal = (refused: readonly ResourceChange[]): string =>
  `pulumi up would refuse: ${refused.map(({ name }) => name).join(", ")} ${refused.length === 1 ? "is" : "are"} protected; ` +
  "to proceed, first remove the protection in a separate update or with pulumi state unprotect";
