import { factsOf } from "./facts";
import type { ComponentGroup } from "./grouping";
import { groupByComponent, nameWithin, shortType } from "./grouping";
import type { PlainResource } from "./planFile";
import type { ReportedPlan } from "./reportedPlan";
import type { Style, TerminalOptions } from "./style";
import { columns, fit, terminalStyle } from "./style";
import type { Machine } from "./topology";
import { topologyOf } from "./topology";

/** A component with more resources of one type than this shows their number only. */
const mostOfOneType = 7;

export { describeComparison } from "./terminalComparison";

/** A plan for reading in a terminal: the cluster by zone, then every component with its resources. */
export function describePlan(plan: ReportedPlan, options: TerminalOptions = {}): string {
  const style = terminalStyle(options.colour ?? false);
  const width = options.width ?? Infinity;
  const groups = groupByComponent(plan);
  const lines = [
    style.bold(`${plan.stack}: Kubernetes ${plan.spec.kubernetesVersion} in ${plan.region}`),
    "",
    ...zoneTable(plan, style),
    "",
    ...groups.flatMap((group) => componentLines(group, style, width, options.all ?? false)),
    style.bold(summary(plan)),
    ...outputs(plan, style, width),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function zoneTable(plan: ReportedPlan, style: Style): readonly string[] {
  const { zones, pools, vpc, loadBalancers } = topologyOf(plan);
  const machine = ({ member, instanceType, volume }: Machine): string =>
    `${member} ${instanceType}${volume ? ` + ${volume.sizeGiB} GiB` : ""}`;
  const row = (title: string, cell: (zone: (typeof zones)[number]) => string): readonly string[] => [
    title,
    ...zones.map(cell),
  ];
  const rows = [
    row("", ({ name }) => name),
    row("public", ({ publicSubnet, nat }) => `${publicSubnet?.cidr ?? publicSubnet?.id ?? "–"}${nat ? " NAT" : ""}`),
    row("private", ({ privateSubnet }) => privateSubnet?.cidr ?? privateSubnet?.id ?? "–"),
    row("control plane", ({ controlPlane }) => controlPlane.map(machine).join(", ") || "–"),
    ...(plan.spec.etcd.topology === "external" ? [row("etcd", ({ etcd }) => etcd.map(machine).join(", ") || "–")] : []),
    ...pools.map((pool) => row(`pool ${pool.name}`, ({ name }) => (pool.zones.includes(name) ? "●" : "–"))),
  ];
  const [header = "", ...body] = columns(rows);
  const range = (min: number, max: number): string => (min === max ? String(min) : `${min} to ${max}`);
  return [
    `VPC ${vpc.cidr}${vpc.existing ? ` (${vpc.id}, exists)` : ""}, pods ${plan.spec.network.podCidr}, services ${plan.spec.network.serviceCidr}`,
    ...loadBalancers.map(({ dnsName, internal }) => `API https://${dnsName}:6443${internal ? "" : " (internet)"}`),
    ...pools.map(
      ({ name, min, max, instanceTypes, purchase }) =>
        `Pool ${name}: ${range(min, max)} of ${instanceTypes.join(", ")}; ${purchase}`,
    ),
    "",
    style.dim(header),
    ...body,
  ];
}

function componentLines(group: ComponentGroup, style: Style, width: number, all: boolean): readonly string[] {
  const { component, resources } = group;
  const indent = "  ".repeat(Math.max(0, group.depth));
  const title = component
    ? `${style.bold(shortType(component.type))} ${style.cyan(component.name)}`
    : style.bold("Stack");
  const byType = new Map<string, PlainResource[]>();
  for (const resource of resources) {
    const ofType = byType.get(resource.type);
    if (ofType) ofType.push(resource);
    else byType.set(resource.type, [resource]);
  }
  const rows = [...byType].flatMap(([type, ofType]) =>
    !all && ofType.length > mostOfOneType
      ? [[shortType(type), `×${ofType.length}`, ""]]
      : ofType.map((resource) => [
          shortType(type),
          nameWithin(component, resource),
          `${factsOf(resource)}${resource.options?.protect === true ? " · protected" : ""}`,
        ]),
  );
  const room = width - indent.length - 2;
  return [`${indent}${title}`, ...columns(rows).map((line) => `${indent}  ${fit(line, room)}`), ""];
}

function summary(plan: ReportedPlan): string {
  const components = plan.resources.filter(({ type }) => type.startsWith("holdfast:")).length;
  const real = plan.resources.filter(({ type }) => !/^(holdfast|pulumi):/.test(type));
  const guarded = real.filter(({ options }) => options?.protect === true).length;
  const count = (type: string): number => real.filter((resource) => resource.type.startsWith(type)).length;
  return `${real.length} resources in ${components} components (${count("aws:")} of AWS, ${count("tls:")} keys and certificates), ${guarded} protected`;
}

function outputs(plan: ReportedPlan, style: Style, width: number): readonly string[] {
  const rows = Object.entries(plan.outputs)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, (typeof value === "string" ? value : JSON.stringify(value)).split("\n")[0] ?? ""]);
  return columns(rows).map((line) => style.dim(fit(line, width)));
}
