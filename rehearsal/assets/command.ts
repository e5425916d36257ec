/** `holdfast assets`: builds the assets of rehearsals without booting anything. */
import { alignColumns } from "../../cli/columns";
import { printJson, printLines } from "../../cli/program";
import { builtKubernetesVersion } from "./goModules";
import { checkHost, prepareAssets, type RehearsalAssets } from "./index";

interface BuildOptions {
  readonly verify?: boolean | undefined;
  readonly json?: boolean | undefined;
}

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
    report: (step, state, seconds) => {
      process.stderr.write(`${step}: ${state}${seconds === undefined ? "" : ` after ${seconds.toFixed(1)} s`}\n`);
    },
  });
  process.stderr.write(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return json === true ? printJson(assets) : printLines(describeAssets(assets));
}

const describeAssets = ({ image, containerdSeed, mirror, images, sha256, tools }: RehearsalAssets): readonly string[] =>
  alignColumns([
    ["machine image", image],
    ["containerd data", `${containerdSeed} (${images.length} images)`],
    ["binaries", `${mirror} (${Object.keys(sha256).length} files)`],
    ...Object.entries(tools).map(([tool, path]) => [`tool ${tool}`, path]),
  ]);
