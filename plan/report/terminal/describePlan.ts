import { urlOf } from "../../../components/api/address.plan";
import { detailsOf, text } from "../resourceDetails";
import type { ComponentGroup } from "../grouping";
import { groupByComponent, nameWithin, shortType } from "../grouping";
import type { PlainResource } from "../planFile";
import type { ReportedPlan } from "../reportedPlan";
import { countResources, topologyOf } from "../topology";
import type { Instance, Topology } from "../topology";
import type { Style, TerminalOptions } from "./style";
import { columns, truncate, terminalStyle } from "./style";

/** Number of names shown for several resources of one type in a component. */
const maxNames = 4;

/** Plan for a terminal: the cluster by zone, pools, addresses, then every component. */
export function describePlan(plan: ReportedPlan, options: TerminalOptions = {}): string {
  const style = terminalStyle(options.color ?? false);
  const width = options.width ?? Infinity;
  const topology = topologyOf(plan);
  const { spec } = plan;
  const sections: readonly (readonly string[])[] = [
    [style.bold(`${plan.stack}: Kubernetes ${spec.kubernetesVersion} in ${plan.region}`), summary(plan)],
    table(["Network", ...topology.zones.map(({ name }) => name)], zoneRows(plan, topology), style, width),
    table(["Pool", "Instances", "Instance types", "CPU", "Purchase"], poolRows(topology), style, width),
    [style.bold("Addresses"), ...columns(addressRows(plan, topology)).map((line) => truncate(line, width))],
    ...groupByComponent(plan).map((group) => componentLines(group, style, width, options.all ?? false)),
    [style.bold("Outputs"), ...outputLines(plan, width)],
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
  width: number,
): readonly string[] {
  if (rows.length === 0) return [style.bold(`${headings[0] ?? ""}: none`)];
  const [header = "", ...body] = columns([headings, ...rows]).map((line) => truncate(line, width));
  return [style.bold(header), ...body];
}

function summary(plan: ReportedPlan): string {
  const { aws, tls, components, protectedCount } = countResources(plan);
  return `${aws + tls} resources in ${components} components: ${aws} AWS resources, ${tls} keys and certificates; ${protectedCount} protected from deletion`;
}

function zoneRows({ spec }: ReportedPlan, { zones, pools }: Topology): readonly (readonly string[])[] {
  const instance = ({ member, instanceType, volume }: Instance): string =>
    `${member} ${instanceType}${volume ? ` + ${volume.sizeGiB} GiB` : ""}`;
  const row = (title: string, cell: (zone: (typeof zones)[number]) => string): readonly string[] => [
    title,
    ...zones.map((zone) => cell(zone) || "–"),
  ];
  return [
    row("public", ({ publicSubnet, nat }) => {
      const address = publicSubnet?.cidr ?? publicSubnet?.id ?? "";
      return nat ? `${address} + NAT` : address;
    }),
    row("private", ({ privateSubnet }) => privateSubnet?.cidr ?? privateSubnet?.id ?? ""),
    row("control plane", ({ controlPlane }) => controlPlane.map(instance).join(", ")),
    ...(spec.etcd.topology === "external" ? [row("etcd", ({ etcd }) => etcd.map(instance).join(", "))] : []),
    ...pools.map((pool) => row(`pool ${pool.name}`, ({ name }) => (pool.zones.includes(name) ? "●" : ""))),
  ];
}

const poolRows = ({ pools }: Topology): readonly (readonly string[])[] =>
  pools.map(({ name, min, max, types, architecture, purchase }) => [
    name,
    min === max ? String(min) : `${min} to ${max}`,
    types,
    architecture,
    purchase,
  ]);

function addressRows(plan: ReportedPlan, { vpc, loadBalancers, awsAccess }: Topology): readonly (readonly string[])[] {
  const { podCidr, serviceCidr } = plan.spec.network;
  return [
    ["  VPC", `${vpc.cidr}${vpc.existing ? ` (${vpc.id}, existing)` : ""}`],
    ["  pods", podCidr],
    ["  services", serviceCidr],
    ...loadBalancers.map(({ dnsName, from }) => ["  API", `${urlOf(dnsName)} from ${from.join(", ")}`]),
    ["  AWS APIs", awsAccess || "none"],
  ];
}

function componentLines(group: ComponentGroup, style: Style, width: number, all: boolean): readonly string[] {
  const { component, resources } = group;
  const indent = "  ".repeat(Math.max(0, group.depth));
  const title = component
    ? `${style.bold(shortType(component.type))} ${style.cyan(component.name)}`
    : style.bold("Stack");
  const byType = new Map<string, PlainResource[]>();
  for (const resource of resources) byType.set(resource.type, [...(byType.get(resource.type) ?? []), resource]);
  const rows = [...byType].flatMap(([type, ofType]) =>
    all || ofType.length === 1
      ? ofType.map((resource) => [shortType(type), oneResource(component, resource)])
      : [[`${shortType(type)} ×${ofType.length}`, severalResources(component, ofType)]],
  );
  const room = width - indent.length - 2;
  return [`${indent}${title}`, ...columns(rows).map((line) => `${indent}  ${truncate(line, room)}`)];
}

const protectedMark = "protected";

function oneResource(component: PlainResource | undefined, resource: PlainResource): string {
  const name = nameWithin(component, resource);
  const mark = resource.options?.protect === true && protectedMark;
  return [name !== component?.name && name, detailsOf(resource), mark].filter(Boolean).join(" · ");
}

function severalResources(component: PlainResource | undefined, resources: readonly PlainResource[]): string {
  const names = resources.slice(0, maxNames).map((resource) => nameWithin(component, resource));
  const others = resources.length - names.length;
  const protectedCount = resources.filter(({ options }) => options?.protect === true).length;
  const mark =
    protectedCount === resources.length
      ? ` · ${protectedMark}`
      : protectedCount > 0
        ? ` · ${protectedCount} ${protectedMark}`
        : "";
  return `${names.join(", ")}${others > 0 ? ` and ${others} more` : ""}${mark}`;
}

function outputLines(plan: ReportedPlan, width: number): readonly string[] {
  const rows = Object.entries(plan.outputs)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [`  ${name}`, oneLine(text(value))]);
  return columns(rows).map((line) => truncate(line, width));
}

function oneLine(value: string): string {
  const [first = "", ...others] = value.trimEnd().split("\n");
  return others.length === 0 ? first : `${first} (${others.length + 1} lines)`;
}
