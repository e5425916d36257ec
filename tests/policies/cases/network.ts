import { aws } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Cases, Inputs } from "../fixtures";

const { securityGroup, securityGroupRule, securityGroupIngressRule, securityGroupEgressRule, vpc, subnet } = aws;
const world = "0.0.0.0/0";

interface Traffic {
  readonly cidr: string;
  readonly protocol?: string;
  readonly from: number;
  readonly to?: number;
  readonly description?: string | undefined;
}

/** The same traffic in the format of each rule type. */
function permit(type: string, direction: "ingress" | "egress", traffic: Traffic) {
  const { cidr, protocol = "tcp", from, to = from, description = "what for" } = traffic;
  const v6 = cidr.includes(":");
  const ports = { fromPort: from, toPort: to, description };
  const block: Inputs = { protocol, [v6 ? "ipv6CidrBlocks" : "cidrBlocks"]: [cidr], ...ports };
  if (type === securityGroup) return resource(type, { description: "web", [direction]: [block] });
  if (type === securityGroupRule) return resource(type, { type: direction, ...block });
  return resource(type, { ipProtocol: protocol, [v6 ? "cidrIpv6" : "cidrIpv4"]: cidr, ...ports });
}

const ingress = [securityGroupIngressRule, securityGroupRule, securityGroup];
const egress = [securityGroupEgressRule, securityGroupRule, securityGroup];
const home = resource(vpc, { cidrBlock: "10.0.0.0/16" }, { name: "vpc" });
const ofHome = { of: { vpcId: ["vpc"] } };

export const networkCases: Cases = {
  "no-public-management-ports": [
    ...forTypes(ingress, (type) => [
      permit(type, "ingress", { cidr: "10.0.0.0/8", from: 22 }),
      permit(type, "ingress", { cidr: world, from: 22 }),
      /tcp 22 for 0\.0\.0\.0\/0 opens SSH/,
    ]),
    ...forTypes(ingress, (type) => [
      permit(type, "ingress", { cidr: world, from: 443 }),
      permit(type, "ingress", { cidr: "::/0", protocol: "-1", from: 0 }),
      /all traffic for ::\/0 opens SSH, etcd, RDP/,
    ]),
    [
      permit(securityGroupIngressRule, "ingress", { cidr: "10.0.0.0/8", from: 2379, to: 2380 }),
      permit(securityGroupIngressRule, "ingress", { cidr: "128.0.0.0/1", from: 2000, to: 3000 }),
      /opens etcd/,
    ],
  ],
  "no-public-node-ports": forTypes(ingress, (type) => [
    permit(type, "ingress", { cidr: "10.0.0.0/16", from: 30000, to: 32767 }),
    permit(type, "ingress", { cidr: world, from: 32000 }),
    /tcp 32000 .* reaches the node ports/,
  ]),
  "public-ingress-ports": forTypes(ingress, (type) => [
    permit(type, "ingress", { cidr: world, from: 443 }),
    permit(type, "ingress", { cidr: world, from: 6443 }),
    /tcp 6443 .* allows ingress from the internet.*setting: api\.public\.allowedCidrs/,
  ]),
  "egress-ports": forTypes(egress, (type) => [
    permit(type, "egress", { cidr: world, from: 443 }),
    permit(type, "egress", { cidr: world, protocol: "-1", from: 0 }),
    /all traffic for 0\.0\.0\.0\/0 allows unrestricted egress/,
  ]),
  "firewall-rules-described": forTypes([...ingress, securityGroupEgressRule], (type) => [
    permit(type, "ingress", { cidr: world, from: 443 }),
    permit(type, "ingress", { cidr: world, from: 443, description: "Managed by Pulumi" }),
    /description/,
  ]),
  "default-security-group-closed": [
    [[home, resource(aws.defaultSecurityGroup, { ingress: [], egress: [] }, ofHome)], home, /default rules of AWS/],
    [
      [home, resource(aws.defaultSecurityGroup, {}, ofHome)],
      [home, resource(aws.defaultSecurityGroup, { ingress: [{ protocol: "-1", self: true }] }, ofHome)],
      /has 1 rules/,
    ],
  ],
  "vpc-flow-logs": [
    [
      [home, resource(aws.flowLog, { trafficType: "ALL" }, ofHome)],
      [home, resource(aws.flowLog, { trafficType: "ALL" }, { name: "other", of: { vpcId: ["another"] } })],
      /no flow logs/,
    ],
    [
      [home, resource(aws.flowLog, { trafficType: "ALL" }, ofHome)],
      [home, resource(aws.flowLog, { trafficType: "REJECT" }, ofHome)],
      /only accepted or only rejected/,
    ],
  ],
  "no-public-ip-on-launch": [
    [
      resource(subnet, { mapPublicIpOnLaunch: false }),
      resource(subnet, { mapPublicIpOnLaunch: true }),
      /mapPublicIpOnLaunch is true/,
    ],
  ],
  "no-public-instances": [
    [
      resource(aws.instance),
      resource(aws.instance, { associatePublicIpAddress: true }),
      /associatePublicIpAddress is true/,
    ],
    [
      resource(aws.launchTemplate, { networkInterfaces: [{ associatePublicIpAddress: "false" }] }),
      resource(aws.launchTemplate, { networkInterfaces: [{ associatePublicIpAddress: "true" }] }),
      /networkInterfaces\[0\]\.associatePublicIpAddress is true/,
    ],
  ],
  "vpc-dns-enabled": [
    [
      resource(vpc, { enableDnsSupport: true, enableDnsHostnames: true }),
      resource(vpc),
      /enableDnsHostnames is not true/,
    ],
  ],
  "nat-gateway-per-zone": [
    [
      [
        home,
        resource(subnet, { availabilityZone: "a" }, { name: "a", ...ofHome }),
        resource(subnet, { availabilityZone: "b" }, { name: "b", ...ofHome }),
        resource(aws.natGateway, {}, { name: "nat-a", of: { subnetId: ["a"] } }),
        resource(aws.natGateway, {}, { name: "nat-b", of: { subnetId: ["b"] } }),
      ],
      [
        home,
        resource(subnet, { availabilityZone: "a" }, { name: "a", ...ofHome }),
        resource(subnet, { availabilityZone: "b" }, { name: "b", ...ofHome }),
        resource(aws.natGateway, {}, { name: "nat-a", of: { subnetId: ["a"] } }),
      ],
      /No NAT gateway in b\./,
    ],
  ],
  "s3-gateway-endpoint": [
    [
      [home, resource(aws.vpcEndpoint, { serviceName: "com.amazonaws.eu-west-1.s3" }, ofHome)],
      [home, resource(aws.vpcEndpoint, { serviceName: "com.amazonaws.eu-west-1.ec2" }, ofHome)],
      /no endpoint for S3/,
    ],
  ],
};
