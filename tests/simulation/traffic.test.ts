import { describeRefusals } from "./testAccount";

describeRefusals(
  "aws:lb/loadBalancer:LoadBalancer",
  (account) => ({
    name: "blue-api",
    internal: true,
    loadBalancerType: "network",
    subnets: [account.get("vpc-a"), account.get("vpc-b")],
    securityGroups: [account.get("vpc-group")],
  }),
  [
    ["a name that is taken", { name: "api" }, "name", "DuplicateLoadBalancerName"],
    ["a name of 33 characters", { name: "n".repeat(33) }, "name", "ValidationError"],
    ["a hyphen at the end", { name: "api-" }, "name", "ValidationError"],
    ["a dot in the name", { name: "api.blue" }, "name", "ValidationError"],
    ["the reserved prefix", { name: "internal-api" }, "name", "ValidationError"],
    ["an unknown kind", { loadBalancerType: "classic" }, "loadBalancerType", "ValidationError"],
    ["an unknown kind of address", { ipAddressType: "ipv5" }, "ipAddressType", "ValidationError"],
    ["no subnet", { subnets: [] }, "subnets", "ValidationError"],
    ["an unknown subnet", { subnets: ["subnet-0"] }, "subnets[0]", "InvalidSubnetID.NotFound"],
    [
      "two subnets in a zone",
      (account) => ({ subnets: [account.get("vpc-a"), account.get("vpc-a")] }),
      "subnets[1]",
      "InvalidConfigurationRequest",
    ],
    [
      "subnets of two VPCs",
      (account) => ({ subnets: [account.get("vpc-a"), account.get("other-b")] }),
      "subnets[1]",
      "InvalidParameterValue",
    ],
    ["an unknown group", { securityGroups: ["sg-0"] }, "securityGroups[0]", "InvalidGroup.NotFound"],
    [
      "the group of another VPC",
      (account) => ({ securityGroups: [account.get("other-group")] }),
      "securityGroups[0]",
      "InvalidParameterValue",
    ],
    [
      "a public one without internet gateway",
      (account) => ({ internal: false, subnets: [account.get("other-a")], securityGroups: [] }),
      "subnets",
      "InvalidSubnet",
      "no internet gateway",
    ],
    ["logs to nowhere", { accessLogs: { bucket: "none" } }, "accessLogs.bucket", "InvalidConfigurationRequest"],
  ],
  [["a public one", { internal: false }]],
);

const health = (change: Record<string, unknown>) => ({
  healthCheck: {
    protocol: "HTTPS",
    path: "/readyz",
    matcher: "200",
    port: "6443",
    interval: 5,
    timeout: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    ...change,
  },
});

describeRefusals(
  "aws:lb/targetGroup:TargetGroup",
  (account) => ({
    name: "blue-api",
    vpcId: account.get("vpc"),
    port: 6443,
    protocol: "TCP",
    preserveClientIp: "false",
    ...health({}),
  }),
  [
    ["a name that is taken", { name: "vpc-targets" }, "name", "DuplicateTargetGroupName"],
    ["a name of 33 characters", { name: "n".repeat(33) }, "name", "ValidationError"],
    ["a hyphen at the beginning", { name: "-api" }, "name", "ValidationError"],
    ["a port out of range", { port: 65536 }, "port", "ValidationError"],
    ["no port", { port: undefined }, "port", "ValidationError"],
    ["no VPC", { vpcId: undefined }, "vpcId", "ValidationError"],
    ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
    ["an unknown protocol", { protocol: "SCTP" }, "protocol", "ValidationError"],
    ["an unknown kind of target", { targetType: "pod" }, "targetType", "ValidationError"],
    ["a delay of two hours", { deregistrationDelay: 7200 }, "deregistrationDelay", "ValidationError"],
    ["an unknown word for client addresses", { preserveClientIp: "no" }, "preserveClientIp", "ValidationError"],
    ["UDP without client addresses", { protocol: "UDP" }, "preserveClientIp", "InvalidConfigurationRequest"],
    ["an unknown protocol of checks", health({ protocol: "UDP" }), "healthCheck.protocol", "ValidationError"],
    ["checks every second", health({ interval: 1, timeout: undefined }), "healthCheck.interval", "ValidationError"],
    ["a timeout of a second", health({ timeout: 1 }), "healthCheck.timeout", "ValidationError"],
    ["a timeout as long as the interval", health({ timeout: 5 }), "healthCheck.timeout", "ValidationError"],
    ["one success", health({ healthyThreshold: 1 }), "healthCheck.healthyThreshold", "ValidationError"],
    ["eleven failures", health({ unhealthyThreshold: 11 }), "healthCheck.unhealthyThreshold", "ValidationError"],
    ["an odd port of checks", health({ port: "https" }), "healthCheck.port", "ValidationError"],
    ["a path without slash", health({ path: "readyz" }), "healthCheck.path", "ValidationError"],
    ["an odd matcher", health({ matcher: "ok" }), "healthCheck.matcher", "ValidationError"],
    [
      "a path for TCP",
      health({ protocol: "TCP", matcher: undefined }),
      "healthCheck.path",
      "InvalidConfigurationRequest",
    ],
    [
      "a matcher for TCP",
      health({ protocol: "TCP", path: undefined }),
      "healthCheck.matcher",
      "InvalidConfigurationRequest",
    ],
  ],
);

