/** A small simulated account, and tables of what it refuses. */

import { resourceTypes } from "../../simulation/registry";
import type { Properties, Refusal } from "../../simulation/core/resourceType";
import { simulate } from "../../simulation/simulate";
import type { Outcome } from "../../simulation/simulate";
import { World } from "../../simulation/core/world";

export const region = "eu-central-1";

export const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** Two VPCs, and one of each thing that others refer to; `made` has outputs by logical name. */
export class Account {
  readonly world = new World(region);
  readonly made: Record<string, Properties> = {};

  /** Asks for a resource; what is refused is not made. */
  ask(type: string, name: string, inputs: Properties): Promise<Outcome> {
    const urn = `urn:pulumi:test::holdfast::${type}::${name}`;
    return simulate(this.world, { urn, type, name, seed: urn, inputs }, "leave out");
  }

  /** Makes a resource that must be accepted. */
  async make(type: string, name: string, inputs: Properties): Promise<Properties> {
    const { outputs, refusals } = await this.ask(type, name, inputs);
    if (refusals.length > 0) throw new Error(`${name}: ${JSON.stringify(refusals)}`);
    this.made[name] = outputs;
    return outputs;
  }

  /** An output of something that was made; its id by default. */
  get(name: string, output = "id"): string {
    const value = this.made[name]?.[output];
    if (typeof value !== "string") throw new Error(`${name} has no ${output}`);
    return value;
  }
}

export async function makeAccount(): Promise<Account> {
  const account = new Account();
  const id = (name: string): string => account.get(name);
  for (const [vpc, first] of [
    ["vpc", 10],
    ["other", 11],
  ] as const) {
    const cidrBlock = `${first}.0.0.0/16`;
    await account.make("aws:ec2/vpc:Vpc", vpc, { cidrBlock, enableDnsHostnames: true, tags: { Name: vpc } });
    for (const [index, zone] of ["a", "b"].entries()) {
      await account.make("aws:ec2/subnet:Subnet", `${vpc}-${zone}`, {
        vpcId: id(vpc),
        cidrBlock: `${first}.0.${index * 16}.0/20`,
        availabilityZone: region + zone,
      });
    }
    await account.make("aws:ec2/securityGroup:SecurityGroup", `${vpc}-group`, {
      name: "machines",
      description: "Machines of the cluster",
      vpcId: id(vpc),
    });
    await account.make("aws:ec2/routeTable:RouteTable", `${vpc}-table`, { vpcId: id(vpc) });
    await account.make("aws:lb/targetGroup:TargetGroup", `${vpc}-targets`, {
      name: `${vpc}-targets`,
      vpcId: id(vpc),
      port: 6443,
      protocol: "TCP",
    });
  }
  await account.make("aws:ec2/internetGateway:InternetGateway", "internet", { vpcId: id("vpc") });
  await account.make("aws:ec2/eip:Eip", "address", { domain: "vpc" });
  await account.make("aws:kms/key:Key", "key", { description: "disks" });
  await account.make("aws:iam/role:Role", "role", { name: "machine", assumeRolePolicy: trust("ec2.amazonaws.com") });
  await account.make("aws:iam/instanceProfile:InstanceProfile", "profile", { name: "machine", role: "machine" });
  await account.make("aws:ebs/volume:Volume", "volume", { availabilityZone: "eu-central-1a", size: 20, type: "gp3" });
  await account.make("aws:ec2/launchTemplate:LaunchTemplate", "template", {
    name: "machine",
    imageId: "ami-0123456789abcdef0",
    instanceType: "m7i.large",
    vpcSecurityGroupIds: [id("vpc-group")],
  });
  await account.make("aws:autoscaling/group:Group", "machines", {
    name: "machines",
    minSize: 1,
    maxSize: 1,
    vpcZoneIdentifiers: [id("vpc-a")],
    launchTemplate: { id: id("template") },
  });
  await account.make("aws:lb/loadBalancer:LoadBalancer", "balancer", {
    name: "api",
    internal: true,
    loadBalancerType: "network",
    subnets: [id("vpc-a"), id("vpc-b")],
  });
  await account.make("aws:route53/zone:Zone", "zone", { name: "blue.internal", vpcs: [{ vpcId: id("vpc") }] });
  await account.make("aws:s3/bucket:Bucket", "bucket", { bucket: "holdfast-files" });
  await account.make("aws:s3/bucket:Bucket", "locked", { bucket: "holdfast-locked", objectLockEnabled: true });
  await account.make("aws:cloudwatch/eventRule:EventRule", "rule", {
    name: "daily",
    scheduleExpression: "rate(1 day)",
  });
  await account.make("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/holdfast/logs" });
  await account.make("aws:sns/topic:Topic", "topic", { name: "alarms" });
  await account.make("aws:sqs/queue:Queue", "queue", { name: "events" });
  return account;
}

/** A change of valid inputs; `undefined` leaves a property out. */
type Change = Properties | ((account: Account) => Properties | Promise<Properties>);

/** What is asked for, and property and code of the refusal; a third text must be in the message. */
export type RefusalCase = readonly [title: string, change: Change, property: string, code: string, message?: string];

/** Property and code of each refusal. */
export const summary = (refusals: readonly Refusal[]): string[] =>
  refusals.map(({ property, code }) => `${property}: ${code}`);

const withChange = (inputs: Properties, change: Properties): Properties =>
  Object.fromEntries(Object.entries({ ...inputs, ...change }).filter(([, value]) => value !== undefined));

/** One test for what is accepted, and one for each refusal: that one and no other. */
export function describeRefusals(
  type: string,
  valid: (account: Account) => Properties | Promise<Properties>,
  cases: readonly RefusalCase[],
  accepted: readonly (readonly [title: string, change: Change])[] = [],
): void {
  describe(type, () => {
    const ask = async (change: Change): Promise<readonly Refusal[]> => {
      const account = await makeAccount();
      const inputs = await valid(account);
      const changed = typeof change === "function" ? await change(account) : change;
      return (await account.ask(type, "subject", withChange(inputs, changed))).refusals;
    };

    test("is known and takes valid inputs", async () => {
      expect(resourceTypes.has(type)).toBe(true);
      expect(summary(await ask({}))).toEqual([]);
    });

    if (accepted.length > 0) {
      test.each(accepted)("takes %s", async (_title, change) => {
        expect(summary(await ask(change))).toEqual([]);
      });
    }

    for (const [title, change, property, code, message = ""] of cases) {
      test(`refuses ${title}`, async () => {
        const refusals = await ask(change);
        expect(summary(refusals)).toEqual([`${property}: ${code}`]);
        expect(refusals[0]?.message).toContain(message);
        expect(refusals[0]).toMatchObject({ type, name: "subject" });
      });
    }
  });
}
