/** Example programs and the template of `pulumi new`, run in process with the package's own sources. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { podIdentity } from "../../components/access/serviceAccounts/podIdentity.plan";
import { PlanMonitor } from "../../plan/program/monitor";
import type { RegisteredResource } from "../../plan/program/monitor";
import { runProgram } from "../../plan/program/runProgram";
import { evaluatePolicies } from "../../plan/verdicts";
import { createCluster } from "../../examples/automation/cluster";
import type { ClusterRequest } from "../../examples/automation/cluster";
import { World } from "../../simulation/core/world";

type Config = Readonly<Record<string, unknown>>;

const root = join(__dirname, "../..");
const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");
const region = "eu-central-1";

/** Resources of a program. Its public hosted zone exists. @throws PlanError with all problems. */
async function planProgram(
  project: string,
  config: Config,
  program: () => unknown,
): Promise<readonly RegisteredResource[]> {
  const world = new World(region);
  const zoneId = config[`${project}:hostedZoneId`];
  const zone = { id: String(zoneId), type: "aws:route53/zone:Zone", urn: "existing:zone", inputs: {} };
  world.add({ ...zone, outputs: { id: zoneId, zoneId, existing: true } });
  const monitor = new PlanMonitor(world, project, "prod");
  const texts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  await runProgram(program, monitor, Object.fromEntries(texts) as Record<string, string>);
  return [...monitor.resources.values()];
}

/** Resources of an example, with the configuration in its folder. */
async function planExample(name: string): Promise<readonly RegisteredResource[]> {
  const { config } = parse(read("examples", name, "Pulumi.prod.yaml")) as { config: Config };
  return planProgram(name, config, () => importProgram("examples", name));
}

const importProgram = async (...folder: string[]): Promise<object> => ({
  ...((await import(join(root, ...folder, "index.ts"))) as object),
});

function expectAccepted(resources: readonly RegisteredResource[]): void {
  const { environment, outcomes } = evaluatePolicies({ stack: "prod", resources });
  expect(environment).toBe("prod");
  expect(outcomes).toEqual([]);
  // An output in a template literal becomes this text.
  expect(JSON.stringify(resources)).not.toContain("Calling [toString]");
}

const find = (resources: readonly RegisteredResource[], type: string, name: string): RegisteredResource => {
  const found = resources.find((one) => one.type === type && one.name === name);
  if (found === undefined) throw new Error(`no ${type} ${name}`);
  return found;
};

test("two-regions: a cluster in each region, with backups in the other one", async () => {
  const resources = await planExample("two-regions");
  expectAccepted(resources);
  const clusters = resources.filter(({ type }) => type === "holdfast:index:Cluster");
  expect(clusters.map(({ name }) => name)).toEqual(["frankfurt", "ireland"]);
  const zones = resources.filter(({ type }) => type === "aws:ec2/subnet:Subnet").map(({ inputs }) => inputs);
  const regions = new Set(zones.map(({ availabilityZone }) => String(availabilityZone).slice(0, -1)));
  expect([...regions].sort()).toEqual(["eu-central-1", "eu-west-1"]);
  const copies = resources.filter(({ type }) => type === "holdfast:index:BackupCopy");
  expect(copies).toHaveLength(2);
});

test("workload: only its pods assume the role, and clients reach them through the load balancer", async () => {
  const resources = await planExample("workload");
  expectAccepted(resources);
  const role = find(resources, "aws:iam/role:Role", "shop-web");
  const trust = JSON.parse(String(role.inputs.assumeRolePolicy)) as {
    Statement: readonly [{ Condition: { StringEquals: Record<string, string> } }];
  };
  const issuer = find(resources, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "shop-issuer-provider");
  const host = String(issuer.inputs.url).replace("https://", "");
  expect(trust.Statement[0].Condition.StringEquals).toEqual({
    [`${host}:sub`]: "system:serviceaccount:shop:web",
    [`${host}:aud`]: "sts.amazonaws.com",
  });

  const { spec } = find(resources, "kubernetes:apps/v1:Deployment", "web").inputs as {
    spec: { template: { spec: { serviceAccountName: string; containers: [object]; volumes: object[] } } };
  };
  const pod = spec.template.spec;
  const identity = podIdentity(role.outputs.arn, region);
  expect(pod.serviceAccountName).toBe("web");
  expect(pod.volumes).toEqual(expect.arrayContaining(identity.volumes));
  expect(pod.containers[0]).toMatchObject({
    env: expect.arrayContaining(identity.env) as unknown,
    volumeMounts: expect.arrayContaining(identity.volumeMounts) as unknown,
  });

  const { inputs: service } = find(resources, "kubernetes:core/v1:Service", "web");
  const ranges = ["198.51.100.0/24"];
  expect(service.spec).toMatchObject({ type: "LoadBalancer", loadBalancerSourceRanges: ranges });
  const policies = resources.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
  expect(policies.map(({ inputs }) => inputs.spec)).toContainEqual(
    expect.objectContaining({
      ingress: [{ from: [{ ipBlock: { cidr: ranges[0] } }], ports: [{ protocol: "TCP", port: 8080 }] }],
    }),
  );
});

// tests/engine/automation.test.ts runs the whole example.
test("automation: the cluster of its request", async () => {
  const request = JSON.parse(read("examples/automation/clusters/prod.json")) as ClusterRequest;
  const resources = await planProgram("clusters", {}, () => createCluster(request));
  expectAccepted(resources);
  expect(find(resources, "holdfast:index:Cluster", "prod")).toBeDefined();
});

test("template: the questions of pulumi new are the configuration that its program reads", async () => {
  const project = parse(read("template/Pulumi.yaml")) as {
    name: string;
    description: string;
    template: { config: Record<string, { description: string; default?: string }> };
  };
  expect(project).toMatchObject({ name: "${PROJECT}", description: "${DESCRIPTION}" });
  const answers: Readonly<Record<string, string>> = {
    costCenter: "4711",
    apiName: "api.example.com",
    hostedZoneId: "Z0123456789ABCDEFGHIJ",
    administrators: "203.0.113.0/24",
  };
  const config = Object.entries(project.template.config).map(([key, question]) => [
    key.includes(":") ? key : `blue:${key}`,
    question.default ?? answers[key],
  ]);
  const resources = await planProgram("blue", Object.fromEntries(config) as Config, () => importProgram("template"));
  expectAccepted(resources);
  const cluster = resources.find(({ type }) => type === "holdfast:index:Cluster");
  expect(cluster?.name).toBe("prod");
});

test.each(["examples/two-regions", "examples/workload", "examples/automation", "template"])(
  "%s pins this repository's versions",
  (path) => {
    interface Manifest {
      readonly version: string;
      readonly dependencies: Readonly<Record<string, string>>;
      readonly devDependencies: Readonly<Record<string, string>>;
    }
    const own = JSON.parse(read("package.json")) as Manifest;
    const policies = JSON.parse(read("policies/package.json")) as Manifest;
    const packages = { holdfast: own.version, "@holdfast/policies": policies.version };
    const known: Record<string, string> = { ...own.devDependencies, ...own.dependencies, ...packages };
    const { dependencies, devDependencies } = JSON.parse(read(path, "package.json")) as Manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect([name, version]).toEqual([name, known[name]]);
    }
  },
);
