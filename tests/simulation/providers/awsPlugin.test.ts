import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Secret } from "../../../plan/program/secret";
import { unknown } from "../../../simulation/providers/properties";
import { EngineSide, urnOf } from "./client";

const vpcType = "aws:ec2/vpc:Vpc";
const subnetType = "aws:ec2/subnet:Subnet";
const roleType = "aws:iam/role:Role";
const templateType = "aws:ec2/launchTemplate:LaunchTemplate";
const parameterType = "aws:ssm/parameter:Parameter";
const config = { region: "eu-central-1", defaultTags: JSON.stringify({ tags: { "holdfast:cluster": "blue" } }) };
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

let folder: string;
let engine: EngineSide;
const others: EngineSide[] = [];

/** Another run of the CLI, or another provider of the same program. */
async function another(settings: Record<string, unknown> = config): Promise<EngineSide> {
  const side = await EngineSide.start("aws", folder, settings);
  others.push(side);
  return side;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-plugin-"));
  engine = await EngineSide.start("aws", folder, config);
});

afterEach(async () => {
  for (const side of [engine, ...others.splice(0)]) side.close();
  await rm(folder, { recursive: true });
});

const makeVpc = (side = engine) => side.make(vpcType, "vpc", { cidrBlock: "10.0.0.0/16", tags: { Name: "blue" } });

describe("the provider itself", () => {
  test("tells its version, its schema and that it takes secrets and previews", async () => {
    expect((await engine.info()).getVersion()).toBe("1.2.3");
    expect(await engine.schema()).toEqual({ name: "aws", version: "1.2.3" });
    expect(await engine.greet()).toEqual({ secrets: [true, true], preview: true });
  });

  test.each([
    [{ region: "eu-central-1" }, []],
    [{}, ["region: Missing region: set aws:region or the provider's region"]],
    [{ region: "eu-centrall-1" }, ["region: Invalid AWS Region: eu-centrall-1"]],
  ])("settings %j", async (settings, failures) => {
    expect(await engine.checkConfig(settings)).toEqual(failures);
  });

  test("another region makes everything anew, other tags do not", async () => {
    const elsewhere = { ...config, region: "eu-west-1" };
    expect(await engine.diffConfig(config, elsewhere)).toEqual({ diffs: ["region"], replaces: ["region"] });
    expect(await engine.diffConfig(config, { region: config.region })).toEqual({
      diffs: ["defaultTags"],
      replaces: [],
    });
    expect(await engine.diffConfig(config, config)).toEqual({ diffs: [], replaces: [] });
  });

  test("answers questions, and says of which it knows nothing", async () => {
    expect(await engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")).toMatchObject({
      accountId: "123456789012",
    });
    await expect(engine.invoke("aws:tea/getPot:getPot")).rejects.toThrow("does not know aws:tea/getPot:getPot");
  });
});

