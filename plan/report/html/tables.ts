import type { DiskSpec } from "../../../components/settings/fields";
import type { WorkerPoolSpec } from "../../../components/workers/settings";
import { detailsOf, text, formatTraffic } from "../resourceDetails";
import { groupByComponent, nameWithin, shortType } from "../grouping";
import type { Content, Markup } from "./markup";
import { markup } from "./markup";
import type { PlanProblem } from "../../program/problems";
import type { PlainResource, Properties } from "../planFile";
import type { ReportedPlan } from "../reportedPlan";
import { topologyOf } from "../topology";
import { decodeUserData } from "../userData";
import { code, table } from "./table";

/** Table of instances: count, types and disks of each group. */
export function instanceTable(plan: ReportedPlan): Markup {
  const { controlPlane, etcd } = plan.spec;
  const stacked = etcd.topology === "stacked";
  type Machine = Pick<typeof controlPlane, "instanceType" | "architecture" | "rootVolume">;
  const instance = ({ instanceType, architecture, rootVolume }: Machine): readonly string[] => [
    instanceType,
    architecture,
    "on demand",
    disk(rootVolume),
  ];
  const rows: readonly (readonly Content[])[] = [
    ["control plane", controlPlane.members, ...instance(controlPlane), stacked ? disk(etcd.volume) : "", ""],
    ...(etcd.topology === "external" ? [["etcd", etcd.members, ...instance(etcd), disk(etcd.volume), ""]] : []),
    ...topologyOf(plan).pools.map((pool) => [
      `pool ${pool.name}`,
      pool.min === pool.max ? pool.min : `${pool.min}–${pool.max}`,
      pool.types,
      pool.architecture,
      pool.purchase,
      disk(pool.rootVolume),
      "",
      labelsAndTaints(pool).map((item) => markup`<div>${item}</div>`),
    ]),
  ];
  return table(
    "Instances",
    ["Group", "Count", "Instance types", "CPU", "Purchase", "Root disk", "etcd disk", "Labels and taints"],
    rows,
  );
}

const disk = ({ sizeGiB, iops, throughputMiBps }: DiskSpec): string =>
  `${sizeGiB} GiB, ${iops} IOPS, ${throughputMiBps} MiB/s`;

const labelsAndTaints = ({ labels, taints }: Pick<WorkerPoolSpec, "labels" | "taints">): readonly string[] => [
  ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
  ...taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`),
];

const directions: ReadonlyMap<string, string> = new Map([
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "in from"],
  ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out to"],
]);

/** Table of all security group rules. */
export function firewallTable(plan: ReportedPlan): Markup {
  const groups = new Map(
    plan.resources
      .filter(({ type }) => type === "aws:ec2/securityGroup:SecurityGroup")
      .map(({ outputs, inputs, name }) => [outputs.id, text((inputs.tags as Properties | undefined)?.Name) || name]),
  );
  const rows = plan.resources
    .filter(({ type }) => directions.has(type))
    .map(({ type, inputs }) => [
      groups.get(inputs.securityGroupId) ?? text(inputs.securityGroupId),
      directions.get(type) ?? "",
      groups.get(inputs.referencedSecurityGroupId) ?? text(inputs.cidrIpv4 ?? inputs.cidrIpv6 ?? inputs.prefixListId),
      formatTraffic(inputs),
      text(inputs.description),
    ])
    .sort((left, right) => left.slice(0, 2).join().localeCompare(right.slice(0, 2).join()));
  return table("Firewall", ["Security group", "Direction", "Peer", "Traffic", "Description"], rows);
}

/** All resources by component, with collapsed inputs. */
export function componentSections(plan: ReportedPlan): Content {
  return groupByComponent(plan)
    .filter(({ resources }) => resources.length > 0)
    .map(({ component, resources }) => {
      const title = component ? shortType(component.type) : "Stack";
      const rows = resources.map((resource) => [
        shortType(resource.type),
        inputsOf(resource, nameWithin(component, resource)),
        [detailsOf(resource), resource.options?.protect === true && markup` <span class="badge">protected</span>`],
        code(text(resource.outputs.id)),
      ]);
      return markup`<details><summary><b>${title}</b> ${component?.name} <span class="count">${resources.length}</span></summary>
${table(`Resources of ${title} ${component?.name ?? ""}`, ["Type", "Name", "Details", "Id"], rows)}</details>\n`;
    });
}

/** Longest input shown. Longer texts are files, which another section shows. */
const maxInputLength = 4000;

function inputsOf({ inputs }: PlainResource, name: string): Markup {
  const shown = JSON.stringify(
    inputs,
    (_key, value: unknown) =>
      typeof value === "string" && value.length > maxInputLength ? `… ${value.length} characters …` : value,
    2,
  );
  return markup`<details class="inputs"><summary>${name}</summary><pre>${shown}</pre></details>`;
}

/** User data of all launch templates, and the files of the node bundles. */
export function fileSections(plan: ReportedPlan): Content {
  const templates = plan.resources.filter(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate");
  const userData = templates.map(({ inputs, name }) => ({
    path: `user data of ${text(inputs.name) || name}`,
    content: decodeUserData(text(inputs.userData)),
  }));
  const file = ({ path, content }: { path: string; content: string }): Markup =>
    markup`<details><summary><code>${path}</code> <span class="count">${Buffer.byteLength(content)} bytes</span></summary><pre>${content}</pre></details>\n`;
  return [
    markup`<h3>User data</h3>`,
    userData.map(file),
    plan.bundles.map(({ name, key, files }) => [
      markup`<h3>Node bundle ${name}: ${code(key)}</h3>`,
      Object.entries(files).map(([path, content]) => file({ path, content })),
    ]),
  ];
}

/** Table of the stack outputs. */
export function outputTable({ outputs }: ReportedPlan): Markup {
  const shorten = (content: string): string => (content.length <= 120 ? content : `${content.slice(0, 119)}…`);
  const rows = Object.entries(outputs)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, code(shorten(text(value)))]);
  return table("Outputs", ["Output", "Value"], rows);
}

/** Table of the warnings about the settings. */
export const warningTable = (warnings: readonly PlanProblem[]): Markup =>
  table(
    "Warnings",
    ["Setting", "Warning"],
    warnings.map(({ path, message }) => [code(path), message]),
  );
