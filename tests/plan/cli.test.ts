/** The command `holdfast plan`. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { run } from "../../cli/main";

const root = join(__dirname, "..", "..");
const command = join(root, "cli", "holdfast.cjs");
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a new process. */
function runProcess(...args: readonly string[]): Promise<Result> {
  const child = spawn(process.execPath, [command, "plan", ...args], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs the command in this process, which has already loaded the SDK. */
async function plan(...argv: readonly string[]): Promise<Result> {
  const output = { stdout: "", stderr: "" };
  const terminal = process.stdout.isTTY;
  const streams = (["stdout", "stderr"] as const).map((name) =>
    jest.spyOn(process[name], "write").mockImplementation((text) => {
      output[name] += String(text);
      return true;
    }),
  );
  try {
    process.stdout.isTTY = false;
    const code = await run(["plan", ...argv]);
    return { code, ...output };
  } finally {
    process.stdout.isTTY = terminal;
    for (const stream of streams) stream.mockRestore();
  }
}

interface PlanJson {
  readonly stack: string;
  readonly outputs: { readonly liveSettings: { readonly network: object } };
  readonly resources: readonly { readonly urn: string; readonly type: string; inputs: Record<string, unknown> }[];
}

test("--json prints JSON without secrets", async () => {
  const { code, stdout, stderr } = await runProcess("dev", "--json");
  expect([code, stderr]).toEqual([0, ""]);
  const json = JSON.parse(stdout) as PlanJson;
  expect(json.stack).toBe("dev");
  for (const resource of json.resources.slice(1)) {
    expect(Object.keys(resource)).toEqual(
      expect.arrayContaining(["urn", "type", "name", "parent", "dependsOn", "inputs", "outputs"]),
    );
  }
  expect(stdout).toContain("[secret]");
  expect(stdout).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
});

test("--out writes the plan, and --against compares with it", async () => {
  const out = join(directory, "dev");
  const { code, stdout } = await plan("dev", "--out", out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^dev: Kubernetes /);
  expect(readdirSync(out).sort()).toEqual(
    [".holdfast-plan", "bundles", "kubeadm", "kubelet.yaml", "plan.json", "report.html", "user-data"].sort(),
  );
  expect(readFileSync(join(out, "user-data", "dev-control-plane-a.yaml"), "utf8")).toMatch(/^#cloud-config\n/);
  expect(readFileSync(join(out, "kubeadm", "control-plane.yaml"), "utf8")).toContain("kind: ClusterConfiguration");
  expect(readFileSync(join(out, "kubelet.yaml"), "utf8")).toContain("kind: KubeletConfiguration");
  const report = readFileSync(join(out, "report.html"), "utf8");
  expect(report).toContain("<html");
  expect(report).toMatch(/<b>\d+ rules for dev; 0 mandatory, \d+ advisory, 0 undecided, \d+ exempt<\/b>/);
  expect(readFileSync(join(out, "bundles", "members.tar.gz")).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  expect(JSON.parse(readFileSync(join(out, "bundles", "members", "cluster.json"), "utf8"))).toBeInstanceOf(Object);
  // plan.json may hold secrets.
  expect(statSync(join(out, "plan.json")).mode & 0o077).toBe(0);

  const saved = JSON.parse(readFileSync(join(out, "plan.json"), "utf8")) as PlanJson;
  expect((await plan("dev", "--against", join(out, "plan.json"))).stdout).toContain("no changes");

  const vpc = saved.resources.find(({ type }) => type === "aws:ec2/vpc:Vpc");
  if (vpc === undefined) throw new Error("the plan has no VPC");
  vpc.inputs.cidrBlock = "10.99.0.0/16";
  const changed = join(directory, "changed.json");
  writeFileSync(changed, JSON.stringify(saved));
  const { stdout: json } = await plan("dev", "--against", changed, "--json");
  const { comparison } = JSON.parse(json) as { comparison: { changes: { urn: string; action: string }[] } };
  expect(comparison.changes).toContainEqual(expect.objectContaining({ urn: vpc.urn, action: "replace" }));
});

test("--against refuses a change that a live cluster cannot make: the comparison, then the refusal, exit code 1", async () => {
  const saved = JSON.parse((await plan("dev", "--json")).stdout) as PlanJson;
  const { liveSettings } = saved.outputs;
  const network = { ...liveSettings.network, podCidr: "10.128.0.0/16" };
  const file = join(directory, "live.json");
  writeFileSync(file, JSON.stringify({ ...saved, outputs: { liveSettings: { ...liveSettings, network } } }));
  const { code, stdout } = await plan("dev", "--against", file);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /no changes[^]*Refused, because the cluster is live: 1\n {2}cluster\.network\.podCidr\n {4}live: "10\.128\.0\.0\/16", new: "10\.244\.0\.0\/16"\n/,
  );

  writeFileSync(file, JSON.stringify({ ...saved, outputs: { liveSettings: { network } } }));
  const { code: unreadable, stderr } = await plan("dev", "--against", file);
  expect([unreadable, stderr]).toEqual([2, expect.stringContaining(`${file}: liveSettings.name: `)]);
});

test("--show-secrets prints secrets", async () => {
  const { stdout } = await plan("dev", "--json", "--show-secrets");
  expect(stdout).toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
});

test.each([
  ["no stack", []],
  ["two stacks", ["dev", "prod"]],
  ["an unknown option", ["dev", "--color"]],
  ["a missing plan file", ["dev", "--against", "none.json"]],
  ["a file that is not a plan", ["dev", "--against", join(root, "package.json")]],
  ["a missing policy configuration", ["dev", "--policy-config", "none.json"]],
  ["an option without a value", ["dev", "--out"]],
  ["a file as output folder", ["dev", "--out", join(root, "package.json")]],
])("%s is wrong usage: exit code 2", async (_title, args) => {
  const { code, stdout, stderr } = await plan(...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("Run holdfast plan --help for usage.");
});

test("wrong usage of the process: exit code 2", async () => {
  const { code, stdout, stderr } = await runProcess("dev", "prod");
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("Run holdfast plan --help for usage.");
});

test("--against refuses a plan of another stack: exit code 2", async () => {
  const other = join(directory, "other.json");
  writeFileSync(other, JSON.stringify({ stack: "staging", resources: [] }));
  const { code, stderr } = await plan("dev", "--against", other);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(`${other} is a plan of stack staging; choose one of stack dev`),
  ]);
});

test("--stacks reads another folder; --out removes only the outdated files of an earlier plan", async () => {
  const stacks = join(directory, "stacks");
  const out = join(directory, "again");
  mkdirSync(stacks);
  const write = (workers: string): void => {
    const settings = [
      "config:",
      "  aws:region: eu-central-1",
      "  holdfast:cluster:",
      "    name: tiny",
      "    protect: false",
    ];
    const small = [
      "    network: { zones: [a], nat: single }",
      "    controlPlane: { members: 1 }",
      `    workers: ${workers}`,
    ];
    writeFileSync(join(stacks, "Pulumi.dev.yaml"), `${[...settings, ...small].join("\n")}\n`);
  };
  write("{ general: {}, extra: {} }");
  expect(await plan("dev", "--stacks", stacks, "--out", out)).toMatchObject({ code: 0 });
  writeFileSync(join(out, "user-data", "mine.yaml"), "mine");
  const list = (): string[] => readdirSync(join(out, "user-data")).sort();
  expect(list()).toEqual(
    ["mine.yaml", "tiny-control-plane-a.yaml", "tiny-worker-extra.yaml", "tiny-worker-general.yaml"].sort(),
  );
  write("{ general: {} }");
  // Paths in an edited list cannot leave the folder.
  appendFileSync(join(out, ".holdfast-plan"), `../stacks/Pulumi.dev.yaml\n${stacks}/Pulumi.dev.yaml\n`);
  expect(await plan("dev", "--stacks", stacks, "--out", out)).toMatchObject({ code: 0 });
  expect(list()).toEqual(["mine.yaml", "tiny-control-plane-a.yaml", "tiny-worker-general.yaml"]);
  expect(readdirSync(stacks)).toEqual(["Pulumi.dev.yaml"]);
  const { code, stderr } = await plan("staging", "--stacks", stacks);
  expect([code, stderr]).toEqual([1, expect.stringContaining("Pulumi.staging.yaml")]);
});

test("a missing stack file: exit code 1", async () => {
  const { code, stdout, stderr } = await runProcess("nowhere");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("Pulumi.nowhere.yaml");
  expect(stderr).toContain("1 problem");
});

test("invalid settings: file and line of each problem, and JSON with --json; exit code 1", async () => {
  const stacks = mkdtempSync(join(directory, "invalid-"));
  const lines = [
    "config:",
    "  aws:region: eu-central-1",
    "  holdfast:cluster:",
    "    name: tiny",
    "    contolPlane: {}",
  ];
  const file = join(stacks, "Pulumi.dev.yaml");
  writeFileSync(file, `${[...lines, "    workers: { a: { max: -1 } }"].join("\n")}\n`);
  const { code, stdout, stderr } = await plan("dev", "--stacks", stacks);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    [
      `${file}:6: cluster.workers.a.max: must be at least 0; write a whole number from 0 up`,
      "    found: -1",
      `${file}:5: cluster.contolPlane: unknown setting; did you mean cluster.controlPlane?`,
      "    found: {}",
      "2 problems",
      "",
    ].join("\n"),
  );
  const asJson = await plan("dev", "--stacks", stacks, "--json");
  expect([asJson.code, asJson.stderr]).toEqual([1, ""]);
  expect(JSON.parse(asJson.stdout)).toEqual({
    problems: [
      expect.objectContaining({ place: `${file}:6`, path: "cluster.workers.a.max" }),
      expect.objectContaining({ place: `${file}:5`, path: "cluster.contolPlane", found: "{}" }),
    ],
  });
});

test("--help prints the usage: exit code 0", async () => {
  const { code, stdout } = await plan("--help");
  expect(code).toBe(0);
  expect(stdout).toContain("--against");
});

describe("policies", () => {
  const config = (file: object): string => {
    const path = join(directory, "policies.json");
    writeFileSync(path, JSON.stringify(file));
    return path;
  };

  test("verdicts follow the plan, with exemptions", async () => {
    const reason = "One gateway does for a rehearsal of production.";
    const exemptions = [{ resource: "staging-network-vpc", reason, expires: "2099-12-31" }];
    const path = config({ "nat-gateway-per-zone": { exemptions } });
    const { code, stdout } = await plan("staging", "--policy-config", path);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Policies: \d+ rules for staging; 0 mandatory, \d+ advisory, 0 undecided, 1 exempt$/m);
    expect(stdout).toMatch(/^ {2}exempt +nat-gateway-per-zone +staging-network-vpc$/m);
  });

  test("a violated mandatory policy: the whole plan, then exit code 1", async () => {
    const { code, stdout } = await plan("dev", "--policy-config", config({ "workers-in-two-zones": "mandatory" }));
    expect(code).toBe(1);
    expect(stdout).toContain("Outputs");
    expect(stdout).toMatch(/^ {2}mandatory +workers-in-two-zones +dev-workers-general-group$/m);
    expect(stdout).toContain("(setting: workers.<pool>.zones)");
  });

  test("--json includes the verdicts", async () => {
    const { code, stdout } = await plan("dev", "--json", "--policy-config", config({ all: "mandatory" }));
    expect(code).toBe(1);
    const { policies } = JSON.parse(stdout) as { policies: { outcomes: readonly { rule: string }[] } };
    expect(policies.outcomes.map(({ rule }) => rule)).toContain("workers-in-two-zones");
  });

  test("an invalid policy configuration: exit code 2 and its path", async () => {
    const path = config({ "no-such-rule": "advisory" });
    const { code, stderr } = await plan("dev", "--policy-config", path);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}: no-such-rule: unknown rule`);
  });
});