describe("check", () => {
  test("names what needs a name, and keeps that name", async () => {
    const urn = urnOf(roleType, "machine");
    const first = await engine.check(urn, { assumeRolePolicy: trust });
    expect(first.failures).toEqual([]);
    expect(first.inputs.name).toMatch(/^machine-[0-9a-f]{7}$/);
    await engine.create(urn, first.inputs);
    const later = await engine.check(urn, { assumeRolePolicy: trust, maxSessionDuration: 7200 }, first.inputs);
    expect(later.inputs.name).toBe(first.inputs.name);
    // Without what was there before it is a replacement, which stands beside the old one for a while.
    const replacement = await engine.check(urn, { assumeRolePolicy: trust });
    expect(replacement.inputs.name).not.toBe(first.inputs.name);
    expect((await engine.check(urn, { name: "mine", assumeRolePolicy: trust }, first.inputs)).inputs).toEqual({
      name: "mine",
      assumeRolePolicy: trust,
    });
  });

  test("refuses what AWS would refuse, with the property", async () => {
    const vpc = await makeVpc();
    const subnet = { vpcId: vpc.id, cidrBlock: "10.1.0.0/20", availabilityZone: "eu-central-1z" };
    const { failures } = await engine.check(urnOf(subnetType, "a"), subnet);
    expect(failures).toEqual([
      expect.stringMatching(/^availabilityZone: InvalidParameterValue: /),
      "cidrBlock: InvalidSubnet.Range: The CIDR '10.1.0.0/20' is invalid.",
    ]);
    expect((await engine.check(urnOf("aws:tea/pot:Pot", "pot"), {})).failures).toEqual([
      "type: UnknownResourceType: the simulated AWS does not know aws:tea/pot:Pot",
    ]);
  });

  test("says nothing of what is not known yet, and still refuses the rest", async () => {
    const subnet = { vpcId: unknown, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
    expect((await engine.check(urnOf(subnetType, "a"), subnet)).failures).toEqual([]);
    const wrong = { ...subnet, cidrBlock: "10.0.0.7/20" };
    expect((await engine.check(urnOf(subnetType, "a"), wrong)).failures).toHaveLength(1);
    // A list of which nothing is known is no list.
    const group = { name: "machines", minSize: 1, maxSize: 1, vpcZoneIdentifiers: unknown, launchTemplate: unknown };
    expect((await engine.check(urnOf("aws:autoscaling/group:Group", "g"), group)).failures).toEqual([]);
  });

  test("does not hold a resource against itself", async () => {
    const vpc = await makeVpc();
    const inputs = { vpcId: vpc.id, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
    const { urn } = await engine.make(subnetType, "a", inputs);
    expect((await engine.check(urn, inputs, inputs)).failures).toEqual([]);
    const { failures } = await engine.check(urnOf(subnetType, "b"), inputs);
    expect(failures).toEqual([expect.stringContaining("InvalidSubnet.Conflict")]);
  });
});

describe("diff", () => {
  test("tells updates from replacements", async () => {
    const vpc = await makeVpc();
    const same = await engine.diff(vpc, vpc.inputs);
    expect(same).toEqual({ some: false, diffs: [], replaces: [], deleteBeforeReplace: false });
    const renamed = await engine.diff(vpc, { ...vpc.inputs, tags: { Name: "green" } });
    expect(renamed).toMatchObject({ some: true, diffs: ["tags", "tagsAll"], replaces: [] });
    const moved = await engine.diff(vpc, { ...vpc.inputs, cidrBlock: "10.1.0.0/16" });
    expect(moved).toMatchObject({ diffs: ["cidrBlock"], replaces: ["cidrBlock"], deleteBeforeReplace: false });
    const maybe = await engine.diff(vpc, { ...vpc.inputs, cidrBlock: unknown });
    expect(maybe.replaces).toEqual(["cidrBlock"]);
  });

  test("what keeps the name that a program gave goes before its successor", async () => {
    const inputs = { assumeRolePolicy: trust, path: "/old/" };
    const given = await engine.make(roleType, "given", { ...inputs, name: "given" });
    const made = await engine.make(roleType, "made", inputs);
    for (const [role, first] of [
      [given, true],
      [made, false],
    ] as const) {
      const change = await engine.diff(role, { ...role.inputs, path: "/new/" });
      expect(change).toMatchObject({ replaces: ["path"], deleteBeforeReplace: first });
    }
  });

  test("the provider's own tags reach resources that have not changed", async () => {
    const vpc = await makeVpc();
    const tags = { "holdfast:cluster": "blue", owner: "platform" };
    const next = await another({ ...config, defaultTags: JSON.stringify({ tags }) });
    expect(await next.diff(vpc, vpc.inputs)).toMatchObject({ diffs: ["tagsAll"], replaces: [] });
    expect((await next.update(vpc, vpc.inputs)).outputs.tagsAll).toEqual({ ...tags, Name: "blue" });
  });

  test("a secret that stays the same is no change", async () => {
    const inputs = { name: "/blue/key", type: "SecureString", value: new Secret("hush") };
    const parameter = await engine.make(parameterType, "key", inputs);
    expect((await engine.diff(parameter, { ...inputs, value: new Secret("hush") })).some).toBe(false);
    expect((await engine.diff(parameter, { ...inputs, value: new Secret("psst") })).diffs).toEqual(["value"]);
  });
});

describe("create, update, read and delete", () => {
  test("the world is there for the next run", async () => {
    const vpc = await makeVpc();
    expect(vpc.id).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(vpc.outputs.tagsAll).toEqual({ "holdfast:cluster": "blue", Name: "blue" });
    const next = await another();
    expect(await next.read(vpc.urn, vpc.id)).toEqual({ id: vpc.id, inputs: vpc.inputs, outputs: vpc.outputs });
    await next.update(vpc, { ...vpc.inputs, enableDnsSupport: false });
    // The first process learns it from the file.
    expect((await engine.read(vpc.urn, vpc.id)).outputs.enableDnsSupport).toBe(false);
    await next.delete(vpc);
    expect((await engine.read(vpc.urn, vpc.id)).id).toBe("");
    await engine.delete(vpc);
  });

  test("secret inputs are secret outputs, and only the owner reads the file", async () => {
    const inputs = { name: "/blue/key", type: "SecureString", value: new Secret("hush") };
    const parameter = await engine.make(parameterType, "key", inputs);
    expect(parameter.outputs.value).toEqual(new Secret("hush"));
    expect(parameter.outputs.arn).toContain(":parameter/blue/key");
    const read = await engine.read(parameter.urn, parameter.id, inputs);
    expect([read.inputs.value, read.outputs.value]).toEqual([new Secret("hush"), new Secret("hush")]);
    const file = join(folder, "aws.jsonl");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).toContain("hush");
  });

  test("what is refused is an error that says everything, and nothing is made", async () => {
    const urn = urnOf(subnetType, "a");
    const inputs = { vpcId: "vpc-0000000000000000f", cidrBlock: "nonsense", availabilityZone: "eu-central-1a" };
    const failure = engine.create(urn, inputs);
    await expect(failure).rejects.toThrow(/vpcId: InvalidVpcID.NotFound: .*\ncidrBlock: InvalidParameterValue: /);
    const vpc = await makeVpc();
    await expect(engine.update(vpc, { cidrBlock: "10.0.0.0/8" })).rejects.toThrow("InvalidVpc.Range");
    expect((await engine.read(vpc.urn, vpc.id)).outputs).toEqual(vpc.outputs);
    await engine.delete(vpc);
    await expect(engine.update(vpc, vpc.inputs)).rejects.toThrow("id: NotFound");
  });

  test("a template's versions go on, and its identity stays", async () => {
    const template = await engine.make(templateType, "machine", { name: "machine", instanceType: "m7i.large" });
    const larger = { ...template.inputs, instanceType: "m7i.xlarge" };
    const previewed = await engine.update(template, larger, true);
    expect(previewed.outputs).toMatchObject({ id: template.id, instanceType: "m7i.xlarge", latestVersion: unknown });
    const updated = await engine.update(template, larger);
    expect(updated.outputs).toMatchObject({ id: template.id, instanceType: "m7i.xlarge", latestVersion: 2 });
    expect(updated.outputs.arn).toBe(template.outputs.arn);
  });

  test("a successor is another thing than what it replaces", async () => {
    const vpc = await makeVpc();
    const successor = await makeVpc();
    expect(successor.urn).toBe(vpc.urn);
    expect(successor.id).not.toBe(vpc.id);
    await engine.delete(vpc);
    expect((await engine.read(vpc.urn, successor.id)).id).toBe(successor.id);
    expect((await engine.read(vpc.urn, vpc.id)).id).toBe("");
  });

  test("what others use is not deleted", async () => {
    const vpc = await makeVpc();
    const inputs = { vpcId: vpc.id, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
    const subnet = await engine.make(subnetType, "a", inputs);
    await expect(engine.delete(vpc)).rejects.toThrow(`DependencyViolation: ${vpc.id} has dependencies`);
    await engine.delete(subnet);
    await engine.delete(vpc);
  });
});

test("AWS itself protects a load balancer until that is taken away", async () => {
  const vpc = await makeVpc();
  const subnet = { vpcId: vpc.id, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
  const { id } = await engine.make(subnetType, "a", subnet);
  const inputs = { name: "api", internal: true, loadBalancerType: "network", subnets: [id] };
  const balancer = await engine.make("aws:lb/loadBalancer:LoadBalancer", "api", {
    ...inputs,
    enableDeletionProtection: true,
  });
  await expect(engine.delete(balancer)).rejects.toThrow("OperationNotPermitted");
  await engine.delete(await engine.update(balancer, { ...inputs, enableDeletionProtection: false }));
});

test("one account has its roles and the names of its buckets in all regions", async () => {
  const elsewhere = await another({ region: "eu-west-1" });
  const bucket = await elsewhere.make("aws:s3/bucket:Bucket", "copies", { bucket: "blue-copies" });
  expect(bucket.outputs.region).toBe("eu-west-1");
  const { failures } = await engine.check(urnOf("aws:s3/bucket:Bucket", "mine"), { bucket: "blue-copies" });
  expect(failures).toEqual([expect.stringContaining("BucketAlreadyOwnedByYou")]);
});

describe("preview", () => {
  test("gives inputs and no identifier, and makes nothing", async () => {
    const vpc = await engine.make(vpcType, "vpc", { cidrBlock: "10.0.0.0/16" }, true);
    expect([vpc.id, vpc.outputs]).toEqual(["", { cidrBlock: "10.0.0.0/16" }]);
    const role = await engine.make(roleType, "machine", { assumeRolePolicy: trust }, true);
    expect(Object.keys(role.outputs).sort()).toEqual(["assumeRolePolicy", "name"]);
    const next = await another();
    expect((await next.make(roleType, "machine", { assumeRolePolicy: trust })).inputs.name).toBe(role.inputs.name);
  });

  test("later resources find what was announced, and collide with it", async () => {
    await engine.make(roleType, "machine", { name: "machine", assumeRolePolicy: trust }, true);
    const profile = { name: "machine", role: "machine" };
    await engine.make("aws:iam/instanceProfile:InstanceProfile", "machine", profile, true);
    const twin = await engine.check(urnOf(roleType, "twin"), { name: "machine", assumeRolePolicy: trust });
    expect(twin.failures).toEqual([expect.stringContaining("EntityAlreadyExists")]);
    await expect(
      engine.create(urnOf(roleType, "twin"), { name: "machine", assumeRolePolicy: trust }, true),
    ).rejects.toThrow("EntityAlreadyExists");
    await expect(
      engine.make("aws:iam/instanceProfile:InstanceProfile", "other", { name: "other", role: "nobody" }, true),
    ).rejects.toThrow("NoSuchEntity");
  });

  test("is forgotten once something is made", async () => {
    const names = { name: "machine", assumeRolePolicy: trust };
    await engine.make(roleType, "one", names, true);
    await makeVpc();
    expect((await engine.check(urnOf(roleType, "two"), names)).failures).toEqual([]);
  });
});
