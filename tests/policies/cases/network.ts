import { aws } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Cases, Inputs } from "../scene";

const { securityGroup, securityGroupRule, securityGroupIngressRule, securityGroupEgressRule, vpc, subnet } = aws;
const world = "0.0.0.0/0";

interface Traffic {
  readonly cidr: string;
  readonly protocol?: string;
  readonly from: number;
  readonly to?: number;
  readonly description?: string | undefined;
}

/** The same traffic, as each of the three ways of writing a rule takes it. */
function permit(type: string, direction: "ingress" | "egress", traffic: Traffic) {
  const { cidr, protocol = "tcp", from, to = from, description = "what for" } = traffic;
  const v6 = cidr.includes(":");
  const ports = { fromPort: from, toPort: to, description };
  const block: Inputs = { protocol, [v6 ? "ipv6CidrBlocks" : "cidrBlocks"]: [cidr], ...ports };
  if (type === securityGroup) return on(type, { description: "web", [direction]: [block] });
  if (type === securityGroupRule) return on(type, { type: direction, ...block });
  return on(type, { ipProtocol: protocol, [v6 ? "cidrIpv6" : "cidrIpv4"]: cidr, ...ports });
}

const ingress = [securityGroupIngressRule, securityGroupRule, securityGroup];
const egress = [securityGroupEgressRule, securityGroupRule, securityGroup];
const home = on(vpc, { cidrBlock: "10.0.0.0/16" }, { name: "vpc" });
const ofHome = { of: { vpcId: ["vpc"] } };

export const networkCases: Cases = {
  "no-world-open-management": [
    ...each(ingress, (type) => ({
      passes: [permit(type, "ingress", { cidr: "10.0.0.0/8", from: 22 })],
      fails: [permit(type, "ingress", { cidr: world, from: 22 })],
      says: /tcp 22 for 0\.0\.0\.0\/0 opens SSH/,
    })),
    ...each(ingress, (type) => ({
      passes: [permit(type, "ingress", { cidr: world, from: 443 })],
      fails: [permit(type, "ingress", { cidr: "::/0", protocol: "-1", from: 0 })],
      says: /all traffic for ::\/0 opens SSH, etcd, RDP/,
    })),
    {
      passes: [permit(securityGroupIngressRule, "ingress", { cidr: "10.0.0.0/8", from: 2379, to: 2380 })],
      fails: [permit(securityGroupIngressRule, "ingress", { cidr: "128.0.0.0/1", from: 2000, to: 3000 })],
      says: /opens etcd/,
    },
  ],
  "no-world-open-node-ports": each(ingress, (type) => ({
    passes: [permit(type, "ingress", { cidr: "10.0.0.0/16", from: 30000, to: 32767 })],
    fails: [permit(type, "ingress", { cidr: world, from: 32000 })],
    says: /tcp 32000 .* reaches the node ports/,
  })),
  "world-ingress-by-port": each(ingress, (type) => ({
    passes: [permit(type, "ingress", { cidr: world, from: 443 })],
    fails: [permit(type, "ingress", { cidr: world, from: 6443 })],
    says: /tcp 6443 .* lets the internet in.*setting: api\.public\.allowedCidrs/,
  })),
  "egress-by-port": each(egress, (type) => ({
    passes: [permit(type, "egress", { cidr: world, from: 443 })],
    fails: [permit(type, "egress", { cidr: world, protocol: "-1", from: 0 })],
    says: /all traffic for 0\.0\.0\.0\/0 lets everything out/,
  })),
  "firewall-rules-described": each([...ingress, securityGroupEgressRule], (type) => ({
    passes: [permit(type, "ingress", { cidr: world, from: 443 })],
    fails: [permit(type, "ingress", { cidr: world, from: 443, description: "Managed by Pulumi" })],
    says: /description/,
  })),
  "default-security-group-closed": [
    {
      passes: [home, on(aws.defaultSecurityGroup, { ingress: [], egress: [] }, ofHome)],
      fails: [home],
      says: /as AWS makes it/,
    },
    {
      passes: [home, on(aws.defaultSecurityGroup, {}, ofHome)],
      fails: [home, on(aws.defaultSecurityGroup, { ingress: [{ protocol: "-1", self: true }] }, ofHome)],
      says: /has 1 rules/,
    },
  ],
  "vpc-flow-logs": [
    {
      passes: [home, on(aws.flowLog, { trafficType: "ALL" }, ofHome)],
      fails: [home, on(aws.flowLog, { trafficType: "ALL" }, { name: "other", of: { vpcId: ["another"] } })],
      says: /no flow logs/,
    },
    {
      passes: [home, on(aws.flowLog, { trafficType: "ALL" }, ofHome)],
      fails: [home, on(aws.flowLog, { trafficType: "REJECT" }, ofHome)],
      says: /leave out/,
    },
  ],
  "no-public-address-on-launch": [
    {
      passes: [on(subnet, { mapPublicIpOnLaunch: false })],
      fails: [on(subnet, { mapPublicIpOnLaunch: true })],
      says: /mapPublicIpOnLaunch is true/,
    },
  ],
  "no-public-machines": [
    {
      passes: [on(aws.instance, {})],
      fails: [on(aws.instance, { associatePublicIpAddress: true })],
      says: /associatePublicIpAddress is true/,
    },
    {
      passes: [on(aws.launchTemplate, { networkInterfaces: [{ associatePublicIpAddress: "false" }] })],
      fails: [on(aws.launchTemplate, { networkInterfaces: [{ associatePublicIpAddress: "true" }] })],
      says: /networkInterfaces\[0\]\.associatePublicIpAddress is true/,
    },
  ],
  "vpc-dns-names": [
    {
      passes: [on(vpc, { enableDnsSupport: true, enableDnsHostnames: true })],
      fails: [on(vpc, {})],
      says: /enableDnsHostnames is not true/,
    },
  ],
  "nat-in-every-zone": [
    {
      passes: [
        home,
        on(subnet, { availabilityZone: "a" }, { name: "a", ...ofHome }),
        on(subnet, { availabilityZone: "b" }, { name: "b", ...ofHome }),
        on(aws.natGateway, {}, { name: "nat-a", of: { subnetId: ["a"] } }),
        on(aws.natGateway, {}, { name: "nat-b", of: { subnetId: ["b"] } }),
      ],
      fails: [
        home,
        on(subnet, { availabilityZone: "a" }, { name: "a", ...ofHome }),
        on(subnet, { availabilityZone: "b" }, { name: "b", ...ofHome }),
        on(aws.natGateway, {}, { name: "nat-a", of: { subnetId: ["a"] } }),
      ],
      says: /No NAT gateway in b\./,
    },
  ],
  "s3-gateway-endpoint": [
    {
      passes: [home, on(aws.vpcEndpoint, { serviceName: "com.amazonaws.eu-west-1.s3" }, ofHome)],
      fails: [home, on(aws.vpcEndpoint, { serviceName: "com.amazonaws.eu-west-1.ec2" }, ofHome)],
      says: /no endpoint for S3/,
    },
  ],
};
