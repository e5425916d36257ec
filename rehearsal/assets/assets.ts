import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { chart as ciliumChart } from "../../components/addons/podNetwork/cilium.plan";
import { UsageError } from "../../cli/program";
import {
  type ComponentVersions,
  componentVersions,
  findComponentVersions,
  supportedKubernetesVersions,
} from "../../components/node/kubernetesVersions.plan";
import { hostArchitecture as architecture } from "./architecture";
import { chartFolder, ciliumChartStep, ciliumFiles, ciliumImages, ciliumStep } from "./cilium";
import { containerdSeed } from "./containerdSeed";
import { goStep } from "./goBuild";
import { builtKubernetesVersion, goGroup, goGroups, groupOf, rehearsedKubernetesVersions } from "./goModules";
import { findExecutable, installPackages } from "./hostPackages";
import { rehearsalImages } from "./images";
import { hostTraits, machineImage } from "./machineImage";
import { assetMirror } from "./mirror";
import { motoProgram, motoServer } from "./moto";
import { isOwnImage, programFolder, releaseProbes, releaseSteps } from "./releases";
import { rootTree } from "./rootTree";
import { type Software, type SoftwareChoice, chooseSoftware } from "./software";
import { type Step, buildSteps, resultName } from "./store";
import type { Charts, PrepareOptions, RehearsalAssets, Report } from "./types";

/** Cache of all rehearsals: `$XDG_CACHE_HOME/holdfast`, else `~/.cache/holdfast`. */
export function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && base.startsWith("/") ? base : join(homedir(), ".cache"), "holdfast");
}

/** Builds what is missing of these steps. @returns the folder of a step's result */
export async function prepareSteps(steps: readonly Step[], report: Report): Promise<(step: Step) => string> {
  const results = await buildSteps(steps, { directory: assetsDirectory(), report, verify: false });
  return (step) => results.get(step)?.directory ?? "";
}

/**
 * Folders of programs by the names of their Go modules; builds what is missing. The programs run without the rest of a
 * rehearsal's assets.
 */
export async function preparePrograms<Name extends string>(
  names: readonly Name[],
  report: Report,
): Promise<Readonly<Record<Name, string>>> {
  const versions = componentVersions(builtKubernetesVersion);
  const steps = names.map((name) => [name, goStep(goGroup(name, versions))] as const);
  const at = await prepareSteps(
    steps.map(([, step]) => step),
    report,
  );
  const found = steps.map(([name, step]) => [name, at(step)]);
  return Object.fromEntries(found) as Record<Name, string>;
}

/** Charts, and the program that renders them; builds what is missing. Needs none of a rehearsal's other assets. */
export async function prepareCharts(report: Report): Promise<Charts> {
  const { chart, render } = chartSteps(componentVersions(builtKubernetesVersion));
  return chartsAt(await prepareSteps([chart, render], report), { chart, render });
}

const chartsAt = (at: (step: Step) => string, { chart, render }: Record<"chart" | "render", Step>): Charts => ({
  render: join(at(render), "render"),
  folders: { [ciliumChart.chart]: join(at(chart), chartFolder) },
});

/** Path of the moto server; installs it if it is missing. It runs without the rest of a rehearsal's assets. */
export async function prepareMoto(report: Report): Promise<string> {
  return join((await prepareSteps([motoServer], report))(motoServer), motoProgram);
}

/**
 * Build steps of everything that a rehearsal of these Kubernetes versions runs; the first is that of the members at the start.
 * @throws UsageError for versions that neither are built nor have releases
 */
function rehearsalSteps(
  kubernetesVersions: RehearsalAssets["kubernetesVersions"],
  software: Software,
  withCilium = false,
) {
  const [initialVersion] = kubernetesVersions;
  const possible = software === undefined ? rehearsedKubernetesVersions : supportedKubernetesVersions;
  const unknown = kubernetesVersions.filter((version) => !possible.includes(version));
  if (unknown.length > 0) {
    throw new UsageError(`a rehearsal can run Kubernetes ${possible.join(", ")}, but not ${unknown.join(", ")}`);
  }
  const releases = kubernetesVersions.map((version) => componentVersions(version));
  const groups = new Map<string, Step>(
    releases.flatMap((versions) => goGroups(versions)).map((group) => [group.name, goStep(group)]),
  );
  const group = (name: string): Step => {
    const step = groups.get(name);
    if (step === undefined) throw new Error(`unknown build step ${name}`);
    return step;
  };
  const initial = componentVersions(initialVersion);
  const charts = withCilium ? chartSteps(initial) : undefined;
  if (withCilium) groups.set(ciliumFiles, ciliumStep(goGroup("cilium", initial)));
  const described = [...releases.flatMap(rehearsalImages), ...(withCilium ? ciliumImages : [])];
  const images = [...new Map(described.map((image) => [image.name, image])).values()];
  const seed = { images, architecture, groups, root: rootTree, kubernetesVersions };
  const common = { image: machineImage(hostTraits()), moto: motoServer, ...charts };
  const names = images.map(({ name }) => name);
  if (software !== undefined) {
    const released = names.filter((name) => !isOwnImage(name));
    const steps = releaseSteps(software, releases, architecture, released);
    const tools = (component: "kubernetes" | "etcd" | "coredns") => ({
      step: steps.programs,
      folder: programFolder(component, initial[component]),
    });
    const seedStep = containerdSeed({ ...seed, releases: { ...steps, containerd: initial.containerd } });
    return {
      steps: { ...common, seed: seedStep, mirror: steps.files, programs: steps.programs },
      tools: { kubernetes: tools("kubernetes"), etcd: tools("etcd"), coredns: tools("coredns") },
      images: names,
      charts,
    };
  }
  const kubernetes = group(groupOf("kubernetes", initial.kubernetes));
  const etcd = group(groupOf("etcd", initial.etcd));
  const coredns = group(groupOf("coredns", initial.coredns));
  const mirror = assetMirror(releases, architecture, groups);
  return {
    steps: { ...common, kubernetes, etcd, coredns, seed: containerdSeed(seed), mirror },
    tools: {
      kubernetes: { step: kubernetes, folder: "" },
      etcd: { step: etcd, folder: "" },
      coredns: { step: coredns, folder: "" },
    },
    images: names,
    charts,
  };
}

