import { z } from "zod";
import { defaultKind, flag, mapping, text, textMap, texts, wholeNumber } from "../settings/fields";
import type { Parsed, Resolved } from "../settings/fields";
import { awsIdRule, cidrRule, zoneNameRule, zoneRule } from "../settings/textRules";

/** Retention periods that CloudWatch Logs accepts, in days (PutRetentionPolicy). */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const subnets = (description: string) => textMap(zoneNameRule, awsIdRule("subnet"), { description });

const existingVpc = "source: existing";

const vpc = z
  .discriminatedUnion("source", [
    mapping(
      {
        source: defaultKind("create", "`create`: the stack creates the VPC."),
        cidr: text(cidrRule, { description: "IPv4 range of the VPC, /16 to /24, private." }).default("10.0.0.0/16"),
      },
      { id: existingVpc, secondaryCidrs: existingVpc, privateSubnets: existingVpc, publicSubnets: existingVpc },
    ),
    mapping({
      source: z.literal("existing").meta({ description: "`existing`: the cluster uses an existing VPC." }),
      id: text(awsIdRule("vpc"), { description: "Id of the VPC." }),
      cidr: text(cidrRule, {
        description:
          "Primary IPv4 range of the VPC, for the firewall and the overlap checks; previews compare it with AWS.",
      }),
      secondaryCidrs: texts(cidrRule, { description: "Secondary IPv4 ranges of the VPC: all that it has." }).default(
        [],
      ),
      privateSubnets: subnets("Private subnet of each zone by full zone name; instances run in it."),
      publicSubnets: subnets("Public subnet of each zone by full zone name; required for `api.public` only."),
    }),
  ])
  .prefault({})
  .meta({ description: "VPC: created by the stack, or an existing one." });

const port = z.int().min(1).max(65535);

const destination = mapping({
  cidr: text(cidrRule, { description: "IPv4 range of the destination; `0.0.0.0/0`: everywhere." }),
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "Protocol of the ports." }),
  ports: z.array(port).min(1).meta({ description: "Ports of the destination." }),
  from: z
    .array(z.enum(["control-plane", "etcd", "worker"]))
    .min(1)
    .default(["worker"])
    .meta({ description: "Roles of the machines that connect, or whose pods do." }),
});

export const networkSettings = mapping({
  vpc,
  zones: texts(zoneRule, {
    description: "Availability zones by letter or full name, in the order in which members are spread over them.",
    defaultIs: "the region's first three",
  })
    .min(1)
    .optional(),
  podCidr: text(cidrRule, {
    description: "Range of pod addresses; each node gets a part of it. Disjoint from the VPC and from services.",
  }).default("10.244.0.0/16"),
  // A /22 has room for four times kubelet's largest maxPods, a /27 for fewer pods than the smallest.
  nodeCidrMaskSize: wholeNumber(22, 27, {
    description: "Prefix length of each node's part of `podCidr`: 24 has room for 254 pods, 25 for 126, 26 for 62.",
  }).default(24),
  serviceCidr: text(cidrRule, {
    description: "Range of virtual Service addresses, /12 to /24. Disjoint from the VPC and from pods.",
  }).default("10.96.0.0/16"),
  nat: z
    .enum(["perZone", "single", "none"])
    .default("perZone")
    .meta({
      description:
        "NAT gateways: one per zone, one for all zones, or none (requires `interfaceEndpoints`, `nodes.assets.baseUrl` and `nodes.registryMirrors` of all registries, or `nodes.proxy`). Ignored with an existing VPC.",
    }),
  interfaceEndpoints: flag({
    description:
      "Interface endpoints for SSM, EC2, Auto Scaling, ELB, KMS, STS, SQS, ECR and CloudWatch: AWS API calls stay in the VPC.",
  }).default(false),
  egress: z
    .array(destination)
    .default([])
    .meta({
      description:
        "Destinations that machines and pods may connect to, in addition to ports 443 and 80 and to those of other settings (proxy, mirrors, registries, OIDC issuers, webhooks, egress of tenants).",
    }),
  controlPlanePorts: z
    .array(port)
    .default([])
    .meta({
      description:
        "TCP ports of control-plane machines that pods on workers may connect to, such as 9100 of a node exporter. API servers reach every port of the workers.",
    }),
  flowLogs: mapping({
    enabled: flag({ description: "Send VPC flow logs to CloudWatch Logs." }).default(true),
    retentionDays: z
      .literal(retentionDays)
      .default(365)
      .meta({ description: "Retention of flow logs: one of CloudWatch's periods.", unit: "days" }),
  })
    .prefault({})
    .meta({ description: "VPC flow logs." }),
  conntrack: mapping({
    maxPerCore: wholeNumber(0, 1048576, {
      description: "Maximum number of tracked connections per CPU core; 0 keeps the kernel's value.",
    }).default(32768),
    min: wholeNumber(0, 16777216, {
      description: "Minimum number of tracked connections; 0 keeps the kernel's value.",
    }).default(131072),
  })
    .prefault({})
    .meta({ description: "Connection tracking by kube-proxy, with its defaults." }),
})
  .prefault({})
  .meta({
    description: "VPC, zones, address ranges and internet access.",
    examples: [
      {
        vpc: { cidr: "10.20.0.0/16" },
        zones: ["a", "b", "c"],
        podCidr: "10.128.0.0/14",
        serviceCidr: "172.20.0.0/16",
        interfaceEndpoints: true,
      },
    ],
  });

/** Network of a cluster; `zones` are full names. */
export type NetworkSpec = Resolved<Parsed<typeof networkSettings>, "zones">;
export type VpcSpec = NetworkSpec["vpc"];
export type ExistingVpcSpec = Extract<VpcSpec, { source: "existing" }>;
