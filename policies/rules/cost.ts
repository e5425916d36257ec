import { z } from "zod";

import { advice, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import { disksOf, machineTypes } from "./machines";

/** Types that cost money by themselves, or that hold what people look for. */
const taggedTypes = [
  aws.autoscalingGroup,
  aws.bucket,
  aws.eip,
  aws.fileSystem,
  aws.instance,
  aws.key,
  aws.launchTemplate,
  aws.loadBalancer,
  aws.logGroup,
  aws.natGateway,
  aws.queue,
  aws.topic,
  aws.volume,
  aws.vpc,
] as const;

/** Whether a resource, or what it launches, will carry a tag. */
function carries(resource: Resource, key: string): boolean {
  if (resource.type === aws.launchTemplate) {
    const specifications = resource.at("tagSpecifications").items();
    // What a template launches does not inherit the provider's tags.
    return ["instance", "volume"].every((kind) =>
      specifications.some((one) => one.at("resourceType").text() === kind && !one.at("tags", key).absent),
    );
  }
  if (resource.tag(key) !== undefined) return true;
  // The provider's tags do not reach a group's list.
  return resource.type !== aws.autoscalingGroup && !resource.defaultTags.at("tags", key).absent;
}

const tagged = resourceRule({
  name: "tags-of-ownership",
  levels: standard,
  types: taggedTypes,
  what: "Everything that costs money says whose it is, of which environment, and who pays; machines and disks of a launch template too.",
  why: "What has no owner is never deleted, and nobody is called when it breaks.",
  fix: "Set the tags owner, environment and cost-center, best in the provider's defaultTags.",
  setting: "tags",
  parameters: {
    keys: z
      .array(z.string().min(1))
      .default(["owner", "environment", "cost-center"])
      .describe("Keys of the tags that have to be there."),
  },
  check(resource, report, { keys }) {
    const missing = keys.filter((key) => !carries(resource, key));
    if (missing.length > 0) report(`No tag ${missing.join(", ")}.`);
  },
});

const diskType = resourceRule({
  name: "disks-gp3",
  levels: standard,
  types: [aws.volume, ...machineTypes],
  what: "Disks are of type gp3, or io2 where that is not enough.",
  why: "gp2 costs a fifth more, is slow while small, and drops to a trickle when its credits are spent; magnetic disks more so.",
  fix: 'Set volumeType (a volume: type) to "gp3"; size, operations and throughput are then set one by one.',
  check(resource, report) {
    const types =
      resource.type === aws.volume ? [resource.at("type")] : disksOf(resource).map((disk) => disk.at("volumeType"));
    for (const type of types) {
      // What is left out is gp2, unless the account says otherwise.
      const name = type.text() ?? "missing";
      if (!["gp3", "io2"].includes(name)) report(`${type.path} is ${name}.`);
    }
  },
});

const old = /^(?:t1|t2|m1|m2|m3|m4|c1|c3|c4|r3|r4|i2|i3|g2|g3|p2|d2|h1|x1e?)\./;

const currentMachines = resourceRule({
  name: "current-instance-types",
  levels: advice,
  types: machineTypes,
  what: "Machines are of families that AWS still develops.",
  why: "The old ones cost more for less, have no Nitro security chip, and run out.",
  fix: "Take the family's newest: m6i, m7g, c6i, r6i, t3.",
  setting: "workers.<pool>.instanceTypes",
  check(machine, report) {
    const type = machine.at("instanceType").text() ?? "";
    if (old.test(type)) report(`instanceType is ${type}.`);
  },
});

const addressesUsed = relationRule({
  name: "addresses-in-use",
  levels: advice,
  types: [aws.eip],
  what: "Public addresses are attached to something.",
  why: "AWS takes money for every address by the hour, and more of it for idle ones in the way of others who need them.",
  fix: "Give it to a NAT gateway, a load balancer or an instance, or remove it.",
  check(address, report, stack) {
    if (!address.at("instance").absent || !address.at("networkInterface").absent) return;
    const users = [
      ...stack.referringTo(address, "allocationId", aws.natGateway),
      ...stack.referringTo(address, "subnetMappings", aws.loadBalancer),
    ];
    if (users.length === 0) report("Nothing in the stack uses the address.");
  },
});

export const costRules = [tagged, diskType, currentMachines, addressesUsed];
