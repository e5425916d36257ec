import { describeRefusals } from "./testAccount";

const fifty = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key-${index}`, ""]));

describeRefusals("aws:ec2/vpc:Vpc", () => ({ cidrBlock: "10.9.0.0/16" }), [
  ["text that is no range", { cidrBlock: "ten" }, "cidrBlock", "InvalidParameterValue", "not a valid CIDR block"],
  ["host bits", { cidrBlock: "10.9.0.1/16" }, "cidrBlock", "InvalidParameterValue"],
  ["a range that is too large", { cidrBlock: "10.0.0.0/15" }, "cidrBlock", "InvalidVpc.Range"],
  ["a range that is too small", { cidrBlock: "10.0.0.0/29" }, "cidrBlock", "InvalidVpc.Range"],
  [
    "host names without DNS",
    { enableDnsHostnames: true, enableDnsSupport: false },
    "enableDnsHostnames",
    "InvalidParameterCombination",
  ],
  ["more than 50 tags", { tags: fifty }, "tags", "TagLimitExceeded", "51"],
  ["reserved tags", { tags: { "aws:name": "x" } }, "tags.aws:name", "InvalidParameterValue", "reserved"],
  ["long keys of tags", { tags: { ["k".repeat(129)]: "x" } }, `tags.${"k".repeat(129)}`, "InvalidParameterValue"],
  ["long values of tags", { tags: { k: "x".repeat(257) } }, "tags.k", "InvalidParameterValue"],
  ["unusual characters in tags", { tags: { k: "a<b" } }, "tags.k", "InvalidParameterValue"],
]);

describeRefusals(
  "aws:ec2/subnet:Subnet",
  (account) => ({ vpcId: account.get("vpc"), cidrBlock: "10.0.128.0/20", availabilityZone: "eu-central-1a" }),
  [
    ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound", "vpc-0"],
    ["a subnet's id as VPC", (account) => ({ vpcId: account.get("vpc-a") }), "vpcId", "InvalidVpcID.NotFound"],
    ["a range outside the VPC", { cidrBlock: "10.1.0.0/20" }, "cidrBlock", "InvalidSubnet.Range", "10.1.0.0/20"],
    ["a range that overlaps another", { cidrBlock: "10.0.8.0/21" }, "cidrBlock", "InvalidSubnet.Conflict"],
    ["a range that is too small", { cidrBlock: "10.0.128.0/29" }, "cidrBlock", "InvalidSubnet.Range"],
    ["host bits", { cidrBlock: "10.0.128.1/20" }, "cidrBlock", "InvalidParameterValue"],
    ["a zone of another region", { availabilityZone: "us-east-1a" }, "availabilityZone", "InvalidParameterValue"],
  ],
);

describeRefusals("aws:ec2/internetGateway:InternetGateway", (account) => ({ vpcId: account.get("other") }), [
  ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
  ["a second one", (account) => ({ vpcId: account.get("vpc") }), "vpcId", "Resource.AlreadyAssociated"],
]);

describeRefusals("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", (account) => ({ vpcId: account.get("vpc") }), [
  ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
]);

describeRefusals("aws:ec2/tag:Tag", (account) => ({ resourceId: account.get("vpc-a"), key: "k", value: "v" }), [
  ["a tag of nothing", { resourceId: "subnet-0" }, "resourceId", "InvalidID"],
  ["reserved keys", { key: "aws:k" }, "key.aws:k", "InvalidParameterValue"],
]);

describeRefusals("aws:ec2/eip:Eip", () => ({ domain: "vpc" }), [
  ["reserved tags", { tags: { "aws:k": "v" } }, "tags.aws:k", "InvalidParameterValue"],
]);

describeRefusals(
  "aws:ec2/natGateway:NatGateway",
  (account) => ({ subnetId: account.get("vpc-a"), allocationId: account.get("address") }),
  [
    ["no address", { allocationId: undefined }, "allocationId", "MissingParameter"],
    ["an unknown address", { allocationId: "eipalloc-0" }, "allocationId", "InvalidAllocationID.NotFound"],
    ["an unknown subnet", { subnetId: "subnet-0" }, "subnetId", "InvalidSubnetID.NotFound"],
    [
      "a VPC without internet gateway",
      (account) => ({ subnetId: account.get("other-a") }),
      "subnetId",
      "Gateway.NotAttached",
    ],
    [
      "an address that another one has",
      async (account) => {
        const allocationId = account.get("address");
        await account.make("aws:ec2/natGateway:NatGateway", "nat", { subnetId: account.get("vpc-b"), allocationId });
        return {};
      },
      "allocationId",
      "Resource.AlreadyAssociated",
    ],
  ],
);

describeRefusals("aws:ec2/routeTable:RouteTable", (account) => ({ vpcId: account.get("vpc") }), [
  ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
]);

describeRefusals(
  "aws:ec2/route:Route",
  (account) => ({
    routeTableId: account.get("vpc-table"),
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: account.get("internet"),
  }),
  [
    ["an unknown table", { routeTableId: "rtb-0" }, "routeTableId", "InvalidRouteTableID.NotFound"],
    ["an unknown gateway", { gatewayId: "igw-0" }, "gatewayId", "InvalidInternetGatewayID.NotFound"],
    ["an unknown NAT gateway", { gatewayId: undefined, natGatewayId: "nat-0" }, "natGatewayId", "NatGatewayNotFound"],
    ["no target", { gatewayId: undefined }, "gatewayId", "InvalidParameterCombination", "none"],
    ["two targets", { networkInterfaceId: "eni-0" }, "gatewayId", "InvalidParameterCombination"],
    [
      "the gateway of another VPC",
      (account) => ({ routeTableId: account.get("other-table") }),
      "gatewayId",
      "InvalidParameterValue",
    ],
    ["host bits", { destinationCidrBlock: "10.0.0.1/8" }, "destinationCidrBlock", "InvalidParameterValue"],
    ["the VPC's own range", { destinationCidrBlock: "10.0.0.0/16" }, "destinationCidrBlock", "RouteAlreadyExists"],
    [
      "a second route",
      async (account) => {
        await account.make("aws:ec2/route:Route", "first", {
          routeTableId: account.get("vpc-table"),
          destinationCidrBlock: "0.0.0.0/0",
          gatewayId: account.get("internet"),
        });
        return {};
      },
      "destinationCidrBlock",
      "RouteAlreadyExists",
    ],
  ],
);

describeRefusals(
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  (account) => ({ routeTableId: account.get("vpc-table"), subnetId: account.get("vpc-a") }),
  [
    ["an unknown table", { routeTableId: "rtb-0" }, "routeTableId", "InvalidRouteTableID.NotFound"],
    ["an unknown subnet", { subnetId: "subnet-0" }, "subnetId", "InvalidSubnetID.NotFound"],
    ["nothing to associate", { subnetId: undefined }, "subnetId", "InvalidParameterCombination"],
    [
      "the subnet of another VPC",
      (account) => ({ subnetId: account.get("other-a") }),
      "subnetId",
      "InvalidParameterValue",
    ],
    [
      "a second table",
      async (account) => {
        await account.make("aws:ec2/routeTableAssociation:RouteTableAssociation", "first", {
          routeTableId: account.get("vpc-table"),
          subnetId: account.get("vpc-a"),
        });
        return {};
      },
      "subnetId",
      "Resource.AlreadyAssociated",
    ],
  ],
);

describeRefusals(
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  (account) => ({
    vpcId: account.get("vpc"),
    serviceName: "com.amazonaws.eu-central-1.ssm",
    vpcEndpointType: "Interface",
    privateDnsEnabled: true,
    subnetIds: [account.get("vpc-a"), account.get("vpc-b")],
    securityGroupIds: [account.get("vpc-group")],
  }),
  [
    ["an unknown service", { serviceName: "com.amazonaws.eu-central-1.ssmm" }, "serviceName", "InvalidServiceName"],
    [
      "a service of another region",
      { serviceName: "com.amazonaws.us-east-1.ssm" },
      "serviceName",
      "InvalidServiceName",
    ],
    ["Route 53 where it is not", { serviceName: "com.amazonaws.route53" }, "serviceName", "InvalidServiceName"],
    ["an unknown subnet", { subnetIds: ["subnet-0"] }, "subnetIds[0]", "InvalidSubnetID.NotFound"],
    [
      "the subnet of another VPC",
      (account) => ({ subnetIds: [account.get("other-a")] }),
      "subnetIds[0]",
      "InvalidParameterValue",
    ],
    [
      "two subnets in a zone",
      (account) => ({ subnetIds: [account.get("vpc-a"), account.get("vpc-a")] }),
      "subnetIds[1]",
      "DuplicateSubnetsInSameZone",
    ],
    ["an unknown group", { securityGroupIds: ["sg-0"] }, "securityGroupIds[0]", "InvalidGroup.NotFound"],
    [
      "the group of another VPC",
      (account) => ({ securityGroupIds: [account.get("other-group")] }),
      "securityGroupIds[0]",
      "InvalidParameterValue",
    ],
    ["an unknown kind", { vpcEndpointType: "Door" }, "vpcEndpointType", "InvalidParameter"],
    ["a broken policy", { policy: "{" }, "policy", "InvalidPolicyDocument"],
    [
      "private names in a VPC without DNS host names",
      async (account) => {
        await account.make("aws:ec2/vpc:Vpc", "dark", { cidrBlock: "10.12.0.0/16" });
        return { vpcId: account.get("dark"), subnetIds: [], securityGroupIds: [] };
      },
      "privateDnsEnabled",
      "InvalidParameter",
      "enableDnsHostnames",
    ],
    [
      "private names that another one has",
      async (account) => {
        await account.make("aws:ec2/vpcEndpoint:VpcEndpoint", "first", {
          vpcId: account.get("vpc"),
          serviceName: "com.amazonaws.eu-central-1.ssm",
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
        });
        return {};
      },
      "privateDnsEnabled",
      "InvalidParameter",
      "conflicting DNS domain",
    ],
  ],
  [["Route 53 through its one region", { serviceName: "com.amazonaws.route53", serviceRegion: "us-east-1" }]],
);

describeRefusals(
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  (account) => ({
    vpcId: account.get("vpc"),
    serviceName: "com.amazonaws.eu-central-1.s3",
    vpcEndpointType: "Gateway",
    routeTableIds: [account.get("vpc-table")],
  }),
  [
    [
      "a gateway to what has none",
      { serviceName: "com.amazonaws.eu-central-1.ssm" },
      "vpcEndpointType",
      "InvalidParameter",
    ],
    ["a gateway with subnets", (account) => ({ subnetIds: [account.get("vpc-a")] }), "subnetIds", "InvalidParameter"],
    ["an unknown table", { routeTableIds: ["rtb-0"] }, "routeTableIds[0]", "InvalidRouteTableID.NotFound"],
    [
      "the table of another VPC",
      (account) => ({ routeTableIds: [account.get("other-table")] }),
      "routeTableIds[0]",
      "InvalidParameterValue",
    ],
    [
      "a second route to S3",
      async (account) => {
        await account.make("aws:ec2/vpcEndpoint:VpcEndpoint", "first", {
          vpcId: account.get("vpc"),
          serviceName: "com.amazonaws.eu-central-1.s3",
          routeTableIds: [account.get("vpc-table")],
        });
        return {};
      },
      "routeTableIds[0]",
      "RouteAlreadyExists",
    ],
  ],
);

describeRefusals(
  "aws:ec2/flowLog:FlowLog",
  (account) => ({
    vpcId: account.get("vpc"),
    trafficType: "ALL",
    logDestination: account.get("logs", "arn"),
    iamRoleArn: account.get("role", "arn"),
  }),
  [
    ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
    ["an unknown subnet", { vpcId: undefined, subnetId: "subnet-0" }, "subnetId", "InvalidSubnetID.NotFound"],
    ["unknown traffic", { trafficType: "SOME" }, "trafficType", "InvalidParameter"],
    ["an interval that is not offered", { maxAggregationInterval: 30 }, "maxAggregationInterval", "InvalidParameter"],
    ["an unknown kind of destination", { logDestinationType: "printer" }, "logDestinationType", "InvalidParameter"],
    ["no role", { iamRoleArn: undefined }, "iamRoleArn", "InvalidParameter"],
    ["an unknown role", { iamRoleArn: "arn:aws:iam::123456789012:role/x" }, "iamRoleArn", "InvalidParameter"],
    ["an unknown log group", { logDestination: "arn:aws:logs:x" }, "logDestination", "InvalidParameter"],
  ],
);
