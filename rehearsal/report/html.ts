import type { Comparison } from "./compare";
import { styleSheet } from "./htmlStyle";
import {
  comparisonTable,
  componentSections,
  fileSections,
  firewallTable,
  machineTable,
  outputTable,
} from "./htmlTables";
import { drawTopology } from "./htmlTopology";
import type { Content } from "./markup";
import { Markup, markup } from "./markup";
import type { ReportedPlan } from "./reportedPlan";
import { topologyOf } from "./topology";

/** The page loads nothing and runs nothing; this lets browsers hold it to that. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

/** A plan as one HTML page without scripts and without anything from elsewhere; the same plan gives the same page. */
export function renderReport(plan: ReportedPlan, comparison?: Comparison): string {
  const { stack, region, spec, resources } = plan;
  const real = resources.filter(({ type }) => !/^(holdfast|pulumi):/.test(type)).length;
  const sections: readonly (readonly [id: string, title: string, content: Content])[] = [
    ...(comparison ? [["changes", "Changes", comparisonTable(comparison)] as const] : []),
    ["topology", "By zone", markup`<div class="scroll">${drawTopology(topologyOf(plan))}</div>`],
    ["machines", "Machines", machineTable(plan)],
    ["firewall", "Firewall", firewallTable(plan)],
    ["resources", "Resources", componentSections(plan)],
    ["files", "Rendered files", fileSections(plan)],
    ["outputs", "Outputs", outputTable(plan)],
  ];
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${stack}: plan</title>
<style>${new Markup(styleSheet)}</style>
</head>
<body>
<h1>${stack}</h1>
<p class="lead">Kubernetes ${spec.kubernetesVersion} in ${region}: ${real} resources. VPC ${spec.network.vpc.cidr}, pods ${spec.network.podCidr}, services ${spec.network.serviceCidr}.</p>
<nav>${sections.map(([id, title]) => markup`<a href="#${id}">${title}</a>`)}</nav>
${sections.map(([id, title, content]) => markup`<section id="${id}"><h2>${title}</h2>\n${content}</section>\n`)}
</body>
</html>
`;
  return page.text;
}
