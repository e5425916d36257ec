/** `holdfast assets`: builds, exports and imports the assets of rehearsals without booting anything. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { alignColumns } from "../../cli/columns";
import { printJson, printLines } from "../../cli/program";
import { exportResults, importResults } from "./archive";
import { assetsDirectory, portableSteps } from "./assets";
import { builtKubernetesVersion } from "./goModules";
import { checkHost, prepareAssets, type RehearsalAssets } from "./index";
import { fileSha256 } from "./manifest";
import { buildSteps, resultName } from "./store";
import type { Report } from "./types";

interface BuildOptions {
  readonly verify?: boolean | undefined;
  readonly json?: boolean | undefined;
}

const reportToStderr: Report = (step, state, seconds) => {
  process.stderr.write(`${step}: ${state}${seconds === undefined ? "" : ` after ${seconds.toFixed(1)} s`}\n`);
};

/** Progress goes to standard error. Exit code 1 on a host that cannot boot machines. */
export async function buildAssets({ verify, json }: BuildOptions): Promise<number> {
  const started = Date.now();
  const { ok, problems } = checkHost();
  if (!ok) {
    for (const { problem, remedy } of problems) process.stderr.write(`${problem}\n  ${remedy}\n`);
    return 1;
  }
  const assets = await prepareAssets({
    kubernetesVersion: builtKubernetesVersion,
    verify: verify === true,
    report: reportToStderr,
  });
  process.stderr.write(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return json === true ? printJson(assets) : printLines(describeAssets(assets));
}

/** Builds what is missing, then writes the archive. Exit code 1 on a host that cannot boot machines. */
export async function exportAssets(file: string): Promise<number> {
  const code = await buildAssets({});
  if (code !== 0) return code;
  const steps = portableSteps();
  const directory = assetsDirectory();
  await buildSteps(steps, { directory, report: reportToStderr, verify: true });
  process.stderr.write(`writing ${file}\n`);
  await exportResults(steps, directory, resolve(file));
  const gigabytes = (statSync(file).size / 1e9).toFixed(2);
  return printLines([`${file}: ${gigabytes} GB, SHA-256 ${await fileSha256(file)}`]);
}

interface ImportOptions {
  readonly sha256?: string | undefined;
}

/** @throws if the archive differs from its checksum, is damaged, or was not written by `exportAssets` */
export async function importAssets(file: string, { sha256 }: ImportOptions): Promise<number> {
  if (sha256 !== undefined) {
    const found = await fileSha256(file);
    if (found !== sha256.toLowerCase()) throw new Error(`${file} has the SHA-256 ${found}, not ${sha256}`);
  }
  const { added, present } = await importResults(resolve(file), assetsDirectory(), () => {
    reportToStderr("other run", "start");
  });
  const imported = new Set([...added, ...present]);
  const missing = portableSteps().filter((step) => !imported.has(resultName(step)));
  return printLines([
    `${added.length} results imported, ${present.length} already present`,
    ...(missing.length === 0
      ? []
      : [
          `Not in the archive, for this version and kernel: ${missing.map(({ name }) => name).join(", ")}. holdfast rehearse builds them.`,
        ]),
  ]);
}

const describeAssets = ({ image, containerdSeed, mirror, images, sha256, tools }: RehearsalAssets): readonly string[] =>
  alignColumns([
    ["machine image", image],
    ["containerd data", `${containerdSeed} (${images.length} images)`],
    ["binaries", `${mirror} (${Object.keys(sha256).length} files)`],
    ...Object.entries(tools).map(([tool, path]) => [`tool ${tool}`, path]),
  ]);
