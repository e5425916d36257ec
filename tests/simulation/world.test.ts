import { answer } from "../../simulation/invokes";
import { resourceTypes } from "../../simulation/registry";
import { simulate, withPhysicalName } from "../../simulation/simulate";
import { World } from "../../simulation/core/world";
import { makeAccount, summary } from "./testAccount";

describe("the world", () => {
  test("finds by property, before and after things come and go", () => {
    const world = new World("eu-central-1");
    const thing = (id: string, vpcId: string) => ({
      urn: `urn:${id}`,
      type: "t",
      id,
      inputs: {},
      outputs: { id, vpcId },
      uniqueKey: id,
    });
    world.add(thing("a", "v1"));
    expect(world.where("t", "vpcId", "v1").map(({ id }) => id)).toEqual(["a"]);
    const second = thing("b", "v1");
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

  test("is one account in all regions, each with its own ARNs", () => {
    const here = new World("eu-central-1");
    const there = here.at("eu-west-1");
    there.add({ urn: "u", type: "t", id: "i", inputs: {}, outputs: { id: "i" } });
    expect(here.find("t", "id", "i")).toBeDefined();
    expect(there.arn("kms", "key/k")).toBe("arn:aws:kms:eu-west-1:123456789012:key/k");
    expect(here.at("eu-central-1")).toBe(here);
  });

  test.each([
    ["eu-central-1", "arn:aws:ec2:eu-central-1:123456789012:x", "amazonaws.com"],
    ["cn-north-1", "arn:aws-cn:ec2:cn-north-1:123456789012:x", "amazonaws.com.cn"],
    ["us-gov-west-1", "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:x", "amazonaws.com"],
  ])("%s is in its partition", (region, arn, dnsSuffix) => {
    const world = new World(region);
    expect(world.arn("ec2", "x")).toBe(arn);
    expect(world.dnsSuffix).toBe(dnsSuffix);
  });
});

describe("simulation", () => {
  test("an unknown type is refused by name", async () => {
    const wanted = { urn: "u", type: "aws:tea/pot:Pot", name: "pot", seed: "u", inputs: { size: 1 } };
    const { refusals, outputs } = await simulate(new World("eu-central-1"), wanted, "keep");
    expect(refusals).toMatchObject([{ code: "UnknownResourceType", name: "pot" }]);
    expect(refusals[0]?.message).toContain("aws:tea/pot:Pot");
    expect(outputs).toEqual({ size: 1 });
  });

  test("identifiers follow from the seed, and only from it", async () => {
    const ids = async (seed: string): Promise<unknown> => {
      const wanted = { urn: "u", type: "aws:ec2/vpc:Vpc", name: "vpc", seed, inputs: { cidrBlock: "10.0.0.0/16" } };
      return (await simulate(new World("eu-central-1"), wanted, "keep")).id;
    };
    expect(await ids("one")).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(await ids("one")).toBe(await ids("one"));
    expect(await ids("one")).not.toBe(await ids("two"));
  });

  test("names are made where the program gives none, and kept where it does", () => {
    const bucket = "aws:s3/bucket:Bucket";
    expect(withPhysicalName(bucket, "files", {}, "seed").bucket).toMatch(/^files-[0-9a-f]{7}$/);
    expect(withPhysicalName(bucket, "files", { bucket: "mine" }, "seed")).toEqual({ bucket: "mine" });
    expect(withPhysicalName("aws:kms/alias:Alias", "disks", {}, "seed").name).toMatch(/^alias\/disks-[0-9a-f]{7}$/);
    expect(withPhysicalName("aws:ec2/vpc:Vpc", "vpc", {}, "seed")).toEqual({});
  });

  test("what the provider tags stands beside a resource's own tags", async () => {
    const wanted = {
      urn: "u",
      type: "aws:ec2/vpc:Vpc",
      name: "vpc",
      seed: "s",
      inputs: { cidrBlock: "10.0.0.0/16", tags: { a: "own" } },
      defaultTags: { a: "default", b: "default" },
    };
    const { outputs } = await simulate(new World("eu-central-1"), wanted, "keep");
    expect(outputs.tagsAll).toEqual({ a: "own", b: "default" });
  });

  test("a refused resource is there only when a plan goes on with it", async () => {
    const inputs = { cidrBlock: "nonsense" };
    for (const [onRefusal, count] of [
      ["keep", 1],
      ["leave out", 0],
    ] as const) {
      const world = new World("eu-central-1");
      await simulate(world, { urn: "u", type: "aws:ec2/vpc:Vpc", name: "vpc", seed: "u", inputs }, onRefusal);
      expect([...world.all()]).toHaveLength(count);
    }
  });

  test("of two that collide at the same time one is refused", async () => {
    const account = await makeAccount();
    const subnet = { vpcId: account.get("vpc"), cidrBlock: "10.0.128.0/20" };
    const outcomes = await Promise.all([
      account.ask("aws:ec2/subnet:Subnet", "one", subnet),
      account.ask("aws:ec2/subnet:Subnet", "two", subnet),
    ]);
    expect(outcomes.flatMap(({ refusals }) => summary(refusals))).toEqual(["cidrBlock: InvalidSubnet.Conflict"]);
  });

  test("a changed launch template is a new version of it", async () => {
    const account = await makeAccount();
    const { outputs } = await account.ask("aws:ec2/launchTemplate:LaunchTemplate", "next", { name: "next" });
    const request = { urn: "n", type: "aws:ec2/launchTemplate:LaunchTemplate", name: "next", seed: "n" };
    const next = await simulate(
      account.world,
      { ...request, inputs: { name: "later", updateDefaultVersion: true }, previous: { inputs: {}, outputs } },
      "leave out",
    );
    expect(outputs).toMatchObject({ latestVersion: 1, defaultVersion: 1 });
    expect(next.outputs).toMatchObject({ latestVersion: 2, defaultVersion: 2 });
  });
});

describe("invokes", () => {
  const world = new World("eu-central-1");
  test.each([
    ["aws:index/getCallerIdentity:getCallerIdentity", { accountId: "123456789012" }],
    [
      "aws:index/getPartition:getPartition",
      { partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" },
    ],
    ["aws:index/getRegion:getRegion", { region: "eu-central-1", name: "eu-central-1" }],
    [
      "aws:index/getAvailabilityZones:getAvailabilityZones",
      { names: ["eu-central-1a", "eu-central-1b", "eu-central-1c"] },
    ],
  ])("%s", (token, expected) => {
    expect(answer(token, {}, world)).toMatchObject(expected);
  });

  test("an unknown question has no answer", () => {
    expect(answer("aws:tea/getPot:getPot", {}, world)).toBeUndefined();
  });
});

test("what forces a new resource is an input by its name", () => {
  expect(resourceTypes.size).toBeGreaterThan(55);
  for (const { token, replaceOn, autoName } of resourceTypes.values()) {
    expect(new Set(replaceOn).size).toBe(replaceOn.length);
    // A resource gets a new name only by becoming a new one.
    if (autoName) expect([token, replaceOn]).toEqual([token, expect.arrayContaining([autoName.property])]);
  }
});
