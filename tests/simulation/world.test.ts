import { simulateInvoke } from "../../simulation/invokes";
import { resourceTypes } from "../../simulation/registry";
import { simulate, withPhysicalName } from "../../simulation/simulate";
import { World } from "../../simulation/core/world";
import { createTestAccount, summarize } from "./testAccount";

describe("the world", () => {
  test("finds resources by property after additions and removals", () => {
    const world = new World("eu-central-1");
    const resource = (id: string, vpcId: string) => ({
      urn: `urn:${id}`,
      type: "t",
      id,
      inputs: {},
      outputs: { id, vpcId },
      uniqueKey: id,
    });
    world.add(resource("a", "v1"));
    expect(world.where("t", "vpcId", "v1").map(({ id }) => id)).toEqual(["a"]);
    const second = resource("b", "v1");
    world.add(second);
    expect(world.where("t", "vpcId", "v1").map(({ id }) => id)).toEqual(["a", "b"]);
    expect(world.holder("t", "b")).toBe(second);
    world.remove(second);
    expect(world.where("t", "vpcId", "v1").map(({ id }) => id)).toEqual(["a"]);
    expect(world.holder("t", "b")).toBeUndefined();
    expect(world.get("urn:b")).toBeUndefined();
    expect([...world.all()].map(({ id }) => id)).toEqual(["a"]);
    expect(world.find("t", "id", undefined)).toBeUndefined();
  });

  test("shares all resources between regions; ARNs name the region", () => {
    const home = new World("eu-central-1");
    const remote = home.at("eu-west-1");
    remote.add({ urn: "u", type: "t", id: "i", inputs: {}, outputs: { id: "i" } });
    expect(home.find("t", "id", "i")).toBeDefined();
    expect(remote.arn("kms", "key/k")).toBe("arn:aws:kms:eu-west-1:123456789012:key/k");
    expect(home.at("eu-central-1")).toBe(home);
  });

  test.each([
    ["eu-central-1", "arn:aws:ec2:eu-central-1:123456789012:x", "amazonaws.com"],
    ["cn-north-1", "arn:aws-cn:ec2:cn-north-1:123456789012:x", "amazonaws.com.cn"],
    ["us-gov-west-1", "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:x", "amazonaws.com"],
  ])("region %s has the ARNs and domain of its partition", (region, arn, dnsSuffix) => {
    const world = new World(region);
    expect(world.arn("ec2", "x")).toBe(arn);
    expect(world.dnsSuffix).toBe(dnsSuffix);
  });
});

