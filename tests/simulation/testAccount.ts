/** Small simulated account, and tables of what it refuses. */

import type { Properties, Refusal } from "../../simulation/core/resourceType";
import { World } from "../../simulation/core/world";
import { simulate } from "../../simulation/simulate";
import type { Outcome } from "../../simulation/simulate";

export const region = "eu-central-1";

/** Policy document with these statements. */
export const policyOf = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const trustPolicy = (service: string): string =>
  policyOf({ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" });

export class TestAccount {
  readonly world = new World(region);
  private readonly created: Record<string, Properties> = {};

  /** Requests a resource, or the update of one with these previous inputs; a refused one is not created. */
  request(type: string, name: string, inputs: Properties, world = this.world, previous?: Properties): Promise<Outcome> {
    const urn = `urn:pulumi:test::holdfast::${type}::${name}`;
    const update = previous === undefined ? {} : { previous: { inputs: previous, outputs: {} } };
    return simulate(world, { urn, type, name, seed: urn, inputs, ...update }, "omit");
  }

  /** Creates a resource; throws if it is refused. */
  async create(type: string, name: string, inputs: Properties, world = this.world): Promise<Properties> {
    const { outputs, refusals } = await this.request(type, name, inputs, world);
    if (refusals.length > 0) throw new Error(`${name}: ${JSON.stringify(refusals)}`);
    this.created[name] = outputs;
    return outputs;
  }

  /** Output of a created resource; default: its id. */
  get(name: string, output = "id"): string {
    const value = this.created[name]?.[output];
    if (typeof value !== "string") throw new Error(`${name} has no ${output}`);
    return value;
  }
}

/** Account with two VPCs (`vpc` and `other`) and one resource of each kind that others refer to. */
export async function createTestAccount(): Promise<TestAccount> {
  const account = new TestAccount();
  const id = (name: string): string => account.get(name);
  for (const [vpc, first] of [
    ["vpc", 10],
    ["other", 11],
  ] as const) {
    await account.create("aws:ec2/vpc:Vpc", vpc, {
      cidrBlock: `${first}.0.0.0/16`,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: vpc },
    });
    for (const [index, zone] of ["a", "b"].entries()) {
      await account.create("aws:ec2/subnet:Subnet", `${vpc}-${zone}`, {
        vpcId: id(vpc),
        cidrBlock: `${first}.0.${index * 16}.0/20`,
        availabilityZone: region + zone,
      });
    }
    await account.create("aws:ec2/securityGroup:SecurityGroup", `${vpc}-group`, { name: "machines", vpcId: id(vpc) });
    await account.create("aws:ec2/routeTable:RouteTable", `${vpc}-table`, { vpcId: id(vpc) });
    await account.create("aws:lb/targetGroup:TargetGroup", `${vpc}-targets`, {
      name: `${vpc}-targets`,
      vpcId: id(vpc),
    });
  }
  await account.create("aws:ec2/internetGateway:InternetGateway", "internet", { vpcId: id("vpc") });
  await account.create("aws:ec2/eip:Eip", "address", { domain: "vpc" });
  await account.create("aws:kms/key:Key", "key", { description: "disks" });
  await account.create("aws:iam/role:Role", "role", {
    name: "machine",
    assumeRolePolicy: trustPolicy("ec2.amazonaws.com"),
  });
  await account.create("aws:iam/instanceProfile:InstanceProfile", "profile", { name: "machine", role: "machine" });
  await account.create("aws:ebs/volume:Volume", "volume", { availabilityZone: "eu-central-1a", size: 20 });
  await account.create("aws:ec2/launchTemplate:LaunchTemplate", "template", {
    name: "machine",
    networkInterfaces: [{ securityGroups: [id("vpc-group")] }],
  });
  await account.create("aws:autoscaling/group:Group", "machines", {
    name: "machines",
    minSize: 1,
    maxSize: 1,
    vpcZoneIdentifiers: [id("vpc-a")],
    launchTemplate: { id: id("template") },
  });
  await account.create("aws:lb/loadBalancer:LoadBalancer", "balancer", {
    name: "api",
    internal: true,
    subnets: [id("vpc-a"), id("vpc-b")],
  });
  await account.create("aws:route53/zone:Zone", "zone", { name: "blue.internal", vpcs: [{ vpcId: id("vpc") }] });
  await account.create("aws:s3/bucket:Bucket", "bucket", { bucket: "holdfast-files" });
  await account.create("aws:cloudwatch/eventRule:EventRule", "rule", { name: "daily", eventPattern: "{}" });
  await account.create("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/holdfast/logs" });
  await account.create("aws:scheduler/scheduleGroup:ScheduleGroup", "schedules", { name: "blue" });
  await account.create("aws:iam/role:Role", "scheduler-role", {
    name: "scheduler",
    assumeRolePolicy: trustPolicy("scheduler.amazonaws.com"),
  });
  await account.create("aws:sns/topic:Topic", "topic", { name: "alarms" });
  await account.create("aws:sqs/queue:Queue", "queue", { name: "events" });
  return account;
}

/** Change of valid inputs; `undefined` removes a property. */
type Change = Properties | ((account: TestAccount) => Properties | Promise<Properties>);

/** A change, then property, code and part of the message of its refusal. */
export type RefusalCase = readonly [title: string, change: Change, property: string, code: string, message?: string];

/** Property and code of each refusal. */
export const summarize = (refusals: readonly Refusal[]): string[] =>
  refusals.map(({ property, code }) => `${property}: ${code}`);

/** One test that accepts the valid inputs, one for each accepted change, and one for each refusal: exactly that one. */
export function describeRefusals(
  type: string,
  valid: (account: TestAccount) => Properties | Promise<Properties>,
  cases: readonly RefusalCase[],
  accepted: readonly (readonly [title: string, change: Change])[] = [],
): void {
  describe(type, () => {
    const request = async (change: Change): Promise<readonly Refusal[]> => {
      const account = await createTestAccount();
      const inputs = await valid(account);
      const changed = typeof change === "function" ? await change(account) : change;
      return (await account.request(type, "subject", { ...inputs, ...changed })).refusals;
    };

    for (const [title, change] of [["valid inputs", {}] as const, ...accepted]) {
      test(`accepts ${title}`, async () => {
        expect(summarize(await request(change))).toEqual([]);
      });
    }

    for (const [title, change, property, code, message = ""] of cases) {
      test(`refuses ${title}`, async () => {
        const refusals = await request(change);
        expect(summarize(refusals)).toEqual([`${property}: ${code}`]);
        expect(refusals[0]?.message).toContain(message);
        expect(refusals[0]).toMatchObject({ type, name: "subject" });
      });
    }
  });
}

/** Case of a second resource with the same unique key. */
export const duplicateOf = (
  title: string,
  type: string,
  inputs: Properties | ((account: TestAccount) => Properties),
  property: string,
  code: string,
): RefusalCase => [
  title,
  async (account) => {
    await account.create(type, "first", typeof inputs === "function" ? inputs(account) : inputs);
    return {};
  },
  property,
  code,
];
