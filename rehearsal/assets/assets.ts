import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../cli/program";
import type { Architecture } from "../../components/settings/instanceTypes";
import { componentVersions } from "../../components/node/kubernetesVersions.plan";
import { containerdSeed } from "./containerdSeed";
import { goStep } from "./goBuild";
import { builtKubernetesVersion, goGroups, groupOf, rehearsedKubernetesVersions } from "./goModules";
import { findExecutable, installPackages } from "./hostPackages";
import { rehearsalImages } from "./images";
import { hostTraits, machineImage } from "./machineImage";
import { assetMirror } from "./mirror";
import { motoProgram, motoServer } from "./moto";
import { rootTree } from "./rootTree";
import { type Step, buildSteps } from "./store";
import type { PrepareOptions, RehearsalAssets, Report } from "./types";

/** Cache of all rehearsals: `$XDG_CACHE_HOME/holdfast`, else `~/.cache/holdfast`. */
export function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && base.startsWith("/") ? base : join(homedir(), ".cache"), "holdfast");
}

/**
 * Folders of programs by the names of their Go modules; builds what is missing. The programs run without the rest of a
 * rehearsal's assets.
 */
export async function preparePrograms<Name extends string>(
  names: readonly Name[],
  report: Report,
): Promise<Readonly<Record<Name, string>>> {
  const groups = goGroups(componentVersions(builtKubernetesVersion));
  const steps = names.map((name) => {
    const group = groups.find((each) => each.name === name);
    if (group === undefined) throw new RangeError(`there is no Go module ${name}`);
    return [name, goStep(group)] as const;
  });
  const directory = assetsDirectory();
  const results = await buildSteps(
    steps.map(([, step]) => step),
    { directory, report, verify: false },
  );
  const found = steps.map(([name, step]) => [name, results.get(step)?.directory ?? ""]);
  return Object.fromEntries(found) as Record<Name, string>;
}

/** Path of the moto server; installs it if it is missing. It runs without the rest of a rehearsal's assets. */
export async function prepareMoto(report: Report): Promise<string> {
  const results = await buildSteps([motoServer], { directory: assetsDirectory(), report, verify: false });
  return join(results.get(motoServer)?.directory ?? "", motoProgram);
}

/**
 * Build steps of everything that a rehearsal of these Kubernetes versions runs; the first is that of the members at the start.
 * @throws UsageError for versions that are not built
 */
function rehearsalSteps(kubernetesVersions: RehearsalAssets["kubernetesVersions"]) {
  const [initialVersion] = kubernetesVersions;
  const unknown = kubernetesVersions.filter((version) => !rehearsedKubernetesVersions.includes(version));
  if (unknown.length > 0) {
    const known = rehearsedKubernetesVersions.join(", ");
    throw new UsageError(`a rehearsal can run Kubernetes ${known}, but not ${unknown.join(", ")}`);
  }
  const releases = kubernetesVersions.map((version) => componentVersions(version));
  const architecture: Architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const groups = new Map<string, Step>(
    releases.flatMap((versions) => goGroups(versions)).map((group) => [group.name, goStep(group)]),
  );
  const group = (name: string): Step => {
    const step = groups.get(name);
    if (step === undefined) throw new Error(`unknown build step ${name}`);
    return step;
  };
  const images = [...new Map(releases.flatMap(rehearsalImages).map((image) => [image.name, image])).values()];
  const initial = componentVersions(initialVersion);
  const steps = {
    image: machineImage(hostTraits()),
    moto: motoServer,
    kubernetes: group(groupOf("kubernetes", initial.kubernetes)),
    etcd: group(groupOf("etcd", initial.etcd)),
    coredns: group(groupOf("coredns", initial.coredns)),
    recorder: group("recorder"),
    seed: containerdSeed({ images, architecture, groups, root: rootTree, kubernetesVersions }),
    mirror: assetMirror(releases, architecture, groups),
  };
  return { steps, images: images.map(({ name }) => name) };
}

/**
 * Steps whose results another machine needs to boot a rehearsal without building. The machine image follows from the root tree
 * within seconds on a machine with another kernel.
 */
export const portableSteps = (): readonly Step[] => [
  ...Object.values(rehearsalSteps([builtKubernetesVersion]).steps),
  rootTree,
];

/** Folder of the results of build steps. */
export const assetsDirectory = (): string => join(cacheDirectory(), "assets");

/**
 * Builds everything that a rehearsal runs, or finds it in the cache, and installs missing host packages with apt-get first.
 * Needs root and Linux (see `checkHost`). Only the first run needs the network and takes minutes.
 * @throws UsageError for a Kubernetes version that is not built
 */
export async function prepareAssets(options: PrepareOptions): Promise<RehearsalAssets> {
  const { kubernetesVersion, upgrades = [], report } = options;
  const others = new Set(upgrades.filter((version) => version !== kubernetesVersion));
  const kubernetesVersions = [kubernetesVersion, ...others] as const;
  const { steps, images } = rehearsalSteps(kubernetesVersions);

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
    sha256: Object.fromEntries(Object.entries(mirrored).map(([path, [, , sha256]]) => [path, sha256])),
    tools: {
      haproxy: findExecutable("haproxy") ?? "",
      coredns: join(at(steps.coredns), "coredns"),
      motoServer: join(at(steps.moto), motoProgram),
      kubectl: join(at(steps.kubernetes), "kubectl"),
      etcdctl: join(at(steps.etcd), "etcdctl"),
    },
  };
}