describeRefusals(
  "aws:lb/listener:Listener",
  (account) => ({
    loadBalancerArn: account.get("balancer", "arn"),
    port: 6443,
    protocol: "TCP",
    defaultActions: [{ type: "forward", targetGroupArn: account.get("vpc-targets", "arn") }],
  }),
  [
    ["an unknown load balancer", { loadBalancerArn: "arn:x" }, "loadBalancerArn", "LoadBalancerNotFound"],
    ["a port out of range", { port: 0 }, "port", "ValidationError"],
    ["TLS without certificate", { protocol: "TLS" }, "certificateArn", "CertificateNotFound"],
    ["no action", { defaultActions: [] }, "defaultActions", "ValidationError"],
    [
      "an unknown target group",
      { defaultActions: [{ type: "forward", targetGroupArn: "arn:x" }] },
      "defaultActions[0].targetGroupArn",
      "TargetGroupNotFound",
    ],
    [
      "another action than to forward",
      (account) => ({ defaultActions: [{ type: "redirect", targetGroupArn: account.get("vpc-targets", "arn") }] }),
      "defaultActions[0].type",
      "ValidationError",
    ],
    [
      "a target group of another protocol",
      { protocol: "UDP" },
      "defaultActions[0].targetGroupArn",
      "InvalidConfigurationRequest",
      "'TCP'",
    ],
    [
      "the target group of another VPC",
      (account) => ({ defaultActions: [{ type: "forward", targetGroupArn: account.get("other-targets", "arn") }] }),
      "defaultActions[0].targetGroupArn",
      "InvalidConfigurationRequest",
    ],
    [
      "a port that is taken",
      async (account) => {
        await account.make("aws:lb/listener:Listener", "first", {
          loadBalancerArn: account.get("balancer", "arn"),
          port: 6443,
          protocol: "TCP",
          defaultActions: [{ type: "forward", targetGroupArn: account.get("vpc-targets", "arn") }],
        });
        return {};
      },
      "port",
      "DuplicateListener",
    ],
    [
      "a target group of another load balancer",
      async (account) => {
        const balancer = {
          name: "second",
          internal: true,
          loadBalancerType: "network",
          subnets: [account.get("vpc-a")],
        };
        await account.make("aws:lb/loadBalancer:LoadBalancer", "second", balancer);
        await account.make("aws:lb/listener:Listener", "first", {
          loadBalancerArn: account.get("second", "arn"),
          port: 6443,
          protocol: "TCP",
          defaultActions: [{ type: "forward", targetGroupArn: account.get("vpc-targets", "arn") }],
        });
        return {};
      },
      "defaultActions[0].targetGroupArn",
      "TargetGroupAssociationLimit",
    ],
  ],
);

describeRefusals(
  "aws:lb/listener:Listener",
  (account) => ({
    loadBalancerArn: account.get("balancer", "arn"),
    port: 6443,
    defaultActions: [{ type: "forward", targetGroupArn: account.get("vpc-targets", "arn") }],
  }),
  [
    [
      "a protocol of application load balancers",
      { protocol: "GENEVE", defaultActions: [{ type: "forward" }] },
      "protocol",
      "ValidationError",
    ],
  ],
);

