/** The npm package as users install it: packed, unpacked into an empty project, with the declared dependencies alone. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { output } from "@pulumi/pulumi";
import { parse } from "yaml";

import { PlanMonitor } from "../../plan/program/monitor";
import { runProgram } from "../../plan/program/runProgram";
import { planStack } from "../../plan/planStack";
import { World } from "../../simulation/core/world";

const root = join(__dirname, "..", "..");
const region = "eu-central-1";
let project: string;
let packed: readonly string[];

interface Manifest {
  readonly exports: { readonly ".": { readonly default: string } };
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Packs a package into a folder. Returns the tarball and the paths in it. */
function pack(folder: string): { readonly tarball: string; readonly files: readonly string[] } {
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", project], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Scripts of the package may print before.
  const [found] = JSON.parse(output.slice(output.indexOf("[\n"))) as { filename: string; files: { path: string }[] }[];
  if (found === undefined) throw new Error(output);
  return { tarball: join(project, found.filename), files: found.files.map(({ path }) => path) };
}

/** Unpacks a tarball as npm does, and links the dependencies that it declares to those of this repository. */
function install(tarball: string, name: string): void {
  const target = join(project, "node_modules", name);
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as Manifest;
  for (const dependency of Object.keys(dependencies)) {
    const link = join(project, "node_modules", dependency);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(join(root, "node_modules", dependency), link);
  }
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "holdfast-package-"));
  const { tarball, files } = pack(root);
  packed = files;
  install(tarball, "holdfast");
}, 600_000);
afterAll(() => {
  rmSync(project, { recursive: true });
  rmSync(join(root, "dist"), { recursive: true, force: true });
});

const settingsOf = (stack: string): Record<string, unknown> => {
  const text = readFileSync(join(root, "stacks", `Pulumi.${stack}.yaml`), "utf8");
  return (parse(text) as { config: Record<string, Record<string, unknown>> }).config["holdfast:cluster"] ?? {};
};

/** The module that an import of the package loads in the empty project. */
function installed(): typeof import("../../index") {
  const folder = join(project, "node_modules", "holdfast");
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  return jest.requireActual(join(folder, exports["."].default));
}

