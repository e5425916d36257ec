/** `holdfast new`: every stack file that it writes is accepted. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import { run } from "../../cli/main";
import { knownRegions } from "../../components/settings/regions";
import { type NewStack, planNewStack, profiles } from "../../operations/new/newStack.plan";
import { renderStackFile } from "../../operations/new/stackFileText";
import { planStack } from "../../plan/planStack";
import { evaluatePolicies } from "../../plan/verdicts";
import { parseStackFile } from "../../stacks/file/stackFile";
import { type SettingsProblem, parseSettings } from "../../stacks/settings";
import { recordOutput } from "../cli/printed";

let folder: string;
const printed = recordOutput();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-new-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const region = "eu-central-1";

function problemsOf(choices: NewStack): readonly SettingsProblem[] {
  const read = parseStackFile("new", renderStackFile(choices, "schema.json"));
  if (!read.ok) return read.problems;
  // What the engine passes to the program is what was meant.
  expect(read.file.config).toMatchObject({ "aws:region": choices.region, "holdfast:cluster": planNewStack(choices) });
  const parsed = parseSettings(read.file.config);
  return parsed.ok ? [] : parsed.problems;
}

type Choices = Partial<Omit<NewStack, "stack" | "region" | "profile">>;

/** All combinations of values of some keys. */
function combine(values: Readonly<Record<string, readonly unknown[]>>): readonly Choices[] {
  return Object.entries(values).reduce<readonly Choices[]>(
    (combinations, [key, list]) => combinations.flatMap((each) => list.map((value) => ({ ...each, [key]: value }))),
    [{}],
  );
}

/** Flags that the checks compare with each other. */
const related = combine({
  zones: [undefined, 1, 2, 3],
  members: [undefined, 1, 3, 5],
  etcd: [undefined, "stacked", "external"],
  protect: [undefined, true, false],
});

const others = combine({
  nat: [undefined, "perZone", "single"],
  arch: [undefined, "amd64", "arm64"],
  spot: [undefined, true, false],
});

/** Protected data needs one member, or zones of which none holds half of the members. */
function isUnsafe({ profile, zones, members, protect }: NewStack): boolean {
  const inProduction = profile === "production";
  const [usedZones, used] = [
    zones ?? (profile === "development" ? 1 : 3),
    members ?? (profile === "development" ? 1 : 3),
  ];
  return (protect ?? inProduction) && used > 1 && Math.ceil(used / usedZones) * 2 > used;
}

test("every combination of flags gives an accepted file; only members that cannot be protected are refused", () => {
  let count = 0;
  let accepted = 0;
  for (const profile of profiles) {
    for (const flags of related) {
      // Each combination of the other flags occurs with many of these.
      const choices: NewStack = { stack: "blue", region, profile, ...flags, ...others[count++ % others.length] };
      const paths = problemsOf(choices).map(({ path }) => path);
      const refused = paths.length > 0 && paths.every((path) => /^cluster\.(controlPlane|etcd)\.members$/.test(path));
      expect([choices, paths, refused]).toEqual([choices, refused ? paths : [], isUnsafe(choices)]);
      if (paths.length === 0) accepted++;
    }
  }
  expect(count).toBeGreaterThan(2 * others.length);
  expect(accepted).toBeGreaterThan(count / 2);
});

test("every region, name and number of workers gives an accepted file", () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9]|-[a-z0-9]){0,9}$/);
  fc.assert(
    fc.property(
      fc.record({
        region: fc.constantFrom(...knownRegions),
        profile: fc.constantFrom(...profiles),
        name: fc.oneof(name, fc.constantFrom("on", "off", "yes", "no", "null", "true", "e1", "x0")),
        min: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
        max: fc.option(fc.integer({ min: 60, max: 200 }), { nil: undefined }),
      }),
      (choices) => {
        expect(problemsOf({ stack: "blue", ...choices, zones: 2, protect: false })).toEqual([]);
      },
    ),
  );
});

const ownership = ["--tag", "owner=platform", "--tag", "cost-center=4711"];

test.each<readonly string[]>([
  [],
  ["--profile", "development"],
  ["--profile", "staging"],
  ["--profile", "production"],
  ["--profile", "production", "--arch", "arm64", "--etcd", "stacked", "--members", "5"],
  ["--profile", "development", "--zones", "2", "--members", "3", "--etcd", "external", "--no-spot", "--min", "0"],
  ["--zones", "3", "--members", "5", "--nat", "perZone", "--arch", "arm64", "--protect"],
])("the plan accepts new %s %s %s %s", async (...options) => {
  const argv = ["new", "blue", "--region", region, "--stacks", folder, ...ownership, ...options];
  expect([await run(argv), printed.err]).toEqual([0, ""]);
  expect(printed.out).toMatch(/^wrote .*Pulumi\.blue\.yaml\nnpx holdfast plan blue --stacks /);
  const { spec, warnings } = await planStack("blue", { directory: folder });
  expect([spec.name, spec.region, warnings]).toEqual(["blue", region, []]);
});

