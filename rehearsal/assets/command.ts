/** `holdfast assets`: builds, exports and imports the assets of rehearsals without booting anything. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { alignColumns } from "../../cli/columns";
import { printJson, printLines } from "../../cli/program";
import { compressionOf, exportResults, importResults } from "./archive";
import { assetsDirectory, chooseSoftwareOf, drillSteps, portableSteps } from "./assets";
import { builtKubernetesVersion } from "./goModules";
import { checkHost, prepareAssets, type RehearsalAssets } from "./index";
import { fileSha256 } from "./manifest";
import { rootTree } from "./rootTree";
import { type Software, type SoftwareOptions, applySoftwareOptions, publishers } from "./software";
import { buildSteps, resultName } from "./store";
import type { Report } from "./types";

interface BuildOptions extends SoftwareOptions {
  readonly verify?: boolean | undefined;
  /** Kubernetes versions, separated by commas. Default: that of the stacks in this repository. */
  readonly kubernetes?: string | undefined;
  readonly json?: boolean | undefined;
}

const reportToStderr: Report = (step, state, seconds) => {
  process.stderr.write(`${step}: ${state}${seconds === undefined ? "" : ` after ${seconds.toFixed(1)} s`}\n`);
};

/** Assets of this host; undefined, after messages with the reasons: it cannot boot machines. Progress goes to standard error. */
async function prepare(
  verify: boolean,
  [kubernetesVersion, ...upgrades]: readonly [string, ...string[]] = [builtKubernetesVersion],
): Promise<RehearsalAssets | undefined> {
  const started = Date.now();
  const { ok, problems } = checkHost();
  if (!ok) {
    for (const { problem, remedy } of problems) process.stderr.write(`${problem}\n  ${remedy}\n`);
    return undefined;
  }
  const note = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const assets = await prepareAssets({ kubernetesVersion, upgrades, verify, report: reportToStderr, note });
  await buildSteps(drillSteps(), { directory: assetsDirectory(), report: reportToStderr, verify });
  process.stderr.write(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return assets;
}

/** Exit code 1 on a host that cannot boot machines. @throws UsageError for a version that is not built */
export async function buildAssets({ verify, kubernetes, json, ...software }: BuildOptions): Promise<number> {
  applySoftwareOptions(software);
  const [first, ...others] = kubernetes?.split(",") ?? [];
  const assets = await prepare(verify === true, first === undefined ? undefined : [first, ...others]);
  if (assets === undefined) return 1;
  return json === true ? printJson(assets) : printLines(describeAssets(assets));
}

interface ExportOptions extends SoftwareOptions {
  readonly json?: boolean | undefined;
}

/** Builds what is missing, then writes the archive. Exit code 1 on a host that cannot boot machines. */
export async function exportAssets(file: string, { json, ...options }: ExportOptions): Promise<number> {
  applySoftwareOptions(options);
  // Refuses an unknown suffix before the work of minutes.
  compressionOf(file);
  if ((await prepare(true)) === undefined) return 1;
  const directory = assetsDirectory();
  await buildSteps([rootTree], { directory, report: reportToStderr, verify: true });
  process.stderr.write(`writing ${file}\n`);
  const { software } = await chooseSoftwareOf([builtKubernetesVersion]);
  await exportResults(portableSteps(software), directory, resolve(file));
  const { size: bytes } = statSync(file);
  const sha256 = await fileSha256(file);
  if (json === true) return printJson({ file, bytes, sha256 });
  return printLines([`${file}: ${(bytes / 1e9).toFixed(2)} GB, SHA-256 ${sha256}`]);
}

interface ImportOptions {
  readonly sha256?: string | undefined;
  readonly json?: boolean | undefined;
}

/** @throws if the archive differs from its checksum, is damaged, or was not written by `exportAssets` */
export async function importAssets(file: string, { sha256, json }: ImportOptions): Promise<number> {
  if (sha256 !== undefined) {
    const found = await fileSha256(file);
    if (found !== sha256.toLowerCase()) throw new Error(`${file} has the SHA-256 ${found}, not ${sha256}`);
  }
  const imported = await importResults(resolve(file), assetsDirectory(), () => {
    reportToStderr("other run", "start");
  });
  const { added, present } = imported;
  const names = new Set([...added, ...present]);
  const absentOf = (software: Software): readonly string[] =>
    portableSteps(software).flatMap((step) => (names.has(resultName(step)) ? [] : [step.name]));
  const [built, released] = [absentOf(undefined), absentOf(publishers)];
  // The archive has one kind of software: that of which it has more.
  const absent = built.length <= released.length ? built : released;
  if (json === true) return printJson({ ...imported, absent });
  const note = `Not in the archive, for this version and kernel: ${absent.join(", ")}. holdfast rehearse builds what is missing.`;
  return printLines([
    `${added.length} results imported, ${present.length} already present`,
    ...(absent.length === 0 ? [] : [note]),
  ]);
}

const describeAssets = ({ image, containerdSeed, mirror, images, sha256, tools }: RehearsalAssets): readonly string[] =>
  alignColumns([
    ["machine image", image],
    ["containerd data", `${containerdSeed} (${images.length} images)`],
    ["binaries", `${mirror} (${Object.keys(sha256).length} files)`],
    ...Object.entries(tools).map(([tool, path]) => [`tool ${tool}`, path]),
  ]);
