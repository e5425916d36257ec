/** Values of Helm releases: Cilium's chart, with its schema, and Helm's code judge them. */
import { type Plan, type PlannedResource, planStack } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import { type Charts, prepareCharts } from "../../rehearsal/assets";
import { ciliumImages } from "../../rehearsal/assets/cilium";
import { renderChart, withChartObjects } from "../../rehearsal/kubernetes/charts";
import {
  type Manifest,
  dependencyWaves,
  notRehearsed,
  plannedObjects,
} from "../../rehearsal/kubernetes/plannedObjects";
import { releaseToken } from "../../simulation/kubernetes/release";

let charts: Charts;
beforeAll(async () => {
  charts = await prepareCharts(() => undefined);
}, 1_800_000);

const plan = (cilium: object = {}) =>
  planStack("staging", { overrides: { addons: { podNetwork: { provider: "cilium", cilium } } } });
const ciliumRelease = ({ resources }: Pick<Plan, "resources">): PlannedResource | undefined =>
  resources.find(({ type, name }) => type === releaseToken && name.includes("cilium"));
const namesOf = (kind: string, objects: readonly Manifest[]): string[] =>
  objects.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

test("Cilium's objects replace its release in the plan, in the order of Helm", async () => {
  const before = await plan();
  const planned = await withChartObjects(before, charts);
  const release = ciliumRelease(before);
  expect(release).toBeDefined();
  const added = plannedObjects(planned).filter(({ urn }) => urn.startsWith(`${release?.urn ?? ""}/`));
  const objects = added.map(({ manifest }) => manifest);
  expect(namesOf("DaemonSet", objects)).toEqual(["cilium"]);
  expect(namesOf("Deployment", objects)).toEqual(["cilium-operator"]);
  const waves = dependencyWaves(plannedObjects(planned)).map((wave) => wave.map(({ manifest }) => manifest));
  const waveOf = (kind: string, name: string): number =>
    waves.findIndex((wave) => wave.some((each) => each.kind === kind && each.metadata.name === name));
  expect(waveOf("ServiceAccount", "cilium")).toBeLessThan(waveOf("ConfigMap", "cilium-config"));
  expect(waveOf("ConfigMap", "cilium-config")).toBeLessThan(waveOf("DaemonSet", "cilium"));
  // What the plan's values mean to the agent.
  const config = objects.find(({ metadata }) => metadata.name === "cilium-config")?.["data"];
  expect(config).toMatchObject({
    ipam: "kubernetes",
    "routing-mode": "tunnel",
    "tunnel-protocol": "vxlan",
    "kube-proxy-replacement": "false",
    "enable-hubble": "false",
  });
  // All pods have images that are built.
  const images = ciliumImages.map(({ name }) => name);
  const uncovered = (builtImages: string[]) =>
    notRehearsed(planned, builtImages)
      .map(({ name }) => name)
      .filter((name) => name.includes("cilium"));
  expect(uncovered([])).toEqual([
    "pods of DaemonSet kube-system/cilium",
    "pods of Deployment kube-system/cilium-operator",
  ]);
  expect(uncovered(images)).toEqual([]);
});

test("with Hubble, its relay has an image that is built", async () => {
  const planned = await withChartObjects(await plan({ hubble: true }), charts);
  const objects = plannedObjects(planned).map(({ manifest }) => manifest);
  expect(namesOf("Deployment", objects)).toContain("hubble-relay");
  const names = notRehearsed(
    planned,
    ciliumImages.map(({ name }) => name),
  ).map(({ name }) => name);
  expect(names.filter((name) => /cilium|hubble/.test(name))).toEqual([]);
});

test("the chart's schema refuses a wrong value, with its name", async () => {
  const planned = await plan();
  const inputs = reveal(ciliumRelease(planned)?.inputs) as Parameters<typeof renderChart>[2];
  const wrong = { ...inputs, values: { ...inputs.values, operator: { replicas: "two" } } };
  const folder = charts.folders["cilium"] ?? "";
  await expect(renderChart(charts.render, folder, wrong, planned.spec.kubernetesVersion)).rejects.toThrow(
    "/operator/replicas",
  );
});
