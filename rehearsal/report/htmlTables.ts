import type { Action, Comparison, PropertyChange } from "./compare";
import { factsOf, text, traffic } from "./facts";
import { groupByComponent, nameWithin, shortType } from "./grouping";
import type { Content, Markup } from "./markup";
import { markup } from "./markup";
import type { PlainResource, Properties } from "./planFile";
import type { ReportedPlan } from "./reportedPlan";
import { summarise } from "./terminalComparison";
import { changedText } from "./textDifference";
import { decodeUserData } from "./userData";

/** The tables of the HTML report. */

function table(headings: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  return markup`<div class="scroll"><table><thead><tr>${headings.map((heading) => markup`<th>${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

const code = (content: Content): Markup => markup`<code>${content}</code>`;

/** Kinds of machines with their numbers, types and disks. */
export function machineTable({ spec }: ReportedPlan): Markup {
  const disk = ({ sizeGiB, iops, throughputMiBps }: typeof spec.etcd.volume): string =>
    `${sizeGiB} GiB, ${iops} IOPS, ${throughputMiBps} MiB/s`;
  const { controlPlane, etcd } = spec;
  const rows: (readonly Content[])[] = [
    [
      "control plane",
      String(controlPlane.members),
      controlPlane.instanceType,
      controlPlane.architecture,
      disk(controlPlane.rootVolume),
      etcd.topology === "stacked" ? disk(etcd.volume) : "",
      "",
    ],
    ...(etcd.topology === "external"
      ? [
          [
            "etcd",
            String(etcd.members),
            etcd.instanceType,
            etcd.architecture,
            disk(etcd.rootVolume),
            disk(etcd.volume),
            "",
          ],
        ]
      : []),
    ...Object.entries(spec.workers).map(([name, pool]) => [
      `pool ${name}`,
      pool.min === pool.max ? String(pool.min) : `${pool.min}–${pool.max}`,
      pool.instanceTypes.join(", "),
      pool.architecture,
      disk(pool.rootVolume),
      "",
      [
        ...Object.entries(pool.labels).map(([key, value]) => `${key}=${value}`),
        ...pool.taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`),
      ].join(", "),
    ]),
  ];
  return table(["Machines", "Count", "Instance types", "CPU", "Root disk", "etcd's disk", "Labels and taints"], rows);
}

const ruleTypes: Readonly<Record<string, string>> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "in from",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "out to",
};

/** Every rule of every security group. */
export function firewallTable(plan: ReportedPlan): Markup {
  const groups = new Map(
    plan.resources
      .filter(({ type }) => type === "aws:ec2/securityGroup:SecurityGroup")
      .map(({ outputs, inputs, name }) => [outputs.id, text((inputs.tags as Properties | undefined)?.Name) || name]),
  );
  const rows = plan.resources
    .filter(({ type }) => ruleTypes[type] !== undefined)
    .map(({ type, inputs }) => [
      groups.get(inputs.securityGroupId) ?? text(inputs.securityGroupId),
      ruleTypes[type] ?? "",
      groups.get(inputs.referencedSecurityGroupId) ?? text(inputs.cidrIpv4 ?? inputs.cidrIpv6 ?? inputs.prefixListId),
      traffic(inputs),
      text(inputs.description),
    ])
    .sort((left, right) => left.slice(0, 2).join().localeCompare(right.slice(0, 2).join()));
  return table(["Security group", "", "Peer", "Traffic", "Why"], rows);
}

/** Every resource by component, each with its inputs to unfold. */
export function componentSections(plan: ReportedPlan): Content {
  return groupByComponent(plan)
    .filter(({ resources }) => resources.length > 0)
    .map(({ component, resources }) => {
      const title = component ? shortType(component.type) : "Stack";
      const rows = resources.map((resource) => [
        shortType(resource.type),
        inputsOf(resource, nameWithin(component, resource)),
        [factsOf(resource), resource.options?.protect === true && markup` <span class="badge">protected</span>`],
        code(text(resource.outputs.id)),
      ]);
      return markup`<details><summary><b>${title}</b> ${component?.name} <span class="count">${resources.length}</span></summary>
${table(["Type", "Name", "", "Id"], rows)}</details>\n`;
    });
}

/** Longer texts are files, which have a section of their own. */
const longestInput = 4000;

function inputsOf({ inputs }: PlainResource, name: string): Markup {
  const shown = JSON.stringify(
    inputs,
    (_key, value: unknown) =>
      typeof value === "string" && value.length > longestInput ? `… ${value.length} characters …` : value,
    2,
  );
  return markup`<details class="inputs"><summary>${name}</summary><pre>${shown}</pre></details>`;
}

/** User data of every launch template, and the files of the node bundle. */
export function fileSections(plan: ReportedPlan): Content {
  const templates = plan.resources.filter(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate");
  const userData = templates.map(({ inputs, name }) => ({
    path: `user data of ${text(inputs.name) || name}`,
    content: decodeUserData(text(inputs.userData)),
  }));
  const bundle = Object.entries(plan.bundle.files).map(([path, content]) => ({ path, content }));
  const file = ({ path, content }: { path: string; content: string }): Markup =>
    markup`<details><summary><code>${path}</code> <span class="count">${Buffer.byteLength(content)} bytes</span></summary><pre>${content}</pre></details>\n`;
  return [
    markup`<h3>User data</h3>`,
    userData.map(file),
    markup`<h3>Node bundle ${code(plan.bundle.key)}</h3>`,
    bundle.map(file),
  ];
}

const actionNames: Readonly<Record<Action, string>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};

/** What would change against another plan. */
export function comparisonTable(comparison: Comparison): Markup {
  const rows = comparison.changes.map((change) => [
    markup`<span class="badge ${change.action}">${actionNames[change.action]}</span>${change.protected && markup` <span class="badge delete">protected</span>`}`,
    `${shortType(change.type)} ${change.name}`,
    change.changes.map(propertyChange),
  ]);
  return markup`<p>${summarise(comparison)}</p>${rows.length > 0 && table(["", "Resource", "Properties"], rows)}`;
}

function propertyChange({ path, before, after, replaces, follows }: PropertyChange): Markup {
  const value = (content: unknown): Content => code(shorten(content === undefined ? "nothing" : text(content)));
  const lines = follows === undefined ? changedText(before, after) : undefined;
  const what = lines
    ? markup`<pre>${lines.map(({ sign, line }) => `${sign} ${line}\n`)}</pre>`
    : markup`${value(before)} → ${value(after)}`;
  const source = follows === undefined ? what : markup`follows ${follows.split("::").at(-1)}`;
  return markup`<div>${code(path)}: ${source}${replaces && " (makes a new resource)"}</div>`;
}

const shorten = (content: string): string => (content.length <= 120 ? content : `${content.slice(0, 119)}…`);

/** Outputs of the stack. */
export function outputTable({ outputs }: ReportedPlan): Markup {
  const rows = Object.entries(outputs)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, code(shorten(text(value)))]);
  return table(["Output", "Value"], rows);
}
