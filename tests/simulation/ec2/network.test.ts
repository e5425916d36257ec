import { describeRefusals, duplicateOf } from "../testAccount";
import type { TestAccount } from "../testAccount";

const tags51 = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key-${index}`, ""]));

describeRefusals("aws:ec2/vpc:Vpc", () => ({ cidrBlock: "10.9.0.0/16" }), [
  ["text", { cidrBlock: "ten" }, "cidrBlock", "InvalidParameterValue", "not a valid CIDR block"],
  ["an address without a prefix length", { cidrBlock: "10.9.0.0" }, "cidrBlock", "InvalidParameterValue"],
  ["host bits", { cidrBlock: "10.9.0.1/16" }, "cidrBlock", "InvalidParameterValue"],
  ["a /15", { cidrBlock: "10.0.0.0/15" }, "cidrBlock", "InvalidVpc.Range"],
  ["a /29", { cidrBlock: "10.0.0.0/29" }, "cidrBlock", "InvalidVpc.Range"],
  ["51 tags", { tags: tags51 }, "tags", "TagLimitExceeded", "51"],
  ["a reserved tag", { tags: { "aws:name": "x" } }, "tags.aws:name", "InvalidParameterValue", "reserved"],
  [
    "a tag key of 129 characters",
    { tags: { ["k".repeat(129)]: "" } },
    `tags.${"k".repeat(129)}`,
    "InvalidParameterValue",
  ],
  ["a tag value of 257 characters", { tags: { k: "x".repeat(257) } }, "tags.k", "InvalidParameterValue"],
  ["invalid characters in a tag", { tags: { k: "a<b" } }, "tags.k", "InvalidParameterValue"],
]);

describeRefusals(
  "aws:ec2/subnet:Subnet",
  (account) => ({ vpcId: account.get("vpc"), cidrBlock: "10.0.128.0/20", availabilityZone: "eu-central-1a" }),
  [
    ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound", "vpc-0"],
    ["a subnet id as VPC", (account) => ({ vpcId: account.get("vpc-a") }), "vpcId", "InvalidVpcID.NotFound"],
    ["a range outside the VPC", { cidrBlock: "10.1.0.0/20" }, "cidrBlock", "InvalidSubnet.Range", "10.1.0.0/20"],
    ["an overlapping range", { cidrBlock: "10.0.8.0/21" }, "cidrBlock", "InvalidSubnet.Conflict"],
    ["a /29", { cidrBlock: "10.0.128.0/29" }, "cidrBlock", "InvalidSubnet.Range"],
    ["host bits", { cidrBlock: "10.0.128.1/20" }, "cidrBlock", "InvalidParameterValue"],
    ["a zone of another region", { availabilityZone: "us-east-1a" }, "availabilityZone", "InvalidParameterValue"],
  ],
);

const unknownVpc = ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"] as const;
const inVpc = (account: TestAccount) => ({ vpcId: account.get("vpc") });

describeRefusals("aws:ec2/internetGateway:InternetGateway", (account) => ({ vpcId: account.get("other") }), [
  unknownVpc,
  ["a second gateway of a VPC", inVpc, "vpcId", "Resource.AlreadyAssociated"],
]);

describeRefusals("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", inVpc, [unknownVpc]);
describeRefusals("aws:ec2/routeTable:RouteTable", inVpc, [unknownVpc]);

describeRefusals("aws:ec2/tag:Tag", (account) => ({ resourceId: account.get("vpc-a"), key: "k", value: "v" }), [
  ["an unknown subnet", { resourceId: "subnet-0" }, "resourceId", "InvalidID"],
  ["a reserved key", { key: "aws:k" }, "key.aws:k", "InvalidParameterValue"],
]);

describeRefusals("aws:ec2/eip:Eip", () => ({ domain: "vpc" }), [
  ["a reserved tag", { tags: { "aws:k": "v" } }, "tags.aws:k", "InvalidParameterValue"],
]);

const natType = "aws:ec2/natGateway:NatGateway";
describeRefusals(natType, (account) => ({ subnetId: account.get("vpc-a"), allocationId: account.get("address") }), [
  ["an unknown address", { allocationId: "eipalloc-0" }, "allocationId", "InvalidAllocationID.NotFound"],
  ["an unknown subnet", { subnetId: "subnet-0" }, "subnetId", "InvalidSubnetID.NotFound"],
  [
    "a VPC without an internet gateway",
    (account) => ({ subnetId: account.get("other-a") }),
    "subnetId",
    "Gateway.NotAttached",
  ],
  duplicateOf(
    "an address in use",
    natType,
    (account) => ({ subnetId: account.get("vpc-b"), allocationId: account.get("address") }),
    "allocationId",
    "Resource.AlreadyAssociated",
  ),
]);

const defaultRoute = (account: TestAccount) => ({
  routeTableId: account.get("vpc-table"),
  destinationCidrBlock: "0.0.0.0/0",
  gatewayId: account.get("internet"),
});
describeRefusals("aws:ec2/route:Route", defaultRoute, [
  ["an unknown route table", { routeTableId: "rtb-0" }, "routeTableId", "InvalidRouteTableID.NotFound"],
  ["an unknown internet gateway", { gatewayId: "igw-0" }, "gatewayId", "InvalidInternetGatewayID.NotFound"],
  ["an unknown NAT gateway", { gatewayId: undefined, natGatewayId: "nat-0" }, "natGatewayId", "NatGatewayNotFound"],
  [
    "a gateway of another VPC",
    (account) => ({ routeTableId: account.get("other-table") }),
    "gatewayId",
    "InvalidParameterValue",
  ],
  duplicateOf(
    "a second route to one destination",
    "aws:ec2/route:Route",
    defaultRoute,
    "destinationCidrBlock",
    "RouteAlreadyExists",
  ),
]);

const associationType = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const association = (account: TestAccount) => ({
  routeTableId: account.get("vpc-table"),
  subnetId: account.get("vpc-a"),
});
describeRefusals(associationType, association, [
  ["an unknown route table", { routeTableId: "rtb-0" }, "routeTableId", "InvalidRouteTableID.NotFound"],
  ["an unknown subnet", { subnetId: "subnet-0" }, "subnetId", "InvalidSubnetID.NotFound"],
  ["a subnet of another VPC", (account) => ({ subnetId: account.get("other-a") }), "subnetId", "InvalidParameterValue"],
  duplicateOf("a second route table", associationType, association, "subnetId", "Resource.AlreadyAssociated"),
]);

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";
const interfaceEndpoint = (account: TestAccount) => ({
  vpcId: account.get("vpc"),
  serviceName: "com.amazonaws.eu-central-1.ssm",
  vpcEndpointType: "Interface",
  privateDnsEnabled: true,
  subnetIds: [account.get("vpc-a"), account.get("vpc-b")],
  securityGroupIds: [account.get("vpc-group")],
});
describeRefusals(endpointType, interfaceEndpoint, [
  ["an unknown subnet", { subnetIds: ["subnet-0"] }, "subnetIds[0]", "InvalidSubnetID.NotFound"],
  [
    "a subnet of another VPC",
    (account) => ({ subnetIds: [account.get("other-a")] }),
    "subnetIds[0]",
    "InvalidParameterValue",
  ],
  ["an unknown security group", { securityGroupIds: ["sg-0"] }, "securityGroupIds[0]", "InvalidGroup.NotFound"],
  [
    "a security group of another VPC",
    (account) => ({ securityGroupIds: [account.get("other-group")] }),
    "securityGroupIds[0]",
    "InvalidParameterValue",
  ],
  duplicateOf(
    "private DNS of a second endpoint",
    endpointType,
    interfaceEndpoint,
    "privateDnsEnabled",
    "InvalidParameter",
  ),
]);

const gatewayEndpoint = (account: TestAccount) => ({
  vpcId: account.get("vpc"),
  serviceName: "com.amazonaws.eu-central-1.s3",
  vpcEndpointType: "Gateway",
  routeTableIds: [account.get("vpc-table")],
});
describeRefusals(endpointType, gatewayEndpoint, [
  ["an unknown route table", { routeTableIds: ["rtb-0"] }, "routeTableIds[0]", "InvalidRouteTableID.NotFound"],
  [
    "a route table of another VPC",
    (account) => ({ routeTableIds: [account.get("other-table")] }),
    "routeTableIds[0]",
    "InvalidParameterValue",
  ],
  duplicateOf("a second route to S3", endpointType, gatewayEndpoint, "routeTableIds[0]", "RouteAlreadyExists"),
]);

describeRefusals(
  "aws:ec2/flowLog:FlowLog",
  (account) => ({
    vpcId: account.get("vpc"),
    logDestination: account.get("logs", "arn"),
    iamRoleArn: account.get("role", "arn"),
  }),
  [
    unknownVpc,
    ["an unknown role", { iamRoleArn: "arn:aws:iam::123456789012:role/x" }, "iamRoleArn", "InvalidParameter"],
    ["an unknown log group", { logDestination: "arn:aws:logs:x" }, "logDestination", "InvalidParameter"],
  ],
);
