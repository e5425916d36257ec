/** Images of Helm charts, as `helm template` renders the charts with the stack's values. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { parseAllDocuments } from "yaml";

import { messageOf } from "../../cli/program";
import { planStack } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import { releaseToken } from "../../simulation/kubernetes/release";

const run = promisify(execFile);

/** Inputs of a planned release that Helm needs. */
interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts: { readonly repo: string };
  readonly values: object;
}

/**
 * Images of all charts of a stack, in alphabetical order.
 * @throws Error if `helm` is not on PATH or cannot render a chart
 */
export async function chartImages(stack: string, kubernetesVersion: string): Promise<readonly string[]> {
  const { resources } = await planStack(stack);
  const releases = resources.filter(({ type }) => type === releaseToken).map(({ inputs }) => reveal(inputs) as Release);
  const images = await Promise.all(releases.map((release) => imagesOf(release, kubernetesVersion)));
  return [...new Set(images.flat())].sort();
}

async function imagesOf(release: Release, kubernetesVersion: string): Promise<readonly string[]> {
  const { name, chart, version, namespace, repositoryOpts, values } = release;
  const source = ["--repo", repositoryOpts.repo, "--version", version, "--namespace", namespace];
  const args = [
    "template",
    name,
    chart,
    ...source,
    "--kube-version",
    kubernetesVersion,
    "--skip-tests",
    "--values",
    "-",
  ];
  const rendering = run("helm", args, { maxBuffer: 64 * 2 ** 20 });
  // Helm closes the pipe early if it refuses the arguments: its message says so.
  rendering.child.stdin?.on("error", () => undefined).end(JSON.stringify(values));
  try {
    return imagesInManifests((await rendering).stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error(
        `helm is not on PATH: only Helm knows the images of the chart ${chart}; install Helm 3.8 or later, or add --skip-charts`,
        { cause: error },
      );
    }
    throw new Error(`helm cannot render the chart ${chart} ${version}: ${messageOf(error)}`, { cause: error });
  }
}

/** Images of all containers in manifests. */
export const imagesInManifests = (manifests: string): readonly string[] =>
  parseAllDocuments(manifests).flatMap((document) => imagesIn(document.toJS()));

function imagesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (/^(initC|c)ontainers$/.test(key) && Array.isArray(inner)) {
      return inner.flatMap((container: { image?: unknown }) =>
        typeof container.image === "string" ? [container.image] : [],
      );
    }
    return imagesIn(inner);
  });
}
