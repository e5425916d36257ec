import { z } from "zod";

import { everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule, stackRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws, clusterTag, memberTag, roleTag } from "../model/types";
import { isMember, isMemberVolume, instancesByZone, membersOf, zonesOf } from "./members";

/** Port of the Kubernetes API. */
const apiPort = 6443;

const loadBalancers = [aws.loadBalancer, aws.albLoadBalancer] as const;

/** Name of the Auto Scaling group of which a schedule starts the instance refresh; undefined for other schedules. */
function refreshedGroup(schedule: Resource): string | undefined {
  const target = schedule.at("target");
  if (target.at("arn").string()?.endsWith(":aws-sdk:autoscaling:startInstanceRefresh") !== true) return undefined;
  const request = JSON.parse(target.at("input").string() ?? "{}") as { readonly AutoScalingGroupName?: string };
  return request.AutoScalingGroupName ?? "";
}

export const availabilityRules: readonly Rule[] = [
  stackRule({
    name: "members-in-three-zones",
    levels: production,
    types: [aws.autoscalingGroup],
    requirement: "Control-plane and etcd members are distributed over three availability zones.",
    reason: "With fewer zones, the loss of one zone can lose the quorum.",
    fix: "Use three zones in the network.",
    setting: "network.zones",
    check(stack, report) {
      for (const members of membersOf(stack)) {
        const zones = instancesByZone(members, stack).size;
        if (zones < 3) report(`The members of ${members.name} are in ${zones} zone${zones === 1 ? "" : "s"}.`);
      }
    },
  }),
  stackRule({
    name: "members-odd",
    levels: everywhere,
    types: [aws.autoscalingGroup],
    requirement: "Control plane and etcd have one, three or five members.",
    reason: "An even count tolerates no more failures than one less, and more than five members slow down writes.",
    fix: "Use three members, or five to tolerate two failures.",
    setting: "controlPlane.members",
    check(stack, report) {
      for (const { name, count } of membersOf(stack)) {
        if (![1, 3, 5].includes(count)) report(`${name} has ${count} members.`);
      }
    },
  }),
  stackRule({
    name: "members-redundant",
    levels: production,
    types: [aws.autoscalingGroup],
    requirement: "Control plane and etcd have at least three members.",
    reason: "A single member causes an outage at every instance failure and every upgrade.",
    fix: "Use three members.",
    setting: "controlPlane.members",
    check(stack, report) {
      for (const { name, count } of membersOf(stack)) {
        if (count < 3) report(`${name} has ${count} member${count === 1 ? "" : "s"}.`);
      }
    },
  }),
  stackRule({
    name: "no-zone-holds-quorum",
    levels: production,
    types: [aws.autoscalingGroup],
    requirement: "The quorum survives the loss of any single zone.",
    reason: "A zone that holds the majority of members is a single point of failure.",
    fix: "Distribute members evenly: one per zone for three members, at most two per zone for five.",
    setting: "network.zones",
    check(stack, report) {
      for (const members of membersOf(stack)) {
        const total = members.count;
        for (const [zone, count] of instancesByZone(members, stack)) {
          if (total > 1 && total - count < Math.floor(total / 2) + 1) {
            report(`${zone} holds ${count} of the ${total} members of ${members.name}.`);
          }
        }
      }
    },
  }),
  relationRule({
    name: "one-member-per-group",
    levels: everywhere,
    types: [aws.autoscalingGroup],
    requirement: "Each control-plane or etcd member has its own Auto Scaling group: one instance in one zone.",
    reason: "A data volume attaches to one instance in its zone. Further instances would start without data.",
    fix: "Set minSize and maxSize to 1 and use one subnet.",
    check(group, report, stack) {
      if (!isMember(group)) return;
      const [min, max] = [group.at("minSize").number(), group.at("maxSize").number()];
      if (min !== 1 || max !== 1) report(`The group allows ${min ?? 0} to ${max ?? 0} instances.`);
      const zones = zonesOf(group, stack);
      if (zones.length !== 1) report(`The group is in ${zones.length} zones.`);
    },
  }),
  relationRule({
    name: "member-volume-zone",
    levels: everywhere,
    types: [aws.volume],
    requirement: "The data volume of a member is in the zone of its Auto Scaling group.",
    reason: "An instance cannot attach a volume in another zone, so the member would not start.",
    fix: "Derive the zone of the volume from the subnet of the group.",
    check(volume, report, stack) {
      if (!isMemberVolume(volume)) return;
      const member = volume.tag(memberTag);
      const role = volume.tag(roleTag);
      const groups = stack
        .ofType(aws.autoscalingGroup)
        .filter((group) => group.tag(memberTag) === member && group.tag(clusterTag) === volume.tag(clusterTag))
        .filter((group) => role === undefined || group.tag(roleTag) === role);
      const zone = volume.at("availabilityZone").string();
      for (const group of groups) {
        const subnets = stack.referencedBy(group, "vpcZoneIdentifiers", aws.subnet);
        // The zones of subnets outside this stack are unknown.
        if (subnets.length === 0 && group.at("availabilityZones").absent) continue;
        const zones = zonesOf(group, stack);
        if (zone === undefined || !zones.includes(zone)) {
          report(`The volume is in ${zone ?? "no zone"}, group ${group.name} in ${zones.join(", ")}.`);
        }
      }
    },
  }),
  resourceRule({
    name: "member-volumes-protected",
    levels: production,
    types: [aws.volume],
    requirement: "Data volumes of members are protected from deletion.",
    reason: "The volumes hold the cluster state. A mistaken pulumi destroy or a rename would delete all of them.",
    fix: "Set protect: true on the volume.",
    setting: "protect",
    check(volume, report) {
      if (isMemberVolume(volume) && !volume.protect) report("The volume is not protected.");
    },
  }),
  resourceRule({
    name: "api-health-check",
    levels: standard,
    types: [aws.targetGroup],
    requirement: "Load balancers check API servers at /readyz over HTTPS.",
    reason: "A TCP check passes even when the API server has lost etcd or is shutting down.",
    fix: 'Set healthCheck: { protocol: "HTTPS", path: "/readyz", port: "6443" }.',
    check(group, report) {
      if (group.at("port").number() !== apiPort) return;
      const check = group.at("healthCheck");
      const protocol = check.at("protocol").string();
      const path = check.at("path").string();
      if (protocol !== "HTTPS") report(`healthCheck.protocol is ${protocol ?? "missing"}.`);
      if (path?.startsWith("/readyz") !== true) report(`healthCheck.path is ${path ?? "missing"}.`);
    },
  }),
  resourceRule({
    name: "load-balancer-deletion-protection",
    levels: production,
    types: loadBalancers,
    requirement: "Deletion protection is enabled on load balancers.",
    reason: "Every kubeconfig and node uses the load balancer's address, and a replacement has a different one.",
    fix: "Set enableDeletionProtection: true.",
    setting: "protect",
    check(balancer, report) {
      if (balancer.at("enableDeletionProtection").boolean() !== true) report("enableDeletionProtection is not true.");
    },
  }),
  resourceRule({
    name: "load-balancer-zones",
    levels: standard,
    types: loadBalancers,
    requirement: "Load balancers span at least two zones, and network load balancers use cross-zone load balancing.",
    reason: "Clients cache one address, and get no response if that zone has no healthy target.",
    fix: "Add one subnet per zone, and set enableCrossZoneLoadBalancing: true on network load balancers.",
    check(balancer, report) {
      const subnets = balancer.at("subnets").items().length + balancer.at("subnetMappings").items().length;
      if (subnets === 1) report("The load balancer is in one subnet.");
      const network = balancer.at("loadBalancerType").string() === "network";
      if (network && balancer.at("enableCrossZoneLoadBalancing").boolean() !== true) {
        report("enableCrossZoneLoadBalancing is not true.");
      }
    },
  }),
  relationRule({
    name: "load-balancer-access-logs",
    levels: production,
    types: loadBalancers,
    requirement: "Load balancers that terminate TLS or HTTP write access logs.",
    reason: "Without access logs, requests cannot be traced after an incident.",
    fix: "Set accessLogs: { enabled: true, bucket }. TCP-only load balancers are exempt; flow logs record their traffic.",
    check(balancer, report, stack) {
      // A network load balancer writes access logs for TLS listeners only.
      const terminatesTls = (): boolean =>
        stack
          .referencing(balancer, "loadBalancerArn", aws.listener)
          .some((listener) => listener.at("protocol").string() === "TLS");
      if (balancer.at("loadBalancerType").string() === "network" && !terminatesTls()) return;
      if (balancer.at("accessLogs", "enabled").boolean() !== true) report("accessLogs.enabled is not true.");
    },
  }),
  relationRule({
    name: "workers-in-two-zones",
    levels: standard,
    types: [aws.autoscalingGroup],
    requirement: "Auto Scaling groups of workers span at least two zones.",
    reason: "The loss of a zone takes down a single-zone pool and every workload that runs only there.",
    fix: "Add a subnet in each zone.",
    setting: "workers.<pool>.zones",
    check(group, report, stack) {
      if (isMember(group)) return;
      const zones = zonesOf(group, stack);
      if (zones.length < 2) report(`The group is in ${zones.length} zone${zones.length === 1 ? "" : "s"}.`);
    },
  }),
  resourceRule({
    name: "group-sizes-valid",
    levels: standard,
    types: [aws.autoscalingGroup],
    requirement: "Sizes of Auto Scaling groups are consistent and within the limit.",
    reason: "A wrong digit shows up only in the bill, or when pods cannot be scheduled.",
    fix: "Set minSize <= maxSize, and maxSize to the planned capacity.",
    setting: "workers.<pool>.max",
    parameters: { maxInstances: z.int().min(1).default(200).describe("Largest accepted maxSize.") },
    check(group, report, { maxInstances }) {
      const min = group.at("minSize").number() ?? 0;
      const max = group.at("maxSize").number() ?? 0;
      const desired = group.at("desiredCapacity").number();
      if (min > max) report(`minSize ${min} is above maxSize ${max}.`);
      if (max === 0) report("maxSize is 0, so the group cannot launch instances.");
      if (max > maxInstances) report(`maxSize ${max} is above ${maxInstances}.`);
      if (desired !== undefined && (desired < min || desired > max))
        report(`desiredCapacity ${desired} is out of range.`);
    },
  }),
  relationRule({
    name: "launch-template-rollout",
    levels: standard,
    types: [aws.autoscalingGroup],
    requirement: "Changes of a launch template are rolled out to running instances.",
    reason: "Without an instance refresh, fixes reach only instances that are replaced for other reasons.",
    fix: 'Set instanceRefresh: { strategy: "Rolling", preferences: … }, or add an aws.scheduler.Schedule that calls startInstanceRefresh.',
    check(group, report, stack) {
      if (!group.at("instanceRefresh").absent) return;
      const name = group.at("name").string();
      if (stack.ofType(aws.schedule).some((schedule) => refreshedGroup(schedule) === name)) return;
      report("instanceRefresh is missing, and no schedule starts one.");
    },
  }),
  relationRule({
    name: "termination-hook",
    levels: standard,
    types: [aws.autoscalingGroup],
    requirement: "Auto Scaling groups have a termination lifecycle hook that waits for the node to drain.",
    reason: "Without the hook, rollouts and scale-downs kill pods during requests and ignore PodDisruptionBudgets.",
    fix: 'Add an aws.autoscaling.LifecycleHook with lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING", and drain the node before completing the lifecycle action.',
    check(group, report, stack) {
      const hooks = [
        ...stack.referencing(group, "autoscalingGroupName", aws.lifecycleHook).map((hook) => hook.inputs),
        ...group.at("initialLifecycleHooks").items(),
      ];
      const terminating = hooks.some(
        (hook) => hook.at("lifecycleTransition").string() === "autoscaling:EC2_INSTANCE_TERMINATING",
      );
      if (!terminating) report("The group has no termination lifecycle hook.");
    },
  }),
];
