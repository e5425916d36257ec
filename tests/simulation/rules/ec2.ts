import type { TestAccount } from "../testAccount";
import type { Change, ExamplesByType } from "./example";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const diskChanges: Readonly<Record<string, object>> = {
  size: { size: 65_537 },
  iops: { size: 1000, iops: 80_001 },
  "iops-per-size": { iops: 12_000 },
  throughput: { throughput: 124 },
  "throughput-per-iops": { throughput: 751 },
  "throughput-only-gp3": { type: "io2", throughput: 125 },
  "key-needs-encryption": { encrypted: false },
};

/** Examples of the rules that volumes and disks of launch templates share. */
const diskViolations = (prefix: string, toInputs: (disk: object) => Change): Record<string, Change> =>
  Object.fromEntries(Object.entries(diskChanges).map(([id, disk]) => [`${prefix}-disk-${id}`, toInputs(disk)]));

const volume = (account: TestAccount) => ({
  availabilityZone: "eu-central-1a",
  type: "gp3",
  size: 20,
  encrypted: true,
  kmsKeyId: account.get("key", "arn"),
});

const templateDisk = (change: object) => (account: TestAccount) => {
  const { type, size, encrypted, ...rest } = { ...volume(account), ...change };
  const ebs = {
    ...rest,
    availabilityZone: undefined,
    volumeType: type,
    volumeSize: size,
    encrypted: String(encrypted),
  };
  return { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }] };
};

const subnet = (account: TestAccount, cidrBlock = "10.0.64.0/20") => ({
  vpcId: account.get("vpc"),
  cidrBlock,
  availabilityZone: "eu-central-1b",
});

const interfaceEndpoint = (account: TestAccount) => ({
  vpcId: account.get("vpc"),
  vpcEndpointType: "Interface",
  serviceName: "com.amazonaws.eu-central-1.ssm",
  subnetIds: [account.get("vpc-a")],
  securityGroupIds: [account.get("vpc-group")],
  privateDnsEnabled: true,
});

const gatewayEndpoint = (account: TestAccount) => ({
  vpcEndpointType: "Gateway",
  serviceName: "com.amazonaws.eu-central-1.s3",
  routeTableIds: [account.get("vpc-table")],
  subnetIds: undefined,
  securityGroupIds: undefined,
  privateDnsEnabled: undefined,
});

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";

const ruleExamples = (direction: "inbound" | "outbound", type: string): ExamplesByType => {
  const rule = (account: TestAccount, port: number) => ({
    securityGroupId: account.get("vpc-group"),
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    cidrIpv4: "10.0.0.0/16",
  });
  return {
    [type]: {
      valid: (account) => rule(account, 443),
      violations: {
        [`security-group-${direction}-rules`]: async (account) => {
          for (let port = 1; port <= 60; port += 1) await account.create(type, `rule-${port}`, rule(account, port));
          return {};
        },
      },
    },
  };
};

export const ec2Examples: ExamplesByType = {
  "aws:ebs/volume:Volume": {
    valid: volume,
    violations: { ...diskViolations("volume", (disk) => ({ ...disk })), "volume-never-shrinks": { size: 10 } },
    previous: { "volume-never-shrinks": { availabilityZone: "eu-central-1a", size: 20 } },
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    valid: (account) => ({
      name: "worker",
      imageId: "ami-0123456789abcdef0",
      instanceType: "m7i.large",
      networkInterfaces: [{ securityGroups: [account.get("vpc-group")] }],
      ...templateDisk({})(account),
    }),
    violations: {
      "user-data-size": { userData: base64("x".repeat(16_385)) },
      "user-data-volumes-exist": { userData: base64("vol-0123456789abcdef0") },
      "template-security-groups-one-vpc": (account) => ({
        networkInterfaces: [{ securityGroups: [account.get("vpc-group"), account.get("other-group")] }],
      }),
      "template-five-security-groups": (account) => ({
        networkInterfaces: [{ securityGroups: Array.from({ length: 6 }, () => account.get("vpc-group")) }],
      }),
      "template-security-groups-on-interface": (account) => ({ vpcSecurityGroupIds: [account.get("vpc-group")] }),
      "template-type-or-requirements": { instanceRequirements: { vcpuCount: { min: 2 }, memoryMib: { min: 4096 } } },
      "metadata-hop-limit": { metadataOptions: { httpPutResponseHopLimit: 65 } },
      "metadata-tag-keys": {
        metadataOptions: { instanceMetadataTags: "enabled" },
        tagSpecifications: [{ resourceType: "instance", tags: { "kubernetes.io/cluster/blue": "owned" } }],
      },
      ...diskViolations("template", templateDisk),
    },
  },
  "aws:ec2/natGateway:NatGateway": {
    valid: (account) => ({ subnetId: account.get("vpc-a"), allocationId: account.get("address") }),
    violations: {
      "nat-address-once": async (account) => {
        const inputs = { subnetId: account.get("vpc-a"), allocationId: account.get("address") };
        await account.create("aws:ec2/natGateway:NatGateway", "first", inputs);
        return {};
      },
      "nat-needs-internet-gateway": (account) => ({ subnetId: account.get("other-a") }),
    },
  },
  "aws:ec2/vpc:Vpc": {
    valid: { cidrBlock: "10.9.0.0/16" },
    violations: { "vpc-range-size": { cidrBlock: "10.0.0.0/15" } },
  },
  "aws:ec2/subnet:Subnet": {
    valid: subnet,
    violations: {
      "subnet-range-size": { cidrBlock: "10.0.64.0/29" },
      "subnet-in-vpc-range": { cidrBlock: "10.9.64.0/20" },
      "subnet-ranges-disjoint": { cidrBlock: "10.0.16.0/20" },
    },
  },
  [endpointType]: {
    valid: interfaceEndpoint,
    violations: {
      "endpoint-private-dns-once": async (account) => {
        await account.create(endpointType, "first", interfaceEndpoint(account));
        return {};
      },
      "endpoint-private-dns-needs-vpc-dns": async (account) => {
        const { id } = await account.create("aws:ec2/vpc:Vpc", "silent", { cidrBlock: "10.8.0.0/16" });
        return { vpcId: id, subnetIds: [], securityGroupIds: [] };
      },
      "endpoint-one-subnet-per-zone": async (account) => {
        const { id } = await account.create("aws:ec2/subnet:Subnet", "second", subnet(account));
        return { subnetIds: [account.get("vpc-b"), id] };
      },
      "endpoint-gateway-services": (account) => ({
        ...gatewayEndpoint(account),
        serviceName: "com.amazonaws.eu-west-1.s3",
      }),
      "endpoint-gateway-route-once": async (account) => {
        await account.create(endpointType, "first", { ...gatewayEndpoint(account), vpcId: account.get("vpc") });
        return gatewayEndpoint(account);
      },
    },
  },
  ...ruleExamples("inbound", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
  ...ruleExamples("outbound", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
};
