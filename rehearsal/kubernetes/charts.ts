/** Objects of the plan's Helm releases, as Helm's own code renders their charts. */
import type { Plan, PlannedResource } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import { releaseToken } from "../../simulation/kubernetes/release";
import type { Charts } from "../assets";
import { runOrThrow } from "../command";
import type { Manifest } from "./plannedObjects";
import { rehearsedValues } from "./chartValues";

interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Replaces each Helm release whose chart is available by its objects.
 * @throws with the chart's own message for values that it refuses
 */
export async function withChartObjects(plan: Plan, charts: Charts): Promise<Plan> {
  const resources = plan.resources.map(async (resource) => {
    const release = resource.type === releaseToken ? (reveal(resource.inputs) as Release) : undefined;
    const folder = charts.folders[release?.chart ?? ""];
    if (release === undefined || folder === undefined) return [resource];
    return chartResources(resource, await renderChart(charts.render, folder, release, plan.spec.kubernetesVersion));
  });
  return { ...plan, resources: (await Promise.all(resources)).flat() };
}

/** Objects in the order of their installation. @param folder of the chart */
export async function renderChart(
  program: string,
  folder: string,
  { name, namespace, chart, values }: Release,
  kubernetesVersion: string,
): Promise<readonly Manifest[]> {
  const options = { chart: folder, name, namespace, kubernetes: `v${kubernetesVersion}` };
  const flags = Object.entries(options).map(([flag, value]) => `-${flag}=${value}`);
  const stdin = JSON.stringify(rehearsedValues(chart, values));
  return JSON.parse(await runOrThrow([program, ...flags], { stdin })) as Manifest[];
}

/** Resources of the objects, each after the one before it, and the release after all: what depends on it depends on them. */
function chartResources(release: PlannedResource, objects: readonly Manifest[]): readonly PlannedResource[] {
  const urnOf = (index: number): string => `${release.urn}/${String(index)}`;
  const created = objects.map((manifest, index): PlannedResource => {
    const { name } = manifest.metadata;
    return {
      ...release,
      ...{ urn: urnOf(index), type: `kubernetes:${manifest.apiVersion}:${manifest.kind}`, name },
      dependsOn: index === 0 ? release.dependsOn : [urnOf(index - 1)],
      inputs: { ...manifest },
      outputs: { metadata: manifest.metadata },
    };
  });
  return [
    ...created,
    { ...release, type: "holdfast:rehearsal:Chart", dependsOn: objects.map((_, index) => urnOf(index)) },
  ];
}
