/** Plans of stack files as people write them: unreadable ones, encrypted values, and warnings. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseSpec } from "../../operations/stack";
import { runPlan } from "../../plan/cli/planCommand";
import { PlanError, plainPlan, planStack } from "../../plan/planStack";
import type { Plan, PlanProblem } from "../../plan/planStack";
import { renderReport } from "../../plan/report/html/renderReport";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-files-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const path = (name: string): string => join(directory, name);

const small = [
  "config:",
  "  aws:region: eu-central-1",
  "  holdfast:cluster:",
  "    name: small",
  "    network: { zones: [a], nat: single }",
  "    controlPlane: { members: 1 }",
  "",
].join("\n");

function plan(stack: string, ...lines: readonly string[]): Promise<Plan> {
  writeFileSync(path(`Pulumi.${stack}.yaml`), [small, ...lines, ""].join("\n"));
  return planStack(stack, { directory });
}

async function problemsOf(stack: string): Promise<readonly PlanProblem[]> {
  const error: unknown = await planStack(stack, { directory }).catch((thrown: unknown) => thrown);
  if (!(error instanceof PlanError)) throw new Error(`no PlanError: ${String(error)}`);
  return error.problems;
}

test.each<[title: string, stack: string, create: () => void, found: string, message: RegExp]>([
  [
    "a directory",
    "folder",
    () => {
      mkdirSync(path("Pulumi.folder.yaml"));
    },
    "a directory",
    /^write a file/,
  ],
  [
    "a loop of links",
    "loop",
    () => {
      symlinkSync("Pulumi.loop.yaml", path("Pulumi.loop.yaml"));
    },
    "cannot be read",
    /ELOOP/,
  ],
  [
    "the extension .yml",
    "short",
    () => {
      writeFileSync(path("Pulumi.short.yml"), small);
    },
    "no such file",
    /not read .*\.yml; rename/,
  ],
  [
    "UTF-16",
    "wide",
    () => {
      writeFileSync(path("Pulumi.wide.yaml"), Buffer.from(`\ufeff${small}`, "utf16le"));
    },
    "UTF-16",
    /UTF-8/,
  ],
])("%s is one problem", async (_title, stack, create, found, message) => {
  create();
  expect(await problemsOf(stack)).toEqual([
    { path: path(`Pulumi.${stack}.yaml`), found, message: expect.stringMatching(message) as string },
  ]);
});

test("an environment may have the missing settings; an imported one is read from the output of the Pulumi CLI", async () => {
  const values = "{ pulumiConfig: { aws:region: eu-west-1, cluster: { name: base, tags: { owner: ada } } } }";
  writeFileSync(path("Pulumi.inline.yaml"), `environment: { values: ${values} }\n`);
  expect((await planStack("inline", { directory })).spec).toMatchObject({ name: "base", region: "eu-west-1" });

  const { spec, warnings } = await plan("below", `environment: { values: ${values} }`);
  expect([spec.name, spec.region, spec.tags, warnings]).toEqual(["small", "eu-central-1", { owner: "ada" }, []]);

  writeFileSync(path("Pulumi.imported.yaml"), `${small}environment: [acme/base]\n`);
  const [problem] = await problemsOf("imported");
  expect(problem).toMatchObject({ place: `${path("Pulumi.imported.yaml")}:7`, path: "environment", found: "not read" });
  expect(problem?.message).toContain("pulumi config --stack imported --open --json > environment.json");
  process.env.HOLDFAST_ENVIRONMENT = path("opened.json");
  try {
    writeFileSync(
      path("opened.json"),
      '{"pulumiConfig": {"cluster": {"tags": {"owner": "ada"}, "etcd": {"members": 2}}}}',
    );
    expect(await problemsOf("imported")).toMatchObject([{ path: "cluster.etcd.members" }]);
    // The file does not have the setting.
    expect((await problemsOf("imported"))[0]).not.toHaveProperty("place");
    const registries = { ghcr: { server: "ghcr.io", username: "robot", password: "s3cret" } };
    writeFileSync(
      path("opened.json"),
      JSON.stringify({ pulumiConfig: { cluster: { tags: { owner: "ada" } }, registries } }),
    );
    const opened = await planStack("imported", { directory });
    // A warning about secrets in plain text is for those in the file.
    expect([opened.spec.tags, opened.warnings]).toEqual([{ owner: "ada" }, []]);
    const text = readFileSync(path("Pulumi.imported.yaml"));
    expect(parseSpec("imported", "Pulumi.imported.yaml", text).tags).toEqual({ owner: "ada" });
  } finally {
    Reflect.deleteProperty(process.env, "HOLDFAST_ENVIRONMENT");
  }
});

test("a valid file without secrets has no warnings", async () => {
  expect((await plan("quiet")).warnings).toEqual([]);
});

test("plans encrypted settings with placeholders, and says so", async () => {
  const { warnings, resources } = await plan(
    "hidden",
    "    tags: { owner: { secure: v1:a }, team: blue }",
    "    kubernetesVersion: { secure: v1:a }",
    "    workers: { general: { instanceTypes: [{ secure: v1:a }] } }",
    "    tenants: { a: { registries: [ghcr] } }",
    "  holdfast:registries: { secure: v1:a }",
    "  aws:profile: { secure: v1:a }",
  );
  expect(warnings.map(({ path: setting }) => setting)).toEqual([
    "cluster.kubernetesVersion",
    "cluster.tags.owner",
    "cluster.workers.general.instanceTypes[0]",
    "registries.ghcr.server",
    "registries.ghcr.username",
  ]);
  expect(warnings[1]?.message).toMatch(/AWS and the machines get it in plain text/);
  expect(resources.length).toBeGreaterThan(100);
  expect(JSON.stringify(resources)).not.toContain("v1:a");
});

test("the terminal, JSON and the report show warnings", async () => {
  const registries = "  holdfast:registries: { ghcr: { server: ghcr.io, username: robot, password: s3cret } }";
  const planned = await plan("open", registries);
  const command = "pulumi config set --secret --path 'registries.ghcr.password'";
  expect(renderReport(plainPlan(planned))).toContain("secret in plain text; run pulumi config set --secret");

  const written: string[] = [];
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  try {
    await runPlan("open", { stacks: directory });
    await runPlan("open", { stacks: directory, json: true });
  } finally {
    write.mockRestore();
  }
  const [terminal = "", json = ""] = written;
  expect(terminal).toMatch(/^Warnings: 1\n {2}registries\.ghcr\.password\n {4}secret in plain text; run pulumi/m);
  expect(terminal).toContain(command);
  expect((JSON.parse(json) as { warnings: unknown }).warnings).toEqual([
    {
      place: `${path("Pulumi.open.yaml")}:8`,
      path: "registries.ghcr.password",
      found: "[not shown]",
      message: expect.stringContaining(command) as string,
    },
  ]);
  expect(written.join("")).not.toContain("s3cret");
});

test("settings have the order in which the engine passes them, whatever the order of the file", async () => {
  const one = await plan("one", "    workers: { b: {}, a: {} }", "    tags: { z: '1', y: '2' }");
  const two = await plan("two", "    workers: { a: {}, b: {} }", "    tags: { y: '2', z: '1' }");
  expect(Object.keys(one.spec.workers)).toEqual(["a", "b"]);
  expect(JSON.stringify(one.spec)).toBe(JSON.stringify(two.spec));
  expect(one.bundles.map(({ sha256 }) => sha256)).toEqual(two.bundles.map(({ sha256 }) => sha256));
});
