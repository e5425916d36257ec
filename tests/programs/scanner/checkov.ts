/** Runs checkov, installed with pinned hashes into the cache of the rehearsal's assets. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirementsStep } from "../../../rehearsal/assets/python";
import { installedFolders, runPython } from "../pythonTools";
import { type ScannedResource, addressOf, terraformOf } from "./terraform";

/** For Python 3.10 and later; made by `uv pip compile --universal --python-version 3.10 --generate-hashes --strip-extras --no-annotate --no-header`. */
const checkov = requirementsStep("checkov", join(__dirname, "checkov.txt"));

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
  const [installed = ""] = await installedFolders(checkov);
  const start =
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from checkov.main import Checkov; Checkov(sys.argv[1:]).run()";
  return (resources) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-scan-"));
    try {
      writeFileSync(join(folder, "main.tf"), terraformOf(resources));
      // --skip-download: the scanner would ask its publisher for guidelines.
      const options = ["--directory", folder, "--framework", "terraform", "--skip-download", "--output", "json"];
      const { status, stdout, stderr, error } = runPython(start, [installed, ...options, "--compact"]);
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
