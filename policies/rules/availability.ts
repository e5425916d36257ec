import { z } from "zod";

import { everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule, stackRule } from "../model/rule";
import { aws, memberTag, roleTag } from "../model/types";
import { isMember, isMemberVolume, machinesByZone, membersOf, mostOf, zonesOf } from "./members";

const threeZones = stackRule({
  name: "members-over-three-zones",
  levels: production,
  types: [aws.autoscalingGroup],
  what: "Control plane and etcd are spread over three zones.",
  why: "With fewer, the loss of one zone takes the quorum, and with it every change to the cluster.",
  fix: "Give the network three zones.",
  setting: "network.zones",
  check(stack, report) {
    for (const members of membersOf(stack)) {
      const zones = machinesByZone(members, stack).size;
      if (zones < 3) report(`The members of ${members.role} are in ${zones} zone${zones === 1 ? "" : "s"}.`);
    }
  },
});

const oddMembers = stackRule({
  name: "members-odd",
  levels: everywhere,
  types: [aws.autoscalingGroup],
  what: "Control plane and etcd have one, three or five members.",
  why: "An even number survives no more failures than one less, and ties are possible; more than five slow every write.",
  fix: "Use three members, or five where two may fail at once.",
  setting: "controlPlane.members",
  check(stack, report) {
    for (const { role, groups } of membersOf(stack)) {
      const count = groups.reduce((sum, group) => sum + mostOf(group), 0);
      if (![1, 3, 5].includes(count)) report(`${role} has ${count} members.`);
    }
  },
});

const redundant = stackRule({
  name: "members-redundant",
  levels: production,
  types: [aws.autoscalingGroup],
  what: "Control plane and etcd have at least three members.",
  why: "A single member is down whenever its machine is: at every failure and at every upgrade.",
  fix: "Use three members.",
  setting: "controlPlane.members",
  check(stack, report) {
    for (const { role, groups } of membersOf(stack)) {
      const count = groups.reduce((sum, group) => sum + mostOf(group), 0);
      if (count < 3) report(`${role} has ${count} member${count === 1 ? "" : "s"}.`);
    }
  },
});

const noZoneHasQuorum = stackRule({
  name: "no-zone-holds-quorum",
  levels: production,
  types: [aws.autoscalingGroup],
  what: "No zone holds so many members that the quorum falls with it.",
  why: "Spreading over zones is for losing one; a zone with the majority is a single point of failure.",
  fix: "Spread members evenly: one a zone for three, at most two for five.",
  setting: "network.zones",
  check(stack, report) {
    for (const members of membersOf(stack)) {
      const counts = machinesByZone(members, stack);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      for (const [zone, count] of counts) {
        if (total > 1 && total - count < Math.floor(total / 2) + 1) {
          report(`${zone} holds ${count} of the ${total} members of ${members.role}.`);
        }
      }
    }
  },
});

const oneMemberAGroup = relationRule({
  name: "one-member-a-group",
  levels: everywhere,
  types: [aws.autoscalingGroup],
  what: "Each member has a group of its own, of exactly one machine in exactly one zone.",
  why: "A member is its data volume, and a volume is in one zone: a second machine, or one in another zone, finds none.",
  fix: "Set minSize and maxSize to 1 and give the group one subnet.",
  check(group, report, stack) {
    if (!isMember(group)) return;
    const [least, most] = [group.at("minSize").number(), group.at("maxSize").number()];
    if (least !== 1 || most !== 1) report(`The group has ${least ?? 0} to ${most ?? 0} machines.`);
    const zones = zonesOf(group, stack);
    if (zones.length !== 1) report(`The group is in ${zones.length} zones.`);
  },
});

