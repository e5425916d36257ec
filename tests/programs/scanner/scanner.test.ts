/** Plans of staging and prod, scanned by checkov; docs/security.md has a reason for each finding. Boots nothing. */
import { checkovFindings } from "../../../operations/cis/scanners";
import { plainPlan, planStack } from "../../../plan/planStack";
import { type Scan, prepareScanner } from "./checkov";

const stacks = ["staging", "prod"] as const;
const scans = new Map<string, Scan>();

/** Expected findings as `check resource`, with `*` in names. */
const expected = checkovFindings.flatMap(({ ids, resources }) =>
  ids.flatMap((id) => resources.map((name) => `${id} ${name}`)),
);

const matches = (finding: string, pattern: string): boolean =>
  new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(finding);

const failuresOf = (stack: string): readonly string[] =>
  (scans.get(stack)?.failed ?? []).map(({ check, resource }) => `${check} ${resource.replace(`${stack}-`, "")}`);

beforeAll(async () => {
  const scan = await prepareScanner();
  for (const stack of stacks) {
    const { resources } = plainPlan(await planStack(stack));
    scans.set(stack, scan(resources.filter(({ type }) => type.startsWith("aws:"))));
  }
});

test.each(stacks)("%s passes hundreds of checks, and fails none without a reason", (stack) => {
  expect(scans.get(stack)?.passed.length).toBeGreaterThan(400);
  expect(failuresOf(stack).filter((finding) => !expected.some((pattern) => matches(finding, pattern)))).toEqual([]);
});

test("every check with a reason fails for one of its resources", () => {
  const failures = stacks.flatMap(failuresOf);
  const unused = checkovFindings.flatMap(({ ids, resources }) => [
    ...ids.filter((id) => !failures.some((finding) => finding.startsWith(`${id} `))),
    ...resources.filter((name) => !ids.some((id) => failures.some((finding) => matches(finding, `${id} ${name}`)))),
  ]);
  expect(unused).toEqual([]);
});

test("an open security group, an unencrypted volume and a public bucket are found", async () => {
  const scan = await prepareScanner();
  const { failed } = scan([
    {
      type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      name: "open",
      inputs: { securityGroupId: "sg-1", cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 22, toPort: 22 },
      outputs: {},
    },
    { type: "aws:ebs/volume:Volume", name: "plain", inputs: { availabilityZone: "a", size: 1 }, outputs: {} },
    { type: "aws:s3/bucket:Bucket", name: "public", id: "public", inputs: { bucket: "public" }, outputs: {} },
  ]);
  const found = failed.map(({ check, resource }) => `${check} ${resource}`);
  expect(found).toEqual(expect.arrayContaining(["CKV_AWS_24 open", "CKV_AWS_3 plain", "CKV2_AWS_6 public"]));
});
