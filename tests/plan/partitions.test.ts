/** Plans outside the partition `aws`: every ARN, host and service principal is one of the partition. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

import { planStack } from "../../plan/planStack";
import type { Plan } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";

/** Settings with all features that name AWS services, accounts or hosts. */
const cluster = (partition: string, copyRegion: string) => ({
  name: "abroad",
  network: { zones: ["a", "b"], interfaceEndpoints: true },
  protect: false,
  etcd: {
    topology: "external",
    members: 3,
    backups: { objectLock: { mode: "governance", days: 7 }, copyTo: { region: copyRegion } },
  },
  alarms: { email: ["kubernetes@example.com"] },
  workers: { general: { instanceTypes: ["m6i.large"] }, gpu: { instanceTypes: ["g4dn.xlarge"], gpu: true } },
  addons: { externalDns: { enabled: true, hostedZoneIds: ["Z0123456789ABC"] } },
  tenants: {
    shop: {
      serviceAccounts: { reports: { aws: [{ actions: ["s3:GetObject"], resources: [`arn:${partition}:s3:::r/*`] }] } },
    },
  },
});

/** Every text in the inputs of AWS resources, with its path, and the texts in JSON documents. */
function* textsOf(value: unknown, path: string): Iterable<readonly [string, string]> {
  if (typeof value === "string") {
    yield [path, value];
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* textsOf(inner, `${path}.${key}`);
  }
}

const hostPattern = /[\w.-]*\bamazonaws\.com(\.cn)?/g;

describe.each([
  ["aws-cn", "cn-north-1", "cn-northwest-1", "amazonaws.com.cn"],
  ["aws-us-gov", "us-gov-west-1", "us-gov-east-1", "amazonaws.com"],
])("partition %s", (partition, region, copyRegion, domain) => {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-partition-"));
  let plan: Plan;

  beforeAll(async () => {
    const config = { "aws:region": region, "holdfast:cluster": cluster(partition, copyRegion) };
    writeFileSync(join(directory, "Pulumi.abroad.yaml"), stringify({ config }));
    plan = await planStack("abroad", { directory });
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const texts = () =>
    plan.resources
      .filter(({ type }) => type.startsWith("aws:"))
      .flatMap(({ name, inputs }) => [...textsOf(reveal(inputs), name)]);

  test("every ARN is in the partition", () => {
    const arns = texts().flatMap(([path, text]) =>
      [...text.matchAll(/arn:(aws[a-z-]*):/g)].map(([, of]) => [path, of]),
    );
    expect(arns.length).toBeGreaterThan(100);
    expect(arns.filter(([, of]) => of !== partition)).toEqual([]);
  });

  test("every host has the partition's domain", () => {
    const hosts = texts().flatMap(([path, text]) => [...text.matchAll(hostPattern)].map(([host]) => [path, host]));
    // Service principals, which the simulated IAM checks, and names that are the same everywhere.
    const universal = /^(\w[\w-]*|logging\.s3|logs\.[\w-]+)\.amazonaws\.com(\.cn)?$/;
    const regional = hosts.filter(([, host = ""]) => !universal.test(host));
    expect(regional.length).toBeGreaterThan(5);
    expect(regional.filter(([, host = ""]) => !host.endsWith(`.${domain}`))).toEqual([]);
  });
});
