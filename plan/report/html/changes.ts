import type { ChangeGroup, NamedChange } from "../../comparison/changeGroups";
import { isRefused } from "../../../components/changes/settingsChange.plan";
import { formatPath } from "../../../components/settings/problems";
import { describeLosses } from "../terminal/describeSettingsChanges";
import { groupChanges } from "../../comparison/changeGroups";
import type { Action, Comparison, FileChange } from "../../comparison/changes";
import type { ChangeDescription } from "../../comparison/describeChange";
import type { ChangedLine } from "../../comparison/lineDiff";
import { countChanges, instanceCount, summarizeChanges } from "../../comparison/summary";
import { formatDifference } from "../terminal/describeCost";
import { barRows } from "./chart/barRows";
import type { Content, Markup } from "./markup";
import { markup } from "./markup";
import { code, table } from "./table";

/** Changes against another plan: the summary, then each resource by component. */
export function changesSection(comparison: Comparison): Content {
  const { changes, cost, files, losses, order, protection, rollouts, settings } = comparison;
  const refused = changes.filter((change) => change.protected).map(({ name }) => name);
  return [
    markup`<p><b>${summarizeChanges(comparison)}</b></p>\n`,
    changes.length > 0 && effectChart(changes),
    cost &&
      markup`<p>Cost per month in USD: ${formatDifference(cost.min)} with all pools at their minimum, ${formatDifference(cost.max)} at their maximum size (<a href="#cost">by component</a>).</p>\n`,
    refused.length > 0 &&
      markup`<p class="refused">pulumi up would refuse to delete or replace these protected resources: ${refused.join(", ")}</p>\n`,
    losses.length > 0
      ? markup`<p class="refused">${describeLosses(losses)}</p>\n`
      : markup`<p>No stateful resource is deleted or replaced, except confirmed ones (confirmLoss).</p>\n`,
    settings.length > 0 && [
      markup`<h3>Changed settings</h3>\n`,
      table(
        "Changed settings",
        ["Setting", "Effect", "Details"],
        settings.map((change) => [
          formatPath(change.path),
          isRefused(change) ? "refused" : "rolled out",
          change.message,
        ]),
      ),
    ],
    names("Newly protected", protection.added),
    names("No longer protected", protection.removed),
    rollouts.length > 0 && [
      markup`<h3>Instances to replace</h3>\n`,
      table(
        "Instances to replace",
        ["Group", "Instances", "Changed properties"],
        rollouts.map((rollout) => [rollout.group, instanceCount(rollout), rollout.reasons.join(", ")]),
      ),
      order.map((step, index) => markup`<p>${String(index + 1)}. ${step}</p>\n`),
    ],
    groupChanges(changes).map(groupTable),
    files.length > 0 && [markup`<h3>Files of the node bundles</h3>\n`, files.map(fileChange)],
  ];
}

/** Chart of the resources by effect. */
function effectChart(changes: Comparison["changes"]): Markup {
  const counts = countChanges(changes);
  return barRows(
    {
      id: "effects",
      title: "Resources by effect",
      description: counts.map(({ label, count }) => `${count} ${label}`).join(", "),
    },
    counts.map(({ action, label, count }) => ({
      label,
      value: String(count),
      bars: [{ from: 0, to: count, kind: action, text: `${count} ${label}` }],
    })),
  );
}

const names = (title: string, resources: readonly string[]): Content =>
  resources.length > 0 && markup`<p>${title}: ${resources.join(", ")}</p>\n`;

const badge = (action: Action): Markup => markup`<span class="badge ${action}">${action}</span>`;

function groupTable({ title, own, blocks }: ChangeGroup): Content {
  const rows = blocks.map(({ resources, properties }) => [
    resources.map((resource) => {
      const { action, type, name } = resource;
      return markup`<div>${badge(action)} ${type} <b>${name}</b>${notes(resource)}</div>`;
    }),
    properties.map(property),
  ]);
  return [
    markup`<h3>${title}${own && markup` ${badge(own.action)}`}</h3>\n`,
    own?.properties.map(property),
    rows.length > 0 && table(`Changes of ${title}`, ["Resource", "Properties"], rows, "halves"),
  ];
}

const notes = ({ protected: isProtected, retained }: NamedChange): Content => [
  isProtected && markup` <span class="badge delete">protected</span>`,
  retained && markup` <span class="badge">stays in AWS</span>`,
];

function property({ path, replaces, follows, lines, values }: ChangeDescription): Markup {
  return markup`<div>${code(path)}${follows !== undefined && ` follows ${follows}`}${replaces && markup` <span class="badge replace">forces replacement</span>`}${lines && changedLines(lines)}${values && markup`: ${code(shorten(values[0]))} → ${code(shorten(values[1]))}`}</div>`;
}

const fileChange = ({ path, action, lines }: FileChange): Markup =>
  markup`<details><summary>${badge(action)} ${code(path)}</summary>${lines && changedLines(lines)}</details>\n`;

const changedLines = (lines: readonly ChangedLine[]): Markup =>
  markup`<pre>${lines.map(({ sign, line }) => (sign === "+" ? markup`<ins>+ ${line}</ins>\n` : markup`<del>- ${line}</del>\n`))}</pre>`;

const shorten = (content: string): string => (content.length <= 160 ? content : `${content.slice(0, 159)}…`);