const volumeWithGroup = relationRule({
  name: "member-volume-with-its-group",
  levels: everywhere,
  types: [aws.volume],
  what: "A member's data volume is in the zone of its group.",
  why: "A machine cannot attach a volume of another zone: the member would never start.",
  fix: "Take the volume's zone from the group's subnet.",
  check(volume, report, stack) {
    if (!isMemberVolume(volume)) return;
    const member = volume.tag(memberTag);
    const role = volume.tag(roleTag);
    const groups = stack
      .ofType(aws.autoscalingGroup)
      .filter((group) => group.tag(memberTag) === member && (role === undefined || group.tag(roleTag) === role));
    const zone = volume.at("availabilityZone").text();
    for (const group of groups) {
      const subnets = stack.referredBy(group, "vpcZoneIdentifiers", aws.subnet);
      // Zones of subnets that somebody else made cannot be seen.
      if (subnets.length === 0 && group.at("availabilityZones").absent) continue;
      const zones = zonesOf(group, stack);
      if (zone === undefined || !zones.includes(zone)) {
        report(`The volume is in ${zone ?? "no zone"}, group ${group.name} in ${zones.join(", ")}.`);
      }
    }
  },
});

const memberVolumesProtected = resourceRule({
  name: "member-volumes-protected",
  levels: production,
  types: [aws.volume],
  what: "Data volumes of members are protected from deletion.",
  why: "They are the cluster. One mistaken pulumi destroy, or a rename, would delete all of them at once.",
  fix: "Set protect: true on the volume.",
  setting: "protect",
  check(volume, report) {
    if (isMemberVolume(volume) && !volume.protect) report("The volume is not protected.");
  },
});

/** Port of the Kubernetes API. */
const apiPort = 6443;

const readyz = resourceRule({
  name: "api-health-check",
  levels: standard,
  types: [aws.targetGroup],
  what: "A load balancer asks API servers for /readyz over HTTPS.",
  why: "A port that accepts connections says nothing: a server that has lost etcd, or is shutting down, would go on getting requests.",
  fix: 'Set healthCheck: { protocol: "HTTPS", path: "/readyz", port: "6443" }.',
  check(group, report) {
    if (group.at("port").number() !== apiPort) return;
    const check = group.at("healthCheck");
    const protocol = check.at("protocol").text();
    const path = check.at("path").text();
    if (protocol !== "HTTPS") report(`healthCheck.protocol is ${protocol ?? "missing"}.`);
    if (path?.startsWith("/readyz") !== true) report(`healthCheck.path is ${path ?? "missing"}.`);
  },
});

const loadBalancers = [aws.loadBalancer, aws.albLoadBalancer] as const;

const deletionProtection = resourceRule({
  name: "load-balancer-deletion-protection",
  levels: production,
  types: loadBalancers,
  what: "Load balancers are protected from deletion.",
  why: "Its address is in every kubeconfig and every node; a new one has another, and everything is cut off.",
  fix: "Set enableDeletionProtection: true.",
  setting: "protect",
  check(balancer, report) {
    if (balancer.at("enableDeletionProtection").flag() !== true) report("enableDeletionProtection is not true.");
  },
});

const balancerOverZones = resourceRule({
  name: "load-balancer-over-zones",
  levels: standard,
  types: loadBalancers,
  what: "A load balancer is in two zones or more, and each of its addresses reaches the targets of all.",
  why: "Clients hold on to one address: where that zone has no healthy target, they get no answer.",
  fix: "Give it a subnet in each zone, and a network load balancer enableCrossZoneLoadBalancing: true.",
  check(balancer, report) {
    const subnets = balancer.at("subnets").items().length + balancer.at("subnetMappings").items().length;
    if (subnets === 1) report("The load balancer is in one subnet.");
    const network = balancer.at("loadBalancerType").text() === "network";
    if (network && balancer.at("enableCrossZoneLoadBalancing").flag() !== true) {
      report("enableCrossZoneLoadBalancing is not true.");
    }
  },
});

