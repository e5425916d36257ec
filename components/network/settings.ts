import { z } from "zod";
import { flag, mapping, text, textMap, texts, wholeNumber } from "../settings/fields";
import {
  awsIdRule,
  certificateNameRule,
  cidrRule,
  dnsNameRule,
  hostedZoneRule,
  zoneNameRule,
  zoneRule,
} from "../settings/textRules";

/** Retention periods that CloudWatch Logs takes, in days (PutRetentionPolicy). */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const subnets = (description: string) => textMap(zoneNameRule, awsIdRule("subnet"), { description });

const vpc = z
  .discriminatedUnion("source", [
    mapping({
      source: z.literal("create").meta({ description: "`create`: the stack makes the VPC. This is the default." }),
      cidr: text(cidrRule, { description: "IPv4 range of the VPC, /16 to /24, private." }).default("10.0.0.0/16"),
    }),
    mapping({
      source: z.literal("existing").meta({ description: "`existing`: the cluster moves into a VPC that exists." }),
      id: text(awsIdRule("vpc"), { description: "Id of the VPC." }),
      cidr: text(cidrRule, { description: "IPv4 range of the VPC, for the firewall and the overlap checks." }),
      privateSubnets: subnets("Private subnet by full zone name; machines live here. One for every zone."),
      publicSubnets: subnets("Public subnet by full zone name; needed in every zone for a public API address only."),
    }),
  ])
  .prefault({ source: "create" })
  .meta({ description: "The VPC: made by the stack, or one that exists." });

/** `network` in the settings. */
export const networkSchema = mapping({
  vpc,
  zones: texts(zoneRule, {
    description: "Availability zones by letter or full name, in the order in which members are spread over them.",
    defaultIs: "the region's first three",
  })
    .min(1)
    .optional(),
  podCidr: text(cidrRule, {
    description: "Range of pod addresses; each node takes a part of it. Disjoint from the VPC and from services.",
  }).default("10.244.0.0/16"),
  // /22 has room for four times kubelet's most pods; /27 for fewer than the fewest that a pool may ask for.
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
        "NAT gateways: one in each zone, one in all, or none (then `interfaceEndpoints` and `nodes.assets.baseUrl` are needed). Without effect in an existing VPC.",
    }),
  interfaceEndpoints: flag({
    description:
      "Interface endpoints for SSM, EC2, Auto Scaling, ELB, KMS, STS, ECR and CloudWatch, so that calls to AWS stay in the VPC.",
  }).default(false),
  flowLogs: mapping({
    enabled: flag({ description: "VPC flow logs to CloudWatch Logs." }).default(true),
    retentionDays: z
      .literal(retentionDays)
      .default(365)
      .meta({ description: "How long flow logs are kept; one of CloudWatch's periods.", unit: "days" }),
  })
    .prefault({})
    .meta({ description: "VPC flow logs." }),
  conntrack: mapping({
    maxPerCore: wholeNumber(0, 1048576, {
      description: "Tracked connections for each CPU core; 0 leaves the machine's own value.",
    }).default(32768),
    min: wholeNumber(0, 16777216, {
      description: "Tracked connections at least; 0 leaves the machine's own value.",
    }).default(131072),
  })
    .prefault({})
    .meta({ description: "kube-proxy's connection tracking; the defaults are kube-proxy's." }),
})
  .prefault({})
  .meta({ description: "Addresses, zones and the way out." });

/** `api` in the settings. */
export const apiSchema = mapping({
  allowedCidrs: texts(cidrRule, {
    description: "Ranges outside the VPC that may reach the internal API address, such as a VPN or a peered VPC.",
  }).default([]),
  public: mapping({
    name: text(dnsNameRule, { description: "DNS name of the public address." }),
    hostedZoneId: text(hostedZoneRule, { description: "Public Route 53 zone that gets the record." }),
    allowedCidrs: texts(cidrRule, { description: "Ranges that may reach it; 0.0.0.0/0 opens it to the internet." }).min(
      1,
    ),
  })
    .optional()
    .meta({
      description: "A second, internet-facing address.",
      defaultIs: "absent: the API cannot be reached from the internet",
    }),
  certificateSans: texts(certificateNameRule, {
    description: "Further names or addresses in the API servers' certificates.",
  }).default([]),
})
  .prefault({})
  .meta({ description: "How the Kubernetes API is reached." });
