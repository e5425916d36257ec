/** Plans of stack files: order, overrides, invalid settings. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PlanError, planStack } from "../../plan/planStack";
import type { PlanProblem } from "../../plan/planStack";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-plan-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function writeStack(name: string, text: string): void {
  writeFileSync(join(directory, `Pulumi.${name}.yaml`), text);
}

const small = `config:
  aws:region: eu-central-1
  holdfast:cluster:
    name: small
    network: { zones: [a], nat: single }
    controlPlane: { members: 1 }
    workers: { general: { instanceTypes: [m7i.large], min: 1, max: 2 } }
`;

async function problemsOf(stack: string, overrides?: object): Promise<readonly PlanProblem[]> {
  const error: unknown = await planStack(stack, { directory, overrides }).catch((thrown: unknown) => thrown);
  if (!(error instanceof PlanError)) throw new Error(`no PlanError: ${String(error)}`);
  return error.problems;
}

describe("planStack", () => {
  test("accepts the maximum number of tags", async () => {
    writeStack("small", small);
    const tags = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`tag-${index}`, "x"]));
    const { resources } = await planStack("small", { directory, overrides: { tags } });
    const objects = resources.filter(({ type }) => type === "aws:s3/bucketObjectv2:BucketObjectv2");
    expect(objects.length).toBeGreaterThan(0);
  });

  test("puts the issuer's documents behind CloudFront", async () => {
    writeStack("small", small);
    const overrides = { access: { serviceAccountIssuer: "cloudfront" } };
    const { resources } = await planStack("small", { directory, overrides });
    const of = (type: string) => resources.filter((resource) => resource.type === type);
    const [distribution] = of("aws:cloudfront/distribution:Distribution");
    const [provider] = of("aws:iam/openIdConnectProvider:OpenIdConnectProvider");
    expect(provider?.inputs.url).toBe(`https://${String(distribution?.outputs.domainName)}`);
    const blocks = of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    expect(blocks.filter(({ inputs }) => inputs.blockPublicPolicy !== true)).toEqual([]);
  });

  test("the longest names of cluster and pool fit into all names that derive from them", async () => {
    writeStack("small", small);
    const overrides = {
      name: "c".repeat(20),
      workers: { ["p".repeat(28)]: { min: 1 } },
      addons: { externalDns: { enabled: true, hostedZoneIds: ["Z0123456789ABC"] } },
    };
    const { resources } = await planStack("small", { directory, overrides });
    expect(resources.filter(({ type }) => type === "aws:iam/role:Role").length).toBeGreaterThan(5);
  });

  test("lists each URN once, after its parent and its dependencies", async () => {
    writeStack("small", small);
    const { resources } = await planStack("small", { directory });
    const seen = new Set<string>();
    for (const { urn, parent, dependsOn } of resources) {
      for (const other of dependsOn) expect([urn, seen.has(other)]).toEqual([urn, true]);
      expect(parent === undefined || seen.has(parent)).toBe(true);
      expect(seen.has(urn)).toBe(false);
      seen.add(urn);
    }
    expect(resources.length).toBeGreaterThan(100);
  });

  test("is deterministic, also with concurrent calls", async () => {
    writeStack("small", small);
    const plans = await Promise.all([1, 2].map(() => planStack("small", { directory })));
    const ids = plans.map(({ resources }) =>
      resources.filter(({ type }) => type.startsWith("aws:")).map(({ urn, id }) => [urn, id]),
    );
    expect(new Map(ids[0] as [string, string][])).toEqual(new Map(ids[1] as [string, string][]));
  });

  test("merges mappings of overrides and replaces lists", async () => {
    writeStack("small", small);
    const overrides = {
      network: { zones: ["b"] },
      workers: { spare: { instanceTypes: ["m7i.large"], min: 0, max: 1 } },
    };
    const { spec, resources } = await planStack("small", { directory, overrides });
    expect(spec.network.zones).toEqual(["eu-central-1b"]);
    expect(Object.keys(spec.workers)).toEqual(["general", "spare"]);
    const subnets = resources.filter(({ type }) => type === "aws:ec2/subnet:Subnet");
    expect(subnets.map(({ outputs }) => outputs.availabilityZone)).toEqual(["eu-central-1b", "eu-central-1b"]);
    const groups = resources
      .filter(({ type }) => type === "aws:autoscaling/group:Group")
      .map(({ inputs }) => inputs.name);
    expect(groups).toContain("small-worker-spare");
  });

  test("adds the existing VPC and DNS zone of the settings", async () => {
    writeStack("small", small);
    const vpc = {
      source: "existing",
      id: "vpc-0123456789abcdef0",
      cidr: "10.8.0.0/16",
      secondaryCidrs: ["100.64.0.0/16"],
      privateSubnets: { "eu-central-1a": "subnet-0123456789abcdef0" },
      publicSubnets: { "eu-central-1a": "subnet-0123456789abcdef1" },
    };
    const api = {
      public: { name: "api.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", allowedCidrs: ["192.0.2.0/24"] },
    };
    const { resources } = await planStack("small", { directory, overrides: { network: { vpc }, api } });
    expect(resources.filter(({ type }) => type === "aws:ec2/vpc:Vpc")).toEqual([]);
    const balancers = resources.filter(({ type }) => type === "aws:lb/loadBalancer:LoadBalancer");
    expect(balancers.map(({ outputs }) => outputs.vpcId)).toEqual([vpc.id, vpc.id]);
  });
});

describe("problems", () => {
  test("a missing stack file: lists the existing stacks", async () => {
    writeStack("small", small);
    expect(await problemsOf("large")).toEqual([
      {
        path: join(directory, "Pulumi.large.yaml"),
        found: "no such file",
        message: expect.stringContaining("small") as string,
      },
    ]);
  });

  test("invalid YAML", async () => {
    writeStack("broken", "config: [");
    expect(await problemsOf("broken")).toMatchObject([
      { path: join(directory, "Pulumi.broken.yaml:1"), found: "invalid YAML" },
    ]);
  });

  test("all invalid settings with their paths", async () => {
    writeStack("small", small);
    const problems = await problemsOf("small", { name: "Small", color: "red", controlPlane: { members: 2 } });
    expect(problems.map(({ path }) => path).sort()).toEqual([
      "cluster.color",
      "cluster.controlPlane.members",
      "cluster.name",
    ]);
  });
});