const accessLogs = relationRule({
  name: "load-balancer-access-logs",
  levels: production,
  types: loadBalancers,
  what: "Load balancers that can log requests do.",
  why: "Without them nobody can say who asked for what when something went wrong.",
  fix: "Set accessLogs: { enabled: true, bucket }. One that only passes TCP on has none: flow logs are its record.",
  check(balancer, report, stack) {
    // AWS logs what a network load balancer does only where it ends TLS itself.
    const ends = (): boolean =>
      stack
        .referringTo(balancer, "loadBalancerArn", aws.listener)
        .some((listener) => listener.at("protocol").text() === "TLS");
    if (balancer.at("loadBalancerType").text() === "network" && !ends()) return;
    if (balancer.at("accessLogs", "enabled").flag() !== true) report("accessLogs.enabled is not true.");
  },
});

const workersOverZones = relationRule({
  name: "workers-over-zones",
  levels: standard,
  types: [aws.autoscalingGroup],
  what: "Groups of workers are spread over two zones or more.",
  why: "A pool in one zone is gone with it, and so is every workload that runs only there.",
  fix: "Give the group a subnet in each zone.",
  setting: "workers.<pool>.zones",
  check(group, report, stack) {
    if (isMember(group)) return;
    const zones = zonesOf(group, stack);
    if (zones.length < 2) report(`The group is in ${zones.length} zone${zones.length === 1 ? "" : "s"}.`);
  },
});

const groupSizes = resourceRule({
  name: "group-sizes-sane",
  levels: standard,
  types: [aws.autoscalingGroup],
  what: "A group's least is not above its most, its most not zero, and not more than anybody has asked for.",
  why: "A limit that is out by a digit is found out about by the bill, or when nothing can be scheduled.",
  fix: "Set minSize <= maxSize, and maxSize to what is planned for.",
  setting: "workers.<pool>.max",
  parameters: { mostMachines: z.int().min(1).default(200).describe("Most machines that a group may have.") },
  check(group, report, { mostMachines }) {
    const least = group.at("minSize").number() ?? 0;
    const most = group.at("maxSize").number() ?? 0;
    const wanted = group.at("desiredCapacity").number();
    if (least > most) report(`minSize ${least} is above maxSize ${most}.`);
    if (most === 0) report("maxSize is 0: the group can never have a machine.");
    if (most > mostMachines) report(`maxSize ${most} is above ${mostMachines}.`);
    if (wanted !== undefined && (wanted < least || wanted > most)) report(`desiredCapacity ${wanted} is out of range.`);
  },
});

const changesRollOut = resourceRule({
  name: "changes-roll-out",
  levels: standard,
  types: [aws.autoscalingGroup],
  what: "A changed launch template is rolled out to the machines that run.",
  why: "Otherwise fixes reach only machines that happen to be replaced, and the fleet is of as many kinds as there were changes.",
  fix: 'Set instanceRefresh: { strategy: "Rolling", preferences: … }.',
  check(group, report) {
    if (group.at("instanceRefresh").absent) report("instanceRefresh is missing.");
  },
});

const drained = relationRule({
  name: "machines-drained",
  levels: standard,
  types: [aws.autoscalingGroup],
  what: "A machine that is terminated waits until its pods have moved (a lifecycle hook on termination).",
  why: "Without it a rollout or a scale-down kills pods in the middle of a request, and disruption budgets mean nothing.",
  fix: 'Add an aws.autoscaling.LifecycleHook with lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING", and something on the node or in the cluster that drains and answers.',
  check(group, report, stack) {
    const hooks = [
      ...stack.referringTo(group, "autoscalingGroupName", aws.lifecycleHook).map((hook) => hook.inputs),
      ...group.at("initialLifecycleHooks").items(),
    ];
    const terminating = hooks.some(
      (hook) => hook.at("lifecycleTransition").text() === "autoscaling:EC2_INSTANCE_TERMINATING",
    );
    if (!terminating) report("Nothing holds a terminating machine until it is drained.");
  },
});

export const availabilityRules = [
  threeZones,
  oddMembers,
  redundant,
  noZoneHasQuorum,
  oneMemberAGroup,
  volumeWithGroup,
  memberVolumesProtected,
  readyz,
  deletionProtection,
  balancerOverZones,
  accessLogs,
  workersOverZones,
  groupSizes,
  changesRollOut,
  drained,
];
