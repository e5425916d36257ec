/** Runs checkov, installed with pinned hashes into the cache of the rehearsal's assets. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../../../rehearsal/assets";
import { pythonWithVenv } from "../../../rehearsal/assets/hostPackages";
import { installRequirements } from "../../../rehearsal/assets/python";
import { type Step, buildSteps } from "../../../rehearsal/assets/store";
import { type ScannedResource, addressOf, terraformOf } from "./terraform";

const requirements = join(__dirname, "checkov.txt");

/** Made by `pip-compile --generate-hashes --strip-extras --no-annotate --no-header checkov.in`. */
const checkov: Step = {
  name: "checkov",
  inputs: [1, readFileSync(requirements, "utf8")],
  needs: [],
  lane: "network",
  build: (context) => installRequirements(requirements, context),
};

/** Result of one check for one resource. */
export interface Verdict {
  /** Id of the check, such as `CKV_AWS_91`. */
  readonly check: string;
  /** Pulumi name of the resource. */
  readonly resource: string;
}

export interface Scan {
  readonly passed: readonly Verdict[];
  readonly failed: readonly Verdict[];
}

interface Report {
  readonly summary: { readonly parsing_errors: number };
  readonly results: Readonly<
    Record<"passed_checks" | "failed_checks", readonly { readonly check_id: string; readonly resource: string }[]>
  >;
}

/** Scans planned AWS resources. @throws with the scanner's error output */
export type Scanner = (resources: readonly ScannedResource[]) => Scan;

export async function prepareScanner(): Promise<Scanner> {
  const directory = join(cacheDirectory(), "assets");
  const built = await buildSteps([checkov], { directory, verify: false, report: () => undefined });
  const installed = built.get(checkov)?.directory ?? "";
  const start =
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from checkov.main import Checkov; Checkov(sys.argv[1:]).run()";
  return (resources) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-scan-"));
    try {
      writeFileSync(join(folder, "main.tf"), terraformOf(resources));
      // --skip-download: the scanner would ask its publisher for guidelines. -I -S: of the host, only the standard library takes part.
      const options = ["--directory", folder, "--framework", "terraform", "--skip-download", "--output", "json"];
      const { status, stdout, stderr, error } = spawnSync(
        pythonWithVenv() ?? "python3",
        ["-I", "-S", "-B", "-c", start, installed, ...options, "--compact"],
        { encoding: "utf8", maxBuffer: 64 * 2 ** 20 },
      );
      if (error !== undefined || status === null || !stdout.includes("{")) {
        throw new Error(`checkov ended with ${status ?? error?.message}: ${stderr.slice(-2000)}`);
      }
      const { summary, results } = JSON.parse(stdout) as Report;
      if (summary.parsing_errors > 0) throw new Error(`checkov cannot read ${summary.parsing_errors} files: ${stderr}`);
      const names = new Map(resources.map((resource) => [addressOf(resource), resource.name]));
      const verdicts = (kind: keyof Report["results"]): Verdict[] =>
        results[kind].map(({ check_id, resource }) => ({ check: check_id, resource: names.get(resource) ?? resource }));
      return { passed: verdicts("passed_checks"), failed: verdicts("failed_checks") };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}
