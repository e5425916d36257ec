import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Secret } from "../../../plan/program/secret";
import { unknownValue } from "../../../simulation/providers/properties";
import { EngineClient, urnOf } from "./client";

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
let engine: EngineClient;
const others: EngineClient[] = [];

/** Plugin of another run of the CLI, or of another provider of the program. */
async function startAnother(settings: Record<string, unknown> = config): Promise<EngineClient> {
  const client = await EngineClient.start("aws", folder, settings);
  others.push(client);
  return client;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-plugin-"));
  engine = await EngineClient.start("aws", folder, config);
});

afterEach(async () => {
  for (const client of [engine, ...others.splice(0)]) client.close();
  await rm(folder, { recursive: true });
});

const createVpc = (client = engine) =>
  client.checkAndCreate(vpcType, "vpc", { cidrBlock: "10.0.0.0/16", tags: { Name: "blue" } });

describe("provider", () => {
  test("reports version, schema and capabilities", async () => {
    expect((await engine.info()).getVersion()).toBe("1.2.3");
    expect(await engine.schema()).toEqual({ name: "aws", version: "1.2.3" });
    expect(await engine.capabilities()).toEqual({ secrets: [true, true], preview: true });
  });

  test.each([
    [{ region: "eu-central-1" }, []],
    [{}, ["region: Missing region: set aws:region or the provider's region"]],
    [{ region: "eu-centrall-1" }, ["region: Invalid AWS Region: eu-centrall-1"]],
  ])("checks the settings %j", async (settings, failures) => {
    expect(await engine.checkConfig(settings)).toEqual(failures);
  });

  test("another region replaces every resource; other default tags do not", async () => {
    const elsewhere = { ...config, region: "eu-west-1" };
    expect(await engine.diffConfig(config, elsewhere)).toEqual({ diffs: ["region"], replaces: ["region"] });
    expect(await engine.diffConfig(config, { region: config.region })).toEqual({
      diffs: ["defaultTags"],
      replaces: [],
    });
    expect(await engine.diffConfig(config, config)).toEqual({ diffs: [], replaces: [] });
  });

  test("calls known functions and rejects unknown ones", async () => {
    expect(await engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")).toMatchObject({
      accountId: "123456789012",
    });
    await expect(engine.invoke("aws:tea/getPot:getPot")).rejects.toThrow(
      "the simulated AWS has no function aws:tea/getPot:getPot",
    );
  });
});

