import { z } from "zod";

import { advice, everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import { covers, describe, egressTypes, fromWorld, ingressTypes, openings } from "./openings";

/** Ports of logins and of a cluster's own machinery, each with what answers there. */
const management: readonly (readonly [number, string])[] = [
  [22, "SSH"],
  [2379, "etcd"],
  [2380, "etcd"],
  [3389, "RDP"],
  [5985, "WinRM"],
  [5986, "WinRM"],
  [10250, "kubelet"],
  [10255, "kubelet"],
  [10257, "the controller manager"],
  [10259, "the scheduler"],
];

const noWorldOpenManagement = resourceRule({
  name: "no-world-open-management",
  levels: everywhere,
  types: ingressTypes,
  what: "Ports of logins, etcd, kubelet and the control plane's parts are closed to the internet.",
  why: "Scanners find such a port within minutes, and each of them leads to the whole cluster.",
  fix: "Remove the rule and log in through SSM Session Manager, or name the group or range that needs it.",
  check(resource, report) {
    for (const opening of openings(resource, "ingress").filter(fromWorld)) {
      const open = management.filter(([port]) => covers(opening, port)).map(([, what]) => what);
      if (open.length > 0) report(`${describe(opening)} opens ${[...new Set(open)].join(", ")} to the internet.`);
    }
  },
});

const noWorldOpenNodePorts = resourceRule({
  name: "no-world-open-node-ports",
  levels: everywhere,
  types: ingressTypes,
  what: "Node ports (30000 to 32767) are closed to the internet.",
  why: "Any Service of type NodePort or LoadBalancer would be on the internet at once, past every ingress and its limits.",
  fix: "Let a load balancer's security group in instead of 0.0.0.0/0, and publish through an ingress.",
  check(resource, report) {
    for (const opening of openings(resource, "ingress").filter(fromWorld)) {
      if (covers(opening, 30000, 32767)) report(`${describe(opening)} reaches the node ports.`);
    }
  },
});

const worldIngressByPort = resourceRule({
  name: "world-ingress-by-port",
  levels: standard,
  types: ingressTypes,
  what: "The internet is let in only to ports that are meant for it.",
  why: "Whatever listens on another port, now or after the next release, would be public without anybody having decided so.",
  fix: "Narrow the source to the ranges that need it, or let in 80 and 443 only; a public Kubernetes API is opened to named ranges.",
  setting: "api.public.allowedCidrs",
  parameters: {
    ports: z.array(z.int().min(1).max(65535)).default([80, 443]).describe("Ports that may be open to the internet."),
  },
  check(resource, report, { ports }) {
    for (const opening of openings(resource, "ingress").filter(fromWorld)) {
      const meant = opening.from === opening.to && ports.includes(opening.from);
      if (!meant) report(`${describe(opening)} lets the internet in.`);
    }
  },
});

const egressByPort = resourceRule({
  name: "egress-by-port",
  levels: standard,
  types: egressTypes,
  what: "What goes out to the internet is named by port.",
  why: "A machine that may send anything anywhere is how data leaves after a break-in, and how it joins somebody's botnet.",
  fix: "Allow the ports that are needed (443 for AWS, images and software) and say in the description what for.",
  check(resource, report) {
    for (const opening of openings(resource, "egress").filter(fromWorld)) {
      if (opening.to - opening.from > 100) report(`${describe(opening)} lets everything out.`);
    }
  },
});

/** What providers write where nobody has. */
const emptyDescriptions: readonly (string | undefined)[] = [undefined, "", "Managed by Pulumi", "Managed by Terraform"];

const rulesDescribed = resourceRule({
  name: "firewall-rules-described",
  levels: standard,
  types: [...new Set([...ingressTypes, ...egressTypes])],
  what: "Every security group and every rule says what it is for.",
  why: "A rule that nobody can explain is never removed.",
  fix: "Write a description: who needs this, and for what.",
  check(resource, report) {
    const described = (text: string | undefined): boolean => !emptyDescriptions.includes(text?.trim());
    if (!described(resource.at("description").text())) report("The description is missing.");
    if (resource.type !== aws.securityGroup) return;
    for (const direction of ["ingress", "egress"]) {
      for (const rule of resource.at(direction).items()) {
        if (!described(rule.at("description").text())) report(`${rule.path} has no description.`);
      }
    }
  },
});

const defaultSecurityGroupClosed = relationRule({
  name: "default-security-group-closed",
  levels: standard,
  types: [aws.vpc],
  what: "A VPC's default security group lets nothing through.",
  why: "Whatever is launched without a group of its own gets the default one, in which everything may talk to everything.",
  fix: "Add an aws.ec2.DefaultSecurityGroup of the VPC with ingress: [] and egress: [].",
  check(vpc, report, stack) {
    const groups = stack.referringTo(vpc, "vpcId", aws.defaultSecurityGroup);
    if (groups.length === 0) report("The VPC's default security group is as AWS makes it.");
    for (const group of groups) {
      const open = [...group.at("ingress").items(), ...group.at("egress").items()];
      if (open.length > 0) report(`The default security group has ${open.length} rules.`, group);
    }
  },
});

const vpcFlowLogs = relationRule({
  name: "vpc-flow-logs",
  levels: standard,
  types: [aws.vpc],
  what: "A VPC has flow logs of all traffic.",
  why: "After an incident they are the only record of who talked to whom, and they cannot be had afterwards.",
  fix: 'Add an aws.ec2.FlowLog of the VPC with trafficType: "ALL".',
  setting: "network.flowLogs.enabled",
  check(vpc, report, stack) {
    const logs = stack.referringTo(vpc, "vpcId", aws.flowLog);
    if (logs.length === 0) report("The VPC has no flow logs.");
    else if (!logs.some((log) => log.at("trafficType").text() === "ALL")) {
      report("The VPC's flow logs leave out what was accepted or what was refused.");
    }
  },
});

const noPublicAddressOnLaunch = resourceRule({
  name: "no-public-address-on-launch",
  levels: standard,
  types: [aws.subnet],
  what: "Subnets give machines no public address by themselves.",
  why: "A machine in such a subnet is on the internet because of where it is, not because somebody meant it to be.",
  fix: "Leave out mapPublicIpOnLaunch; load balancers and NAT gateways do not need it.",
  check(subnet, report) {
    if (subnet.at("mapPublicIpOnLaunch").flag() === true) report("mapPublicIpOnLaunch is true.");
  },
});

const machinesHaveNoPublicAddress = resourceRule({
  name: "no-public-machines",
  levels: standard,
  types: [aws.instance, aws.launchTemplate],
  what: "Machines have no public address.",
  why: "A public address makes every mistake in a security group reachable from everywhere.",
  fix: "Set associatePublicIpAddress: false, put machines in private subnets, and let traffic in through a load balancer.",
  check(machine, report) {
    const interfaces = machine.type === aws.launchTemplate ? machine.at("networkInterfaces").items() : [machine.inputs];
    for (const card of interfaces) {
      const address = card.at("associatePublicIpAddress");
      if (address.flag() === true) report(`${address.path} is true.`);
    }
  },
});

const vpcNames = resourceRule({
  name: "vpc-dns-names",
  levels: standard,
  types: [aws.vpc],
  what: "A VPC resolves names and gives machines theirs.",
  why: "Without both switches private zones and the private names of interface endpoints do not resolve, and the cluster never starts.",
  fix: "Set enableDnsSupport: true and enableDnsHostnames: true.",
  check(vpc, report) {
    if (vpc.at("enableDnsSupport").flag() === false) report("enableDnsSupport is false.");
    if (vpc.at("enableDnsHostnames").flag() !== true) report("enableDnsHostnames is not true.");
  },
});

const zoneOf = (subnet: Resource): string | undefined =>
  subnet.at("availabilityZone").text() ?? subnet.at("availabilityZoneId").text();

const natInEveryZone = relationRule({
  name: "nat-in-every-zone",
  levels: production,
  types: [aws.vpc],
  what: "A VPC that has NAT gateways has one in every zone of its subnets.",
  why: "With one gateway, the loss of its zone cuts off the machines of all zones, and traffic between zones is paid for.",
  fix: "Make one gateway, and one private route table, for each zone.",
  setting: "network.nat",
  check(vpc, report, stack) {
    const gateways = stack.ofType(aws.natGateway);
    const subnets = stack.referringTo(vpc, "vpcId", aws.subnet);
    const homes = gateways.flatMap((gateway) => stack.referredBy(gateway, "subnetId", aws.subnet));
    const own = homes.filter((home) => subnets.includes(home));
    if (own.length === 0) return;
    const served = new Set(own.map(zoneOf));
    const without = [...new Set(subnets.map(zoneOf))].filter((zone) => !served.has(zone));
    if (without.length > 0) report(`No NAT gateway in ${without.sort().join(", ")}.`);
  },
});

const s3Endpoint = relationRule({
  name: "s3-gateway-endpoint",
  levels: advice,
  types: [aws.vpc],
  what: "A VPC reaches S3 through a gateway endpoint.",
  why: "It costs nothing, where the same traffic through a NAT gateway is paid for by the gigabyte and stops with the gateway.",
  fix: 'Add an aws.ec2.VpcEndpoint for com.amazonaws.<region>.s3 of type "Gateway" with the route tables.',
  check(vpc, report, stack) {
    const endpoints = stack.referringTo(vpc, "vpcId", aws.vpcEndpoint);
    if (!endpoints.some((endpoint) => endpoint.at("serviceName").text()?.endsWith(".s3") === true)) {
      report("The VPC has no endpoint for S3.");
    }
  },
});

export const networkRules = [
  noWorldOpenManagement,
  noWorldOpenNodePorts,
  worldIngressByPort,
  egressByPort,
  rulesDescribed,
  defaultSecurityGroupClosed,
  vpcFlowLogs,
  noPublicAddressOnLaunch,
  machinesHaveNoPublicAddress,
  vpcNames,
  natInEveryZone,
  s3Endpoint,
];
