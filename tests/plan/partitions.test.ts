/** Plans outside the partition `aws`: every ARN, host and service principal is one of the partition. */
import type { Plan } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import { planPartition } from "../partitionStacks";

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
  ["aws-cn", "amazonaws.com.cn"],
  ["aws-us-gov", "amazonaws.com"],
] as const)("partition %s", (partition, domain) => {
  let plan: Plan;

  beforeAll(async () => {
    plan = await planPartition(partition);
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
