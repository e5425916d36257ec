import type { Comparison } from "../../comparison/changes";
import { changesSection } from "./changes";
import { costSection } from "./cost";
import { policySection } from "./policies";
import { styleSheet } from "./styleSheet";
import { componentSections, fileSections, firewallTable, instanceTable, outputTable, warningTable } from "./tables";
import { drawTopology } from "./drawTopology";
import type { Content } from "./markup";
import { Markup, markup } from "./markup";
import type { ReportedPlan } from "../reportedPlan";
import { countResources, topologyOf } from "../topology";

/** Content security policy: the page loads nothing and runs nothing. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

/** Renders a plan as one self-contained HTML page without scripts. The same plan gives the same page. */
export function renderReport(plan: ReportedPlan, comparison?: Comparison): string {
  const { stack, region, spec, cost, policies, warnings = [] } = plan;
  const { aws, tls, components, protectedCount } = countResources(plan);
  const sections: readonly (readonly [id: string, title: string, content: Content])[] = [
    ...(comparison ? [["changes", "Changes", changesSection(comparison)] as const] : []),
    [
      "topology",
      "Topology",
      markup`<div class="scroll" role="region" aria-label="The cluster by zone" tabindex="0">${drawTopology(topologyOf(plan))}</div>`,
    ],
    ...(cost ? [["cost", "Cost", costSection(cost, comparison?.cost)] as const] : []),
    ...(policies ? [["policies", "Policies", policySection(policies)] as const] : []),
    ...(warnings.length > 0 ? [["warnings", "Warnings", warningTable(warnings)] as const] : []),
    ["instances", "Instances", instanceTable(plan)],
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
<title>${stack}: plan of a Kubernetes cluster</title>
<style>${new Markup(styleSheet)}</style>
</head>
<body>
<header>
<h1>${stack}</h1>
<p class="lead">Kubernetes ${spec.kubernetesVersion} in ${region}: ${aws} AWS resources, ${tls} keys and certificates, in ${components} components; ${protectedCount} protected from deletion. Pods ${spec.network.podCidr}, services ${spec.network.serviceCidr}.</p>
<nav aria-label="Sections">${sections.map(([id, title]) => markup`<a href="#${id}">${title}</a> `)}</nav>
</header>
<main>
${sections.map(([id, title, content]) => markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>\n${content}</section>\n`)}</main>
</body>
</html>
`;
  return page.text;
}