describe("check", () => {
  test("generates a name, and keeps it in updates", async () => {
    const urn = urnOf(roleType, "machine");
    const first = await engine.check(urn, { assumeRolePolicy: trust });
    expect(first.failures).toEqual([]);
    expect(first.inputs.name).toMatch(/^machine-[0-9a-f]{7}$/);
    await engine.create(urn, first.inputs);
    const later = await engine.check(urn, { assumeRolePolicy: trust, maxSessionDuration: 7200 }, first.inputs);
    expect(later.inputs.name).toBe(first.inputs.name);
    // Without old inputs it is a replacement, which exists beside the old resource for a while.
    const replacement = await engine.check(urn, { assumeRolePolicy: trust });
    expect(replacement.inputs.name).not.toBe(first.inputs.name);
    expect((await engine.check(urn, { name: "mine", assumeRolePolicy: trust }, first.inputs)).inputs).toEqual({
      name: "mine",
      assumeRolePolicy: trust,
    });
  });

  test("reports refusals with their property", async () => {
    const vpc = await createVpc();
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

  test("ignores unknown values and still refuses known ones", async () => {
    const subnet = { vpcId: unknownValue, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
    expect((await engine.check(urnOf(subnetType, "a"), subnet)).failures).toEqual([]);
    const wrong = { ...subnet, cidrBlock: "10.0.0.7/20" };
    expect((await engine.check(urnOf(subnetType, "a"), wrong)).failures).toHaveLength(1);
    // An unknown list arrives as text.
    const group = {
      name: "machines",
      minSize: 1,
      maxSize: 1,
      vpcZoneIdentifiers: unknownValue,
      launchTemplate: unknownValue,
    };
    expect((await engine.check(urnOf("aws:autoscaling/group:Group", "g"), group)).failures).toEqual([]);
  });

  test("a resource does not collide with itself", async () => {
    const vpc = await createVpc();
    const inputs = { vpcId: vpc.id, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
    const { urn } = await engine.checkAndCreate(subnetType, "a", inputs);
    expect((await engine.check(urn, inputs, inputs)).failures).toEqual([]);
    const { failures } = await engine.check(urnOf(subnetType, "b"), inputs);
    expect(failures).toEqual([expect.stringContaining("InvalidSubnet.Conflict")]);
  });
});

describe("diff", () => {
  test("distinguishes updates from replacements", async () => {
    const vpc = await createVpc();
    const same = await engine.diff(vpc, vpc.inputs);
    expect(same).toEqual({ some: false, diffs: [], replaces: [], deleteBeforeReplace: false });
    const renamed = await engine.diff(vpc, { ...vpc.inputs, tags: { Name: "green" } });
    expect(renamed).toMatchObject({ some: true, diffs: ["tags", "tagsAll"], replaces: [] });
    const moved = await engine.diff(vpc, { ...vpc.inputs, cidrBlock: "10.1.0.0/16" });
    expect(moved).toMatchObject({ diffs: ["cidrBlock"], replaces: ["cidrBlock"], deleteBeforeReplace: false });
    const maybe = await engine.diff(vpc, { ...vpc.inputs, cidrBlock: unknownValue });
    expect(maybe.replaces).toEqual(["cidrBlock"]);
  });

  test("a resource with a set name is deleted before its replacement", async () => {
    const inputs = { assumeRolePolicy: trust, path: "/old/" };
    const given = await engine.checkAndCreate(roleType, "given", { ...inputs, name: "given" });
    const made = await engine.checkAndCreate(roleType, "made", inputs);
    for (const [role, first] of [
      [given, true],
      [made, false],
    ] as const) {
      const change = await engine.diff(role, { ...role.inputs, path: "/new/" });
      expect(change).toMatchObject({ replaces: ["path"], deleteBeforeReplace: first });
    }
  });

  test("changed default tags update unchanged resources", async () => {
    const vpc = await createVpc();
    const tags = { "holdfast:cluster": "blue", owner: "platform" };
    const next = await startAnother({ ...config, defaultTags: JSON.stringify({ tags }) });
    expect(await next.diff(vpc, vpc.inputs)).toMatchObject({ diffs: ["tagsAll"], replaces: [] });
    expect((await next.update(vpc, vpc.inputs)).outputs.tagsAll).toEqual({ ...tags, Name: "blue" });
  });

  test("a resource that overrides the default tags does not get them, nor their changes", async () => {
    const overrideProvider = { defaultTags: { tags: {} } };
    const inputs = { cidrBlock: "10.0.0.0/16", tags: { Name: "blue" }, overrideProvider };
    const vpc = await engine.checkAndCreate(vpcType, "plain", inputs);
    expect(vpc.outputs.tagsAll).toEqual({ Name: "blue" });
    expect((await engine.diff(vpc, inputs)).diffs).toEqual([]);
    const next = await startAnother({ ...config, defaultTags: JSON.stringify({ tags: { owner: "platform" } }) });
    expect((await next.diff(vpc, inputs)).diffs).toEqual([]);
  });

  test("an unchanged secret is no change", async () => {
    const inputs = { name: "/blue/key", type: "SecureString", value: new Secret("hush") };
    const parameter = await engine.checkAndCreate(parameterType, "key", inputs);
    expect((await engine.diff(parameter, { ...inputs, value: new Secret("hush") })).some).toBe(false);
    expect((await engine.diff(parameter, { ...inputs, value: new Secret("psst") })).diffs).toEqual(["value"]);
  });
});

describe("create, update, read and delete", () => {
  test("a renamed resource, which an alias connects with its former URN, stays the same resource", async () => {
    const vpc = await createVpc();
    const inputs = { vpcId: vpc.id, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
    const subnet = await engine.checkAndCreate(subnetType, "a", inputs);
    const renamed = { ...subnet, urn: urnOf(subnetType, "renamed") };
    expect((await engine.check(renamed.urn, inputs, inputs)).failures).toEqual([]);
    expect((await engine.diff(renamed, inputs)).diffs).toEqual([]);
    expect((await engine.read(renamed.urn, subnet.id)).outputs).toEqual(subnet.outputs);
    const tagged = { ...inputs, tags: { Name: "a" } };
    await engine.update(renamed, tagged, true);
    expect((await engine.update(renamed, tagged)).id).toBe(subnet.id);
    const next = await startAnother();
    expect((await next.check(urnOf(subnetType, "b"), inputs)).failures).toHaveLength(1);
    await next.delete(renamed);
    expect((await engine.read(renamed.urn, subnet.id)).id).toBe("");
    expect((await engine.check(urnOf(subnetType, "b"), inputs)).failures).toEqual([]);
  });

  test("the account persists between runs", async () => {
    const vpc = await createVpc();
    expect(vpc.id).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(vpc.outputs.tagsAll).toEqual({ "holdfast:cluster": "blue", Name: "blue" });
    const next = await startAnother();
    expect(await next.read(vpc.urn, vpc.id)).toEqual({ id: vpc.id, inputs: vpc.inputs, outputs: vpc.outputs });
    await next.update(vpc, { ...vpc.inputs, enableDnsSupport: false });
    // The first process reads it from the file.
    expect((await engine.read(vpc.urn, vpc.id)).outputs.enableDnsSupport).toBe(false);
    await next.delete(vpc);
    expect((await engine.read(vpc.urn, vpc.id)).id).toBe("");
    await engine.delete(vpc);
  });

  test("secret inputs are secret outputs, and only the owner can read the file", async () => {
    const inputs = { name: "/blue/key", type: "SecureString", value: new Secret("hush") };
    const parameter = await engine.checkAndCreate(parameterType, "key", inputs);
    expect(parameter.outputs.value).toEqual(new Secret("hush"));
    expect(parameter.outputs.arn).toContain(":parameter/blue/key");
    const read = await engine.read(parameter.urn, parameter.id, inputs);
    expect([read.inputs.value, read.outputs.value]).toEqual([new Secret("hush"), new Secret("hush")]);
    const file = join(folder, "aws.jsonl");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).toContain("hush");
  });

  test("refusals are one error, and change nothing", async () => {
    const urn = urnOf(subnetType, "a");
    const inputs = { vpcId: "vpc-0000000000000000f", cidrBlock: "nonsense", availabilityZone: "eu-central-1a" };
    const failure = engine.create(urn, inputs);
    await expect(failure).rejects.toThrow(/vpcId: InvalidVpcID.NotFound: .*\ncidrBlock: InvalidParameterValue: /);
    const vpc = await createVpc();
    await expect(engine.update(vpc, { cidrBlock: "10.0.0.0/8" })).rejects.toThrow("InvalidVpc.Range");
    expect((await engine.read(vpc.urn, vpc.id)).outputs).toEqual(vpc.outputs);
    await engine.delete(vpc);
    await expect(engine.update(vpc, vpc.inputs)).rejects.toThrow("id: NotFound");
  });

  test("an update of a launch template keeps the id and counts the version", async () => {
    const template = await engine.checkAndCreate(templateType, "machine", {
      name: "machine",
      instanceType: "m7i.large",
    });
    const larger = { ...template.inputs, instanceType: "m7i.xlarge" };
    const previewed = await engine.update(template, larger, true);
    expect(previewed.outputs).toMatchObject({
      id: template.id,
      instanceType: "m7i.xlarge",
      latestVersion: unknownValue,
    });
    const updated = await engine.update(template, larger);
    expect(updated.outputs).toMatchObject({ id: template.id, instanceType: "m7i.xlarge", latestVersion: 2 });
    expect(updated.outputs.arn).toBe(template.outputs.arn);
  });

  test("a replacement has another id", async () => {
    const vpc = await createVpc();
    const successor = await createVpc();
    expect(successor.urn).toBe(vpc.urn);
    expect(successor.id).not.toBe(vpc.id);
    await engine.delete(vpc);
    expect((await engine.read(vpc.urn, successor.id)).id).toBe(successor.id);
    expect((await engine.read(vpc.urn, vpc.id)).id).toBe("");
  });

  test("a resource in use is not deleted", async () => {
    const vpc = await createVpc();
    const inputs = { vpcId: vpc.id, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
    const subnet = await engine.checkAndCreate(subnetType, "a", inputs);
    await expect(engine.delete(vpc)).rejects.toThrow(`DependencyViolation: ${vpc.id} has dependencies`);
    await engine.delete(subnet);
    await engine.delete(vpc);
  });
});

test("deletion protection protects a load balancer until it is disabled", async () => {
  const vpc = await createVpc();
  const subnet = { vpcId: vpc.id, cidrBlock: "10.0.0.0/20", availabilityZone: "eu-central-1a" };
  const { id } = await engine.checkAndCreate(subnetType, "a", subnet);
  const inputs = { name: "api", internal: true, loadBalancerType: "network", subnets: [id] };
  const balancer = await engine.checkAndCreate("aws:lb/loadBalancer:LoadBalancer", "api", {
    ...inputs,
    enableDeletionProtection: true,
  });
  await expect(engine.delete(balancer)).rejects.toThrow("OperationNotPermitted");
  await engine.delete(await engine.update(balancer, { ...inputs, enableDeletionProtection: false }));
});

test("bucket names are unique across regions", async () => {
  const elsewhere = await startAnother({ region: "eu-west-1" });
  const bucket = await elsewhere.checkAndCreate("aws:s3/bucket:Bucket", "copies", { bucket: "blue-copies" });
  expect(bucket.outputs.region).toBe("eu-west-1");
  const { failures } = await engine.check(urnOf("aws:s3/bucket:Bucket", "mine"), { bucket: "blue-copies" });
  expect(failures).toEqual([expect.stringContaining("BucketAlreadyOwnedByYou")]);
});

describe("preview", () => {
  test("returns inputs without an id, and creates nothing", async () => {
    const vpc = await engine.checkAndCreate(vpcType, "vpc", { cidrBlock: "10.0.0.0/16" }, true);
    expect([vpc.id, vpc.outputs]).toEqual(["", { cidrBlock: "10.0.0.0/16" }]);
    const role = await engine.checkAndCreate(roleType, "machine", { assumeRolePolicy: trust }, true);
    expect(Object.keys(role.outputs).sort()).toEqual(["assumeRolePolicy", "name"]);
    const next = await startAnother();
    expect((await next.checkAndCreate(roleType, "machine", { assumeRolePolicy: trust })).inputs.name).toBe(
      role.inputs.name,
    );
  });

  test("previewed resources are found by name, and collide", async () => {
    await engine.checkAndCreate(roleType, "machine", { name: "machine", assumeRolePolicy: trust }, true);
    const profile = { name: "machine", role: "machine" };
    await engine.checkAndCreate("aws:iam/instanceProfile:InstanceProfile", "machine", profile, true);
    const twin = await engine.check(urnOf(roleType, "twin"), { name: "machine", assumeRolePolicy: trust });
    expect(twin.failures).toEqual([expect.stringContaining("EntityAlreadyExists")]);
    await expect(
      engine.create(urnOf(roleType, "twin"), { name: "machine", assumeRolePolicy: trust }, true),
    ).rejects.toThrow("EntityAlreadyExists");
    await expect(
      engine.checkAndCreate("aws:iam/instanceProfile:InstanceProfile", "other", { name: "other", role: "none" }, true),
    ).rejects.toThrow("NoSuchEntity");
  });

  test("ends with the first update", async () => {
    const names = { name: "machine", assumeRolePolicy: trust };
    await engine.checkAndCreate(roleType, "one", names, true);
    await createVpc();
    expect((await engine.check(urnOf(roleType, "two"), names)).failures).toEqual([]);
  });
});
