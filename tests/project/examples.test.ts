/** Examples: each plans without a problem and without a violation of a policy, and shows what its page says. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";

import { architecturesOf } from "../../components/node/assets.plan";
import { hasNvidiaGpu } from "../../components/settings/instanceTypes";
import { planStack } from "../../plan/planStack";
import type { Plan } from "../../plan/planStack";
import { evaluatePolicies } from "../../plan/verdicts";
import { stackFileSchema } from "../../stacks/settingsSchema";

const root = join(__dirname, "../..");
const folder = join(root, "examples/stacks");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const stacks = readdirSync(folder)
  .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
  .sort();

/** Folder with the stack file of own-ca and its throwaway authorities: no key is in the repository. */
let ownAuthorities: string;
beforeAll(() => {
  ownAuthorities = mkdtempSync(join(tmpdir(), "holdfast-own-ca-"));
  execFileSync(join(root, "examples/own-ca.sh"), [ownAuthorities], { stdio: "pipe" });
  process.env.HOLDFAST_AUTHORITY_KEYS = join(ownAuthorities, "keys.yaml");
});
afterAll(() => {
  rmSync(ownAuthorities, { recursive: true });
});

const count = ({ resources }: Plan, type: string): number => resources.filter((one) => one.type === type).length;

/** Inputs of all resources of a type. */
const inputsOf = ({ resources }: Plan, type: string): readonly Record<string, unknown>[] =>
  resources.filter((one) => one.type === type).map(({ inputs }) => inputs);

/** Check of what the first comment of each stack file says. */
const claims: Readonly<Record<string, (plan: Plan) => void>> = {
  minimal: () => {
    const { config } = parse(read("examples/stacks/Pulumi.minimal.yaml")) as { config: Record<string, object> };
    expect(Object.keys(config["holdfast:cluster"] ?? {})).toEqual(["name", "tags", "workers"]);
  },
  production: ({ spec }) => {
    const backups = { objectLock: { mode: "governance" }, copyTo: { region: "eu-west-1" } };
    expect(spec).toMatchObject({ protect: true, etcd: { topology: "external", members: 3, backups } });
    expect(spec.alarms.email).not.toEqual([]);
  },
  "spot-arm": (plan) => {
    expect(architecturesOf(plan.spec, plan.spec.kubernetesVersion)).toEqual(["arm64"]);
    const spot = inputsOf(plan, "aws:autoscaling/group:Group").filter((group) => group.capacityRebalance === true);
    expect(spot.map(({ name }) => name)).toEqual(["spot-arm-worker-spot"]);
  },
  gpu: ({ spec, resources }) => {
    const pools = Object.values(spec.workers).filter(({ gpu }) => gpu);
    expect(pools.flatMap(({ instanceTypes }) => instanceTypes).every(hasNvidiaGpu)).toBe(true);
    expect(pools.map(({ min }) => min)).toEqual([0, 0]);
    expect(JSON.stringify(resources)).toContain("nvidia-device-plugin");
  },
  windows: (plan) => {
    const templates = inputsOf(plan, "aws:ec2/launchTemplate:LaunchTemplate");
    const userData = templates.map((template) => Buffer.from(String(template.userData), "base64").toString());
    expect(userData.filter((text) => text.startsWith("<powershell>"))).toHaveLength(1);
  },
  "air-gapped": (plan) => {
    expect(count(plan, "aws:ec2/natGateway:NatGateway")).toBe(0);
    const rules = inputsOf(plan, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
    expect(rules.filter(({ cidrIpv4 }) => cidrIpv4 === "0.0.0.0/0")).toEqual([]);
    expect(plan.spec.api.public).toBeUndefined();
  },
  "existing-vpc": (plan) => {
    for (const type of ["aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/natGateway:NatGateway"])
      expect(count(plan, type)).toBe(0);
  },
  "own-ca": (plan) => {
    expect(count(plan, "tls:index/selfSignedCert:SelfSignedCert")).toBe(0);
  },
  "oidc-groups": (plan) => {
    const bindings = ["ClusterRoleBinding", "RoleBinding"].flatMap((kind) =>
      inputsOf(plan, `kubernetes:rbac.authorization.k8s.io/v1:${kind}`),
    );
    const subjects = bindings.flatMap((binding) => binding.subjects as readonly { name: string }[]);
    const names = subjects.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["corp:platform", "corp:shop-developers", "corp:auditors"]));
    const authentication = plan.bundles[0]?.files["config/apiserver/authentication.yaml"];
    expect(authentication).toContain("https://login.example.com/realms/staff");
  },
  "multi-tenant": (plan) => {
    expect(plan.spec.tenants["shop-web"]?.parent).toBe("shop");
    expect(count(plan, "kubernetes:core/v1:Namespace")).toBe(Object.keys(plan.spec.tenants).length);
    expect(count(plan, "kubernetes:node.k8s.io/v1:RuntimeClass")).toBe(1);
  },
};

test("every stack file has a check of what it claims", () => {
  expect(Object.keys(claims).sort()).toEqual(stacks);
});

describe.each(stacks)("stack %s", (stack) => {
  const file = `examples/stacks/Pulumi.${stack}.yaml`;

  test("plans without a warning or a violation, and shows what it claims", async () => {
    const plan = await planStack(stack, { directory: stack === "own-ca" ? ownAuthorities : folder });
    expect(plan.warnings).toEqual([]);
    const { environment, outcomes } = evaluatePolicies(plan);
    expect(environment).toBe("prod");
    // Not even an advisory one: users copy these files.
    expect(outcomes).toEqual([]);
    claims[stack]?.(plan);
  });

  test("is valid by the JSON Schema that it names, and begins with its purpose", () => {
    expect(read(file)).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/stacks\/schema\.json\n# \p{Lu}[^\n]+: /u);
    const validate = new Ajv2020({ strict: false }).compile(stackFileSchema());
    validate(parse(read(file)));
    expect(validate.errors).toBeNull();
  });
});

test("without keys, own-ca says how to provide them", async () => {
  delete process.env.HOLDFAST_AUTHORITY_KEYS;
  await expect(planStack("own-ca", { directory: folder })).rejects.toThrow(/set HOLDFAST_AUTHORITY_KEYS/);
});

test("examples/README.md lists every example once", () => {
  const rows = read("examples/README.md")
    .split("\n")
    .filter((line) => line.startsWith("| ["));
  const folders = readdirSync(join(root, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "stacks")
    .map(({ name }) => `${name}/`);
  const listed = rows.map((row) => /\]\(([^)]+)\)/.exec(row)?.[1] ?? row);
  expect(listed.sort()).toEqual([...stacks.map((stack) => `stacks/Pulumi.${stack}.yaml`), ...folders].sort());
});