describeRefusals(
  "aws:route53/zone:Zone",
  (account) => ({ name: "green.internal", vpcs: [{ vpcId: account.get("vpc") }] }),
  [
    ["an odd name", { name: "green_internal..x" }, "name", "InvalidDomainName"],
    ["a long label", { name: `${"l".repeat(64)}.internal` }, "name", "InvalidDomainName"],
    ["a long comment", { comment: "c".repeat(257) }, "comment", "InvalidInput"],
    ["an unknown VPC", { vpcs: [{ vpcId: "vpc-0" }] }, "vpcs[0].vpcId", "InvalidVpcID.NotFound"],
    ["a name that the VPC has", { name: "blue.internal" }, "name", "ConflictingDomainExists"],
    [
      "a VPC without DNS host names",
      async (account) => {
        await account.make("aws:ec2/vpc:Vpc", "dark", { cidrBlock: "10.12.0.0/16" });
        return { vpcs: [{ vpcId: account.get("dark") }] };
      },
      "vpcs[0].vpcId",
      "InvalidVPCId",
    ],
  ],
  [["the same name in another VPC", (account) => ({ name: "blue.internal", vpcs: [{ vpcId: account.get("other") }] })]],
);

const address = { aliases: undefined, ttl: 60, records: ["10.0.0.10"] };

describeRefusals(
  "aws:route53/record:Record",
  (account) => ({
    zoneId: account.get("zone"),
    name: "api.blue.internal",
    type: "A",
    aliases: [
      {
        name: account.get("balancer", "dnsName"),
        zoneId: account.get("balancer", "zoneId"),
        evaluateTargetHealth: false,
      },
    ],
  }),
  [
    ["an unknown zone", { zoneId: "Z0" }, "zoneId", "NoSuchHostedZone"],
    ["a name outside the zone", { name: "api.green.internal" }, "name", "InvalidChangeBatch", "not permitted in zone"],
    ["an odd name", { name: "-.blue.internal" }, "name", "InvalidChangeBatch"],
    ["an unknown type", { ...address, type: "Z", records: ["x"] }, "type", "InvalidInput"],
    ["an alias beside values", { ttl: 60 }, "records", "InvalidInput"],
    [
      "an alias to nothing",
      { aliases: [{ name: "none.elb.amazonaws.com", zoneId: "Z1" }] },
      "aliases[0].name",
      "InvalidChangeBatch",
    ],
    [
      "an alias with another zone",
      (account) => ({ aliases: [{ name: account.get("balancer", "dnsName"), zoneId: "Z1" }] }),
      "aliases[0].zoneId",
      "InvalidChangeBatch",
    ],
    ["an alias of another type", { type: "TXT" }, "type", "InvalidChangeBatch"],
    ["no value", { ...address, records: [] }, "records", "InvalidInput"],
    ["no time to live", { ...address, ttl: undefined }, "ttl", "InvalidInput"],
    ["a name as address", { ...address, records: ["blue"] }, "records[0]", "InvalidChangeBatch"],
    ["an IPv4 address for AAAA", { ...address, type: "AAAA" }, "records[0]", "InvalidChangeBatch"],
    [
      "a CNAME at the apex",
      { ...address, name: "blue.internal", type: "CNAME", records: ["x.example"] },
      "type",
      "InvalidChangeBatch",
      "apex",
    ],
    [
      "a record that is there",
      async (account) => {
        await account.make("aws:route53/record:Record", "first", {
          zoneId: account.get("zone"),
          name: "api",
          type: "A",
          ttl: 60,
          records: ["10.0.0.1"],
        });
        return {};
      },
      "name",
      "InvalidChangeBatch",
      "already exists",
    ],
  ],
  [
    ["an address", address],
    ["a name below the zone's", { ...address, name: "etcd-a" }],
    ["another type of the name", { ...address, type: "TXT", records: ["hello"] }],
  ],
);

describeRefusals(
  "aws:route53/zoneAssociation:ZoneAssociation",
  (account) => ({ zoneId: account.get("zone"), vpcId: account.get("other") }),
  [
    ["an unknown zone", { zoneId: "Z0" }, "zoneId", "NoSuchHostedZone"],
    ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
  ],
);