const chartSteps = (versions: ComponentVersions) => ({
  chart: ciliumChartStep(goGroup("cilium", versions)),
  render: goStep(goGroup("helm", versions)),
});

/** Official releases or builds, for all rehearsals of these versions: see `chooseSoftware`. */
export function chooseSoftwareOf(kubernetesVersions: RehearsalAssets["kubernetesVersions"]): Promise<SoftwareChoice> {
  const versions = kubernetesVersions.flatMap((version) => findComponentVersions(version) ?? []);
  const released = versions.flatMap(rehearsalImages).flatMap(({ name }) => (isOwnImage(name) ? [] : [name]));
  return chooseSoftware({
    isCached(software) {
      const possible = software === undefined ? rehearsedKubernetesVersions : supportedKubernetesVersions;
      if (!kubernetesVersions.every((version) => possible.includes(version))) return false;
      const steps = Object.values(rehearsalSteps(kubernetesVersions, software).steps);
      return steps.every((step) => existsSync(join(assetsDirectory(), `${resultName(step)}.json`)));
    },
    probes: (releases) => releaseProbes(releases, versions, architecture, released),
  });
}

/**
 * Steps whose results another machine needs to boot a rehearsal and to run drills without building. The machine image follows
 * from the root tree within seconds on a machine with another kernel.
 */
export const portableSteps = (software: Software): readonly Step[] => [
  ...Object.values(rehearsalSteps([builtKubernetesVersion], software).steps),
  rootTree,
  ...drillSteps(),
];

/** Programs that drills run besides. A rehearsal boots without them, and the first drill builds what is missing. */
export function drillSteps(): readonly Step[] {
  return [goStep(goGroup("recorder", componentVersions(builtKubernetesVersion)))];
}

/** Folder of the results of build steps. */
export const assetsDirectory = (): string => join(cacheDirectory(), "assets");

/**
 * Downloads or builds everything that a rehearsal runs, or finds it in the cache, and installs missing host packages with apt-get
 * first. Needs root and Linux (see `checkHost`). Only the first run needs the network and takes minutes.
 * @throws UsageError for a Kubernetes version that is not built
 */
export async function prepareAssets(options: PrepareOptions): Promise<RehearsalAssets> {
  const { kubernetesVersion, upgrades = [], report, note = () => undefined } = options;
  const others = new Set(upgrades.filter((version) => version !== kubernetesVersion));
  const kubernetesVersions = [kubernetesVersion, ...others] as const;
  const { software, reason } = await chooseSoftwareOf(kubernetesVersions);
  note(`Software of machines: ${reason}`);
  const { steps, tools, images, charts } = rehearsalSteps(kubernetesVersions, software, options.cilium);

  const directory = assetsDirectory();
  mkdirSync(directory, { recursive: true });
  const log = join(directory, "apt.log");
  await installPackages(false, report, log);
  const results = await buildSteps(Object.values(steps), {
    directory,
    report,
    verify: options.verify ?? false,
    beforeBuilding: () => installPackages(true, report, log),
  });
  const at = (step: Step): string => results.get(step)?.directory ?? "";
  const mirrored = results.get(steps.mirror)?.manifest.files ?? {};
  return {
    kubernetesVersions,
    image: at(steps.image),
    containerdSeed: at(steps.seed),
    mirror: at(steps.mirror),
    images,
    ...(charts !== undefined && { charts: chartsAt(at, charts) }),
    sha256: Object.fromEntries(Object.entries(mirrored).map(([path, [, , sha256]]) => [path, sha256])),
    tools: {
      haproxy: findExecutable("haproxy") ?? "",
      coredns: join(at(tools.coredns.step), tools.coredns.folder, "coredns"),
      motoServer: join(at(steps.moto), motoProgram),
      kubectl: join(at(tools.kubernetes.step), tools.kubernetes.folder, "kubectl"),
      etcdctl: join(at(tools.etcd.step), tools.etcd.folder, "etcdctl"),
    },
  };
}
