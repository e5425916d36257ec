import type { Comparison } from "../../comparison/changes";
import { changesSection } from "./changes";
import { costSection } from "./cost";
import { policySection } from "./policies";
import { componentSections, fileSections, firewallTable, instanceTable, outputTable, warningTable } from "./tables";
import { drawTopology } from "./drawTopology";
import { markup } from "./markup";
import { renderPage } from "./page";
import type { ReportedPlan } from "../reportedPlan";
import { scrollable } from "./table";
import { countResources, topologyOf } from "../topology";

/** Renders a plan as one self-contained HTML page without scripts. The same plan gives the same page. */
export function renderReport(plan: ReportedPlan, comparison?: Comparison): string {
  const { stack, region, spec, cost, policies, warnings = [] } = plan;
  const { aws, tls, components, protectedCount } = countResources(plan);
  return renderPage({
    title: `${stack}: plan of a Kubernetes cluster`,
    heading: stack,
    lead: markup`Kubernetes ${spec.kubernetesVersion} in ${region}: ${aws} AWS resources, ${tls} keys and certificates, in ${components} components; ${protectedCount} protected from deletion. Pods ${spec.network.podCidr}, services ${spec.network.serviceCidr}.`,
    sections: [
      ...(comparison ? [["changes", "Changes", changesSection(comparison)] as const] : []),
      ["topology", "Topology", scrollable("The cluster by zone", drawTopology(topologyOf(plan)))],
      ...(cost ? [["cost", "Cost", costSection(cost, comparison?.cost)] as const] : []),
      ...(policies ? [["policies", "Policies", policySection(policies)] as const] : []),
      ...(warnings.length > 0 ? [["warnings", "Warnings", warningTable(warnings)] as const] : []),
      ["instances", "Instances", instanceTable(plan)],
      ["firewall", "Firewall", firewallTable(plan)],
      ["resources", "Resources", componentSections(plan)],
      ["files", "Rendered files", fileSections(plan)],
      ["outputs", "Outputs", outputTable(plan)],
    ],
  });
}