test("the package has compiled code, types, files of machines and no tests", () => {
  for (const path of [
    "dist/index.js",
    "dist/index.d.ts",
    "dist/components/node/files/bootstrap",
    "dist/components/node/checksums.txt",
    "cli/holdfast.cjs",
    "LICENSE",
    "README.md",
  ]) {
    expect(packed).toContain(path);
  }
  // npm adds the file of `main`, which is the program of a clone.
  expect(packed.filter((path) => /^(tests|bench|docs)\/|\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([
    "stacks/index.ts",
  ]);
});

test("a program with a cluster is planned: the resources of the stack with the same settings", async () => {
  const world = new World(region);
  const monitor = new PlanMonitor(world, "empty", "dev");
  const { Cluster } = installed();
  const outputs: Record<string, unknown> = {};
  await runProgram(
    () => {
      const { name, ...settings } = settingsOf("dev");
      const cluster = new Cluster(String(name), { region, settings });
      Object.assign(outputs, {
        kubeconfig: cluster.kubeconfig,
        vpcId: cluster.vpcId,
        backupsBucket: cluster.backupsBucket,
      });
      return outputs;
    },
    monitor,
    {},
  );
  const listed = (resources: Iterable<{ readonly type: string; readonly name: string }>) =>
    [...resources]
      .filter(({ type }) => !/^pulumi:(providers:aws|pulumi:Stack)$/.test(type))
      .map(({ type, name }) => `${type} ${name}`)
      .sort();
  const { resources } = await planStack("dev");
  expect(listed(monitor.resources.values())).toEqual(listed(resources));
  expect([...monitor.resources.values()].filter(({ type }) => type === "pulumi:providers:aws")).toHaveLength(1);
});

test("invalid settings are refused, all at once, before any resource is registered", async () => {
  const monitor = new PlanMonitor(new World(region), "empty", "dev");
  const { Cluster } = installed();
  const program = () =>
    new Cluster("blue", { region, settings: { controlPlane: { members: 2 }, colour: "red" } as object });
  await expect(runProgram(program, monitor, {})).rejects.toThrow(
    /^2 problems in the settings:[^]*cluster\.colour[^]*unknown setting/,
  );
  expect([...monitor.resources.values()].map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
});

test("registries and authority keys may be outputs, and stay secret", async () => {
  const monitor = new PlanMonitor(new World(region), "empty", "dev");
  const { Cluster } = installed();
  const { name, ...settings } = settingsOf("dev");
  await runProgram(
    () =>
      new Cluster(String(name), {
        region,
        settings: { ...settings, tenants: { shop: { registries: ["ghcr"] } } },
        registries: { ghcr: { server: "ghcr.io", username: "robot", password: output("s3cret") } },
      }),
    monitor,
    {},
  );
  const secrets = [...monitor.resources.values()].filter(({ name: each }) => each.includes("registry-ghcr"));
  expect(secrets.length).toBeGreaterThan(0);
  expect(JSON.stringify(secrets.map(({ inputs }) => inputs))).not.toContain("s3cret");
});

test("a TypeScript program type-checks with the resolution of Pulumi's templates and with that of Node.js", () => {
  const program = `import { Cluster, type ClusterArgs } from "holdfast";
const args: ClusterArgs = { region: "${region}", settings: { network: { zones: ["a"], nat: "single" } } };
export const kubeconfig = new Cluster("blue", args).kubeconfig.apply((text) => text.length);
// @ts-expect-error -- no such choice
new Cluster("red", { region: "${region}", settings: { network: { nat: "double" } } });
`;
  writeFileSync(join(project, "index.ts"), program);
  writeFileSync(join(project, "package.json"), "{}");
  symlinkSync(join(root, "node_modules", "@types"), join(project, "node_modules", "@types"));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const common = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--types", "node", "index.ts"];
  for (const [module, resolution] of [
    ["commonjs", "node10"],
    ["nodenext", "nodenext"],
  ] as const) {
    const argv = [tsc, ...common, "--module", module, "--moduleResolution", resolution];
    expect(execFileSync(process.execPath, argv, { cwd: project, encoding: "utf8" })).toBe("");
  }
}, 600_000);

test("its command plans stack files of the project", () => {
  const stacks = join(project, "stacks");
  mkdirSync(stacks);
  const holdfast = (...argv: readonly string[]): string =>
    execFileSync(process.execPath, [join(project, "node_modules", "holdfast", "cli", "holdfast.cjs"), ...argv], {
      cwd: project,
      encoding: "utf8",
    });
  expect(holdfast("new", "dev", "--region", region)).toContain("wrote stacks/Pulumi.dev.yaml\n");
  expect(readdirSync(stacks)).toEqual(["Pulumi.dev.yaml"]);
  expect(holdfast("plan", "dev")).toMatch(/^dev: Kubernetes /);
  expect(holdfast("--help")).not.toMatch(/^ {2}rehearse /m);
});

test("the policy pack is a package of its own, with a license, a description and its rules", () => {
  const { tarball, files } = pack(join(root, "policies"));
  expect(files).toEqual(
    expect.arrayContaining(["LICENSE", "README.md", "PulumiPolicy.yaml", "main.cjs", "index.ts", "rules/index.ts"]),
  );
  install(tarball, "@holdfast/policies");
  const folder = join(project, "node_modules", "@holdfast", "policies");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;
  expect(manifest).not.toHaveProperty("private");
  for (const key of ["description", "keywords", "license", "engines"]) expect(manifest).toHaveProperty(key);
  // index.ts would serve the pack.
  const script = 'require("tsx/cjs"); console.log(require("@holdfast/policies/rules").rules.length)';
  expect(Number(execFileSync(process.execPath, ["-e", script], { cwd: project, encoding: "utf8" }))).toBeGreaterThan(
    100,
  );
});
