import { z } from "zod";

import { estimateCost } from "../cost/estimate.plan";
import { createPriceBook } from "../cost/priceFiles";
import { formatUsd } from "../cost/usd";
import { advice, standard } from "../model/levels";
import { ownershipTags } from "../model/ownershipTags";
import { relationRule, resourceRule, stackRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import { disksOf, instanceResourceTypes } from "./instances";

/** Types that are billed, or whose owner operators need to find. */
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

/** True if the resource, or everything it launches, carries the tag. */
function hasTag(resource: Resource, key: string): boolean {
  if (resource.type === aws.launchTemplate) {
    const specifications = resource.at("tagSpecifications").items();
    // Launched instances and volumes do not inherit the provider's default tags.
    return ["instance", "volume"].every((kind) =>
      specifications.some((one) => one.at("resourceType").string() === kind && !one.at("tags", key).absent),
    );
  }
  if (resource.tag(key) !== undefined) return true;
  // Default tags of the provider do not apply to the tag list of an Auto Scaling group.
  return resource.type !== aws.autoscalingGroup && !resource.defaultTags.at("tags", key).absent;
}

const previousGenerations = /^(?:t1|t2|m1|m2|m3|m4|c1|c3|c4|r3|r4|i2|i3|g2|g3|p2|d2|h1|x1e?)\./;

export const costRules: readonly Rule[] = [
  resourceRule({
    name: "ownership-tags",
    levels: ownershipTags.levels,
    types: taggedTypes,
    requirement: "Billable resources, and the instances and volumes of launch templates, carry ownership tags.",
    reason: "Resources without an owner are never deleted, and incidents have no contact.",
    fix: "Set the tags owner, environment and cost-center, preferably in defaultTags of the provider.",
    setting: "tags",
    parameters: {
      keys: z
        .array(z.string().min(1))
        .default([...ownershipTags.keys])
        .describe("Keys of the required tags."),
    },
    check(resource, report, { keys }) {
      const missing = keys.filter((key) => !hasTag(resource, key));
      if (missing.length > 0) report(`Missing tags: ${missing.join(", ")}.`);
    },
  }),
  resourceRule({
    name: "disks-gp3",
    levels: standard,
    types: [aws.volume, ...instanceResourceTypes],
    requirement: "Disks use gp3, or io2 for higher performance.",
    reason: "Type gp2 costs a fifth more, is slow at small sizes, and slows down when its burst credits are exhausted.",
    fix: 'Set volumeType (type on an aws.ebs.Volume) to "gp3".',
    check(resource, report) {
      const types =
        resource.type === aws.volume ? [resource.at("type")] : disksOf(resource).map((disk) => disk.at("volumeType"));
      for (const type of types) {
        // EC2 defaults to gp2.
        const name = type.string() ?? "missing";
        if (!["gp3", "io2"].includes(name)) report(`${type.path} is ${name}.`);
      }
    },
  }),
  resourceRule({
    name: "current-instance-types",
    levels: advice,
    types: instanceResourceTypes,
    requirement: "Instances use current instance families.",
    reason: "Previous generations cost more, lack the Nitro security chip and run out of capacity.",
    fix: "Use the newest generation of the family: m6i, m7g, c6i, r6i, t3.",
    setting: "workers.<pool>.instanceTypes",
    check(instance, report) {
      const type = instance.at("instanceType").string() ?? "";
      if (previousGenerations.test(type)) report(`instanceType is ${type}.`);
    },
  }),
  relationRule({
    name: "no-unused-elastic-ips",
    levels: advice,
    types: [aws.eip],
    requirement: "Elastic IP addresses are in use.",
    reason: "AWS charges for every public IPv4 address by the hour, used or not.",
    fix: "Attach the address to a NAT gateway, load balancer or instance, or remove it.",
    check(address, report, stack) {
      if (!address.at("instance").absent || !address.at("networkInterface").absent) return;
      const users = [
        ...stack.referencing(address, "allocationId", aws.natGateway),
        ...stack.referencing(address, "subnetMappings", aws.loadBalancer),
      ];
      if (users.length === 0) report("Nothing in the stack uses the address.");
    },
  }),
  stackRule({
    name: "cost-ceiling",
    levels: advice,
    types: [aws.autoscalingGroup],
    requirement: "The estimated monthly cost of the stack does not exceed the ceiling.",
    reason: "A wrong pool size or instance type shows up in the bill only after weeks.",
    fix: "Lower the maximum of the pools or choose smaller instance types; raise maxMonthlyUsd if the cost is intended.",
    setting: "workers.<pool>.max",
    parameters: {
      maxMonthlyUsd: z
        .number()
        .positive()
        .default(100_000)
        .describe("Ceiling in USD per month; see docs/cost.md for what the estimate includes."),
      requirePrices: z
        .boolean()
        .default(false)
        .describe("Also report resources whose price is unknown, so that an incomplete sum does not pass."),
      poolSize: z
        .enum(["max", "min"])
        .default("max")
        .describe("Size of all groups for the estimate: their maximum or their minimum."),
    },
    check(stack, report, { maxMonthlyUsd, poolSize, requirePrices }) {
      const { total, unpriced } = estimateCost(stack, createPriceBook());
      const usd = total[poolSize];
      const size = poolSize === "max" ? "maximum" : "minimum";
      if (usd > maxMonthlyUsd)
        report(
          `The stack costs ${formatUsd(usd)} USD per month at ${size} size, more than the ceiling of ${formatUsd(maxMonthlyUsd)} USD.`,
        );
      if (!requirePrices) return;
      for (const { resource, reason } of unpriced)
        report(
          `The cost is incomplete: ${reason}; refresh the prices with holdfast prices, or exempt the resource.`,
          resource,
        );
    },
  }),
];