test.each<[stack: string, profile: string, options: readonly string[]]>([
  ["prod", "production", ownership],
  ["prod-eu", "production", ownership],
  ["blue", "production", [...ownership, "--tag", "environment=production"]],
  ["staging", "staging", ownership],
  ["qa-2", "staging", ownership],
  ["dev-ada", "development", []],
  ["development", "development", []],
])("new %s uses the profile %s, which violates no mandatory policy", async (stack, profile, options) => {
  expect([await run(["new", stack, "--region", region, "--stacks", folder, ...options]), printed.err]).toEqual([0, ""]);
  expect(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8")).toContain(`profile ${profile}.`);
  const plan = await planStack(stack, { directory: folder });
  const { environment, outcomes } = evaluatePolicies(plan);
  expect(outcomes.filter(({ level, verdict }) => level === "mandatory" && verdict === "violation")).toEqual([]);
  expect(profile.startsWith(environment)).toBe(true);
  // Text tags stay texts: "4711" is no number.
  expect(plan.spec.tags).toEqual({
    environment: options.includes("environment=production") ? "production" : stack,
    ...(options.length > 0 && { owner: "platform", "cost-center": "4711" }),
  });
});

test("without the tags that a mandatory policy requires, new names the flags, and writes no file", async () => {
  const argv = ["new", "prod", "--region", region, "--stacks", folder, "--tag", "owner=platform"];
  expect([await run(argv), readdirSync(folder)]).toEqual([2, []]);
  expect(printed.err).toContain("policies require tags for a stack with the name prod; add --tag cost-center=<value>");
});

test.each([["owner"], ["owner="], ["=platform"]])("--tag %s is wrong usage", async (tag) => {
  expect(await run(["new", "dev", "--region", region, "--stacks", folder, "--tag", tag])).toBe(2);
  expect(printed.err).toContain("Write <key>=<value>.");
});

test("flags that do not fit together are wrong usage, and no file is written", async () => {
  const flags = ["--protect", "--zones", "2", "--members", "3"];
  const argv = ["new", "blue", "--region", region, "--stacks", folder, ...ownership, ...flags];
  expect([await run(argv), printed.out, readdirSync(folder)]).toEqual([2, "", []]);
  expect(printed.err).toMatch(
    /^these choices do not fit together; nothing was written\n[^]*cluster\.controlPlane\.members/,
  );
});

test("an existing file stays, without --force", async () => {
  const file = join(folder, "Pulumi.blue.yaml");
  writeFileSync(file, "mine");
  const argv = ["new", "blue", "--region", region, "--stacks", folder, ...ownership];
  expect([await run(argv), readFileSync(file, "utf8")]).toEqual([2, "mine"]);
  expect(printed.err).toContain("exists; add --force to overwrite it");
  expect(await run([...argv, "--force"])).toBe(0);
  expect(readFileSync(file, "utf8")).toContain("holdfast:cluster:");
});

test.each([["../blue"], ["a b"], [""]])("%j is no name of a stack", async (stack) => {
  expect(await run(["new", stack, "--region", region, "--stacks", folder])).toBe(2);
  expect(existsSync(join(folder, "..", "Pulumi.blue.yaml"))).toBe(false);
});

test("--print prints the file and writes none", async () => {
  expect(await run(["new", "dev", "--region", region, "--stacks", folder, "--print"])).toBe(0);
  expect(printed.out).toBe(renderStackFile({ stack: "dev", region, profile: "development" }, undefined));
  expect(readdirSync(folder)).toEqual([]);
});

test("the region comes from the environment; without one, it is required", async () => {
  const argv = ["new", "dev", "--stacks", folder, "--print"];
  delete process.env.AWS_DEFAULT_REGION;
  process.env.AWS_REGION = "eu-west-1";
  expect([await run(argv), printed.out]).toEqual([0, expect.stringContaining("aws:region: eu-west-1")]);
  delete process.env.AWS_REGION;
  expect([await run(argv), printed.err]).toEqual([2, expect.stringContaining("specify the AWS region with --region")]);
});

const hasTerminal = existsSync("/usr/bin/script");
(hasTerminal ? test : test.skip)("on a terminal, it asks for what the flags leave open", async () => {
  const command = `${process.execPath} cli/holdfast.cjs new blue --region ${region} --stacks ${folder} --zones 1 --spot`;
  const child = spawn("script", ["-qec", `stty cols 120; ${command}`, "/dev/null"], { cwd: join(__dirname, "../..") });
  // Production is proposed, and the arrow key selects the profile above it; Enter accepts the proposed number.
  const answers: [question: string, keys: string][] = [
    ["What is the cluster for?", "\u001b[A\r"],
    ["How many control-plane machines?", "\r"],
    ["Which value has the tag owner?", "ada\r"],
    ["Which value has the tag cost-center?", "4711\r"],
  ];
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
    const [question, keys] = answers[0] ?? [];
    if (question === undefined || keys === undefined || !output.includes(question)) return;
    answers.shift();
    for (const [index, key] of (keys.match(/\u001b\[.|./gs) ?? []).entries()) {
      setTimeout(() => child.stdin.write(key), 300 * (index + 1));
    }
  });
  expect([(await once(child, "close"))[0], answers]).toEqual([0, []]);
  const text = readFileSync(join(folder, "Pulumi.blue.yaml"), "utf8");
  expect(text).toContain("profile staging");
  expect(text).toMatch(/tags:\n +environment: blue\n +owner: ada\n +cost-center: "4711"\n/);
  expect(text).toMatch(/zones:\n +- a\n[^]*members: 3\n[^]*percentAboveBase: 0\n/);
});
