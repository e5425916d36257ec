import { z } from "zod";

import { advice, everywhere, production, standard } from "../model/levels";
import { relationRule, resourceRule } from "../model/rule";
import type { Rule } from "../model/rule";
import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import {
  includesPorts,
  describeTraffic,
  egressTypes,
  isPublic,
  ingressTypes,
  allowedTraffic,
} from "./securityGroupTraffic";

/** Management ports and the services that listen on them. */
const managementPorts: readonly (readonly [number, string])[] = [
  [22, "SSH"],
  [2379, "etcd"],
  [2380, "etcd"],
  [3389, "RDP"],
  [5985, "WinRM"],
  [5986, "WinRM"],
  [10250, "kubelet"],
  [10255, "kubelet"],
  [10257, "controller manager"],
  [10259, "scheduler"],
];

/** Defaults that providers set. */
const emptyDescriptions: readonly (string | undefined)[] = [undefined, "", "Managed by Pulumi", "Managed by Terraform"];

const zoneOf = (subnet: Resource): string | undefined =>
  subnet.at("availabilityZone").string() ?? subnet.at("availabilityZoneId").string();

export const networkRules: readonly Rule[] = [
  resourceRule({
    name: "no-public-management-ports",
    levels: everywhere,
    types: ingressTypes,
    requirement: "Management ports (SSH, RDP, WinRM, etcd, kubelet and others) are closed to the internet.",
    reason: "Scanners find an open management port within minutes, and each one gives access to the whole cluster.",
    fix: "Remove the rule and log in through SSM Session Manager, or restrict the source to a security group or CIDR range.",
    check(resource, report) {
      for (const traffic of allowedTraffic(resource, "ingress").filter(isPublic)) {
        const open = managementPorts.filter(([port]) => includesPorts(traffic, port)).map(([, service]) => service);
        if (open.length > 0)
          report(`${describeTraffic(traffic)} opens ${[...new Set(open)].join(", ")} to the internet.`);
      }
    },
  }),
  resourceRule({
    name: "no-public-node-ports",
    levels: everywhere,
    types: ingressTypes,
    requirement: "Node ports (30000-32767) are closed to the internet.",
    reason: "Every Service of type NodePort or LoadBalancer would be public and bypass the ingress controller.",
    fix: "Allow the load balancer's security group instead of 0.0.0.0/0, and publish through an ingress.",
    check(resource, report) {
      for (const traffic of allowedTraffic(resource, "ingress").filter(isPublic)) {
        if (includesPorts(traffic, 30000, 32767)) report(`${describeTraffic(traffic)} reaches the node ports.`);
      }
    },
  }),
  resourceRule({
    name: "public-ingress-ports",
    levels: standard,
    types: ingressTypes,
    requirement: "Only approved ports are open to the internet.",
    reason: "Any service that listens on another open port, now or after the next release, becomes public by accident.",
    fix: "Narrow the source range, or allow only ports 80 and 443. Open a public Kubernetes API to named CIDR ranges only.",
    setting: "api.public.allowedCidrs",
    parameters: {
      ports: z.array(z.int().min(1).max(65535)).default([80, 443]).describe("Ports that may be open to the internet."),
    },
    check(resource, report, { ports }) {
      for (const traffic of allowedTraffic(resource, "ingress").filter(isPublic)) {
        const isApproved = traffic.from === traffic.to && ports.includes(traffic.from);
        if (!isApproved) report(`${describeTraffic(traffic)} allows ingress from the internet.`);
      }
    },
  }),
  resourceRule({
    name: "egress-ports",
    levels: standard,
    types: egressTypes,
    requirement: "Egress rules to the internet name their ports.",
    reason: "Unrestricted egress lets an attacker exfiltrate data and lets a compromised instance join a botnet.",
    fix: "Allow only the required ports (443 for AWS APIs, images and packages) and state the purpose in the description.",
    check(resource, report) {
      for (const traffic of allowedTraffic(resource, "egress").filter(isPublic)) {
        if (traffic.to - traffic.from > 100) report(`${describeTraffic(traffic)} allows unrestricted egress.`);
      }
    },
  }),
  resourceRule({
    name: "firewall-rules-described",
    levels: standard,
    types: [...new Set([...ingressTypes, ...egressTypes])],
    requirement: "Every security group and security group rule has a description.",
    reason: "A rule without a documented purpose is never removed.",
    fix: "Set a description that names the client and the purpose.",
    check(resource, report) {
      const described = (text: string | undefined): boolean => !emptyDescriptions.includes(text?.trim());
      if (!described(resource.at("description").string())) report("The description is missing.");
      if (resource.type !== aws.securityGroup) return;
      for (const direction of ["ingress", "egress"]) {
        for (const rule of resource.at(direction).items()) {
          if (!described(rule.at("description").string())) report(`${rule.path} has no description.`);
        }
      }
    },
  }),
  relationRule({
    name: "default-security-group-closed",
    levels: standard,
    types: [aws.vpc],
    requirement: "The default security group of a VPC has no rules.",
    reason: "Resources without a security group get the default one, which allows traffic between its members.",
    fix: "Add an aws.ec2.DefaultSecurityGroup for the VPC with ingress: [] and egress: [].",
    check(vpc, report, stack) {
      const groups = stack.referencing(vpc, "vpcId", aws.defaultSecurityGroup);
      if (groups.length === 0) report("The default security group of the VPC has the default rules of AWS.");
      for (const group of groups) {
        const open = [...group.at("ingress").items(), ...group.at("egress").items()];
        if (open.length > 0) report(`The default security group has ${open.length} rules.`, group);
      }
    },
  }),
  relationRule({
    name: "vpc-flow-logs",
    levels: standard,
    types: [aws.vpc],
    requirement: "Every VPC has flow logs for all traffic.",
    reason: "Flow logs are the only record of connections after an incident and cannot be collected afterwards.",
    fix: 'Add an aws.ec2.FlowLog for the VPC with trafficType: "ALL".',
    setting: "network.flowLogs.enabled",
    check(vpc, report, stack) {
      const logs = stack.referencing(vpc, "vpcId", aws.flowLog);
      if (logs.length === 0) report("The VPC has no flow logs.");
      else if (!logs.some((log) => log.at("trafficType").string() === "ALL")) {
        report("The flow logs record only accepted or only rejected traffic.");
      }
    },
  }),
  resourceRule({
    name: "no-public-ip-on-launch",
    levels: standard,
    types: [aws.subnet],
    requirement: "Subnets do not assign public IP addresses on launch.",
    reason: "Every instance in such a subnet gets a public address by default instead of by decision.",
    fix: "Omit mapPublicIpOnLaunch. Load balancers and NAT gateways do not need it.",
    check(subnet, report) {
      if (subnet.at("mapPublicIpOnLaunch").boolean() === true) report("mapPublicIpOnLaunch is true.");
    },
  }),
  resourceRule({
    name: "no-public-instances",
    levels: standard,
    types: [aws.instance, aws.launchTemplate],
    requirement: "Instances have no public IP address.",
    reason: "A public address exposes every mistake in a security group to the internet.",
    fix: "Set associatePublicIpAddress: false, use private subnets, and route traffic through a load balancer.",
    check(instance, report) {
      const interfaces =
        instance.type === aws.launchTemplate ? instance.at("networkInterfaces").items() : [instance.inputs];
      for (const networkInterface of interfaces) {
        const address = networkInterface.at("associatePublicIpAddress");
        if (address.boolean() === true) report(`${address.path} is true.`);
      }
    },
  }),
  resourceRule({
    name: "vpc-dns-enabled",
    levels: standard,
    types: [aws.vpc],
    requirement: "DNS support and DNS hostnames are enabled in every VPC.",
    reason: "Without both, private hosted zones and interface endpoints do not resolve and the cluster fails.",
    fix: "Set enableDnsSupport: true and enableDnsHostnames: true.",
    check(vpc, report) {
      if (vpc.at("enableDnsSupport").boolean() === false) report("enableDnsSupport is false.");
      if (vpc.at("enableDnsHostnames").boolean() !== true) report("enableDnsHostnames is not true.");
    },
  }),
  relationRule({
    name: "nat-gateway-per-zone",
    levels: production,
    types: [aws.vpc],
    requirement: "A VPC with NAT gateways has one in every availability zone of its subnets.",
    reason: "With a single gateway, the loss of its zone cuts off all zones, and cross-zone traffic is billed.",
    fix: "Create one NAT gateway and one private route table per zone.",
    setting: "network.nat",
    check(vpc, report, stack) {
      const gateways = stack.ofType(aws.natGateway);
      const subnets = stack.referencing(vpc, "vpcId", aws.subnet);
      const homes = gateways.flatMap((gateway) => stack.referencedBy(gateway, "subnetId", aws.subnet));
      const own = homes.filter((home) => subnets.includes(home));
      if (own.length === 0) return;
      const served = new Set(own.map(zoneOf));
      const without = [...new Set(subnets.map(zoneOf))].filter((zone) => !served.has(zone));
      if (without.length > 0) report(`No NAT gateway in ${without.sort().join(", ")}.`);
    },
  }),
  relationRule({
    name: "s3-gateway-endpoint",
    levels: advice,
    types: [aws.vpc],
    requirement: "Every VPC has a gateway endpoint for S3.",
    reason: "The endpoint is free. Traffic through a NAT gateway is billed per gigabyte and fails with the gateway.",
    fix: 'Add an aws.ec2.VpcEndpoint for com.amazonaws.<region>.s3 of type "Gateway" with the route tables.',
    check(vpc, report, stack) {
      const endpoints = stack.referencing(vpc, "vpcId", aws.vpcEndpoint);
      if (!endpoints.some((endpoint) => endpoint.at("serviceName").string()?.endsWith(".s3") === true)) {
        report("The VPC has no endpoint for S3.");
      }
    },
  }),
];