describe("simulation", () => {
  test("an unknown resource type is refused", async () => {
    const desired = { urn: "u", type: "aws:tea/pot:Pot", name: "pot", seed: "u", inputs: { size: 1 } };
    const { refusals, outputs } = await simulate(new World("eu-central-1"), desired, "keep");
    expect(refusals).toMatchObject([{ code: "UnknownResourceType", name: "pot" }]);
    expect(refusals[0]?.message).toContain("aws:tea/pot:Pot");
    expect(outputs).toEqual({ size: 1 });
  });

  test("identifiers are derived from the seed alone", async () => {
    const ids = async (seed: string): Promise<unknown> => {
      const desired = { urn: "u", type: "aws:ec2/vpc:Vpc", name: "vpc", seed, inputs: { cidrBlock: "10.0.0.0/16" } };
      return (await simulate(new World("eu-central-1"), desired, "keep")).id;
    };
    expect(await ids("one")).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(await ids("one")).toBe(await ids("one"));
    expect(await ids("one")).not.toBe(await ids("two"));
  });

  test("a physical name is generated unless the program sets one", () => {
    const bucket = "aws:s3/bucket:Bucket";
    expect(withPhysicalName(bucket, "files", {}, "seed").bucket).toMatch(/^files-[0-9a-f]{7}$/);
    expect(withPhysicalName(bucket, "files", { bucket: "mine" }, "seed")).toEqual({ bucket: "mine" });
    expect(withPhysicalName("aws:kms/alias:Alias", "disks", {}, "seed").name).toMatch(/^alias\/disks-[0-9a-f]{7}$/);
    expect(withPhysicalName("aws:ec2/vpc:Vpc", "vpc", {}, "seed")).toEqual({});
  });

  test("tags of a resource override default tags in tagsAll", async () => {
    const desired = {
      urn: "u",
      type: "aws:ec2/vpc:Vpc",
      name: "vpc",
      seed: "s",
      inputs: { cidrBlock: "10.0.0.0/16", tags: { a: "own" } },
      defaultTags: { a: "default", b: "default" },
    };
    const { outputs } = await simulate(new World("eu-central-1"), desired, "keep");
    expect(outputs.tagsAll).toEqual({ a: "own", b: "default" });
  });

  test("'keep' adds a refused resource, 'omit' does not", async () => {
    const inputs = { cidrBlock: "nonsense" };
    for (const [onRefusal, count] of [
      ["keep", 1],
      ["omit", 0],
    ] as const) {
      const world = new World("eu-central-1");
      await simulate(world, { urn: "u", type: "aws:ec2/vpc:Vpc", name: "vpc", seed: "u", inputs }, onRefusal);
      expect([...world.all()]).toHaveLength(count);
    }
  });

  test("the second of two concurrent requests that collide is refused", async () => {
    const account = await createTestAccount();
    const subnet = { vpcId: account.get("vpc"), cidrBlock: "10.0.128.0/20" };
    const outcomes = await Promise.all([
      account.request("aws:ec2/subnet:Subnet", "one", subnet),
      account.request("aws:ec2/subnet:Subnet", "two", subnet),
    ]);
    expect(outcomes.flatMap(({ refusals }) => summarize(refusals))).toEqual(["cidrBlock: InvalidSubnet.Conflict"]);
  });

  test("an update of a launch template creates a version", async () => {
    const account = await createTestAccount();
    const { outputs } = await account.request("aws:ec2/launchTemplate:LaunchTemplate", "next", { name: "next" });
    const request = { urn: "n", type: "aws:ec2/launchTemplate:LaunchTemplate", name: "next", seed: "n" };
    const next = await simulate(
      account.world,
      { ...request, inputs: { name: "later", updateDefaultVersion: true }, previous: { inputs: {}, outputs } },
      "omit",
    );
    expect(outputs).toMatchObject({ latestVersion: 1, defaultVersion: 1 });
    expect(next.outputs).toMatchObject({ latestVersion: 2, defaultVersion: 2 });
  });
});

test("a record in the stack's state keeps its first input", async () => {
  const account = await createTestAccount();
  const request = { urn: "r", type: "pulumi:index:Stash", name: "record", seed: "r" };
  const { outputs } = await simulate(account.world, { ...request, inputs: { input: "first" } }, "omit");
  const previous = { inputs: { input: "first" }, outputs };
  const later = await simulate(account.world, { ...request, inputs: { input: "second" }, previous }, "omit");
  expect([outputs.output, later.outputs]).toEqual([
    "first",
    expect.objectContaining({ input: "second", output: "first" }),
  ]);
});

describe("invokes", () => {
  const world = new World("eu-central-1");

  test("the caller's account", () => {
    const token = "aws:index/getCallerIdentity:getCallerIdentity";
    expect(simulateInvoke(token, {}, world)).toMatchObject({ accountId: "123456789012" });
  });

  test("the image that a parameter holds", async () => {
    const account = await createTestAccount();
    const imageOf = (name: string) =>
      simulateInvoke("aws:ssm/getParameter:getParameter", { name }, account.world)?.insecureValue;
    const [amd64, arm64] = [imageOf("/aws/service/ami-x86_64"), imageOf("/aws/service/ami-arm64")];
    expect(amd64).toMatch(/^ami-[0-9a-f]{17}$/);
    expect(arm64).not.toBe(amd64);
    const inputs = { name: "/images/node", type: "String", value: "ami-0123456789abcdef0" };
    await account.create("aws:ssm/parameter:Parameter", "image", inputs);
    await account.create("aws:ssm/parameter:Parameter", "key", {
      ...inputs,
      name: "/images/key",
      type: "SecureString",
    });
    expect(imageOf("/images/node:1")).toBe("ami-0123456789abcdef0");
    // The provider never returns a secret as an insecure value.
    expect(imageOf("/images/key")).toBe("");
  });

  test("an unknown function has no result", () => {
    expect(simulateInvoke("aws:tea/getPot:getPot", {}, world)).toBeUndefined();
  });
});

test("replaceOn has no duplicates and contains the generated name", () => {
  for (const { token, replaceOn, autoName } of resourceTypes.values()) {
    expect(new Set(replaceOn).size).toBe(replaceOn.length);
    // Only a replacement gets a new name.
    if (autoName) expect([token, replaceOn]).toEqual([token, expect.arrayContaining([autoName.property])]);
  }
});
