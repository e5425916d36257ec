import { awsAccount } from "../../../components/aws/account";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { Network } from "../../../components/network/network";
import { account, deploy, region } from "../../mocks";
import type { RecordedResource } from "../../mocks";
import { specOf } from "../../specs";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

function deployNetwork(spec: ClusterSpec) {
  return deploy(() => {
    const network = new Network("blue-network", {
      cluster: spec.name,
      account: awsAccount(region, {}),
      domain: spec.domain,
      spec: spec.network,
      protect: spec.protect,
    });
    const { vpcId, cidr, privateSubnetIds, publicSubnetIds, hostedZoneId, hostedZoneArn, s3PrefixListId } = network;
    return { vpcId, cidr, privateSubnetIds, publicSubnetIds, hostedZoneId, hostedZoneArn, s3PrefixListId };
  });
}

function names(resources: Readonly<Record<string, RecordedResource>>): string[] {
  return Object.keys(resources).map((name) => name.replace("blue-network-", ""));
}

const owned = { "holdfast:cluster": "blue", "kubernetes.io/cluster/blue": "owned" };

describe("network in a VPC of its own", () => {
  const spec = specOf({ name: "blue" });

  test("hands on what machines are put into", async () => {
    const { outputs } = await deployNetwork(spec);
    expect(outputs).toEqual({
      vpcId: "blue-network-vpc-id",
      cidr: "10.0.0.0/16",
      privateSubnetIds: Object.fromEntries(zones.map((zone) => [zone, `blue-network-private-${zone}-id`])),
      publicSubnetIds: Object.fromEntries(zones.map((zone) => [zone, `blue-network-public-${zone}-id`])),
      hostedZoneId: "blue-network-dns-id",
      hostedZoneArn: `arn:aws:route53:${region}:${account}:blue-network-dns`,
      s3PrefixListId: "blue-network-s3-prefix-list",
    });
  });

  test("answers DNS, and leaves the default group without rules", async () => {
    const { get } = await deployNetwork(spec);
    expect(get("blue-network-vpc").inputs).toEqual({
      cidrBlock: "10.0.0.0/16",
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: "blue", ...owned },
    });
    expect(get("blue-network-default-group").inputs).toMatchObject({
      vpcId: "blue-network-vpc-id",
      ingress: [],
      egress: [],
    });
  });

  test("has a private and a public subnet in each zone, tagged for load balancers", async () => {
    const { get, ofType } = await deployNetwork(spec);
    expect(names(ofType("aws:ec2/subnet:Subnet")).sort()).toEqual(
      zones.flatMap((zone) => [`private-${zone}`, `public-${zone}`]).sort(),
    );
    const subnet = { vpcId: "blue-network-vpc-id", availabilityZone: "eu-central-1b", mapPublicIpOnLaunch: false };
    expect(get("blue-network-private-eu-central-1b", "Subnet").inputs).toEqual({
      ...subnet,
      cidrBlock: "10.0.16.0/20",
      tags: { Name: "blue-private-eu-central-1b", ...owned, "kubernetes.io/role/internal-elb": "1" },
    });
    expect(get("blue-network-public-eu-central-1b", "Subnet").inputs).toEqual({
      ...subnet,
      cidrBlock: "10.0.130.0/23",
      tags: { Name: "blue-public-eu-central-1b", ...owned, "kubernetes.io/role/elb": "1" },
    });
  });

  test("routes private subnets to the NAT gateway of their own zone, and to S3 past it", async () => {
    const { get, ofType } = await deployNetwork(spec);
    expect(names(ofType("aws:ec2/natGateway:NatGateway"))).toEqual(zones.map((zone) => `nat-${zone}`));
    for (const zone of zones) {
      expect(get(`blue-network-private-${zone}-nat`).inputs).toEqual({
        routeTableId: `blue-network-private-${zone}-id`,
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: `blue-network-nat-${zone}-id`,
      });
      expect(get(`blue-network-private-${zone}`, "RouteTableAssociation").inputs).toEqual({
        routeTableId: `blue-network-private-${zone}-id`,
        subnetId: `blue-network-private-${zone}-id`,
      });
    }
    expect(get("blue-network-s3").inputs).toMatchObject({
      serviceName: "com.amazonaws.eu-central-1.s3",
      vpcEndpointType: "Gateway",
      routeTableIds: zones.map((zone) => `blue-network-private-${zone}-id`),
    });
  });
});

describe("network's ways out", () => {
  test("one NAT gateway serves all zones, in the first of them", async () => {
    const { get, ofType } = await deployNetwork(specOf({ name: "blue", network: { nat: "single" }, protect: false }));
    expect(names(ofType("aws:ec2/natGateway:NatGateway"))).toEqual(["nat-eu-central-1a"]);
    for (const zone of zones) {
      expect(get(`blue-network-private-${zone}-nat`).inputs["natGatewayId"]).toBe("blue-network-nat-eu-central-1a-id");
    }
  });

  test("without NAT, private subnets have no way to the internet", async () => {
    const { ofType } = await deployNetwork(isolated);
    expect(names(ofType("aws:ec2/natGateway:NatGateway"))).toEqual([]);
    expect(names(ofType("aws:ec2/route:Route"))).toEqual(["public-internet"]);
  });

  test("a NAT gateway waits for the way to the internet, its address for the gateway", async () => {
    const { get } = await deployNetwork(specOf({ name: "blue" }));
    expect(get("blue-network-nat-eu-central-1a", "NatGateway").options.dependsOn).toEqual([
      "blue-network-public-internet",
    ]);
    expect(get("blue-network-nat-eu-central-1a", "Eip").options.dependsOn).toEqual(["blue-network-internet"]);
  });

  test("a zone that is added leaves every other subnet, table and gateway as it was", async () => {
    const two = await deployNetwork(specOf({ name: "blue", network: { zones: ["a", "c"] }, protect: false }));
    const three = await deployNetwork(specOf({ name: "blue", network: { zones: ["b", "a", "c"] }, protect: false }));
    const moved = two.resources.filter((old) => {
      const now = three.get(old.name, old.type.split(":").at(-1));
      return JSON.stringify(now) !== JSON.stringify(old);
    });
    // The S3 endpoint alone learns of one more route table.
    expect(moved.map(({ name }) => name)).toEqual(["blue-network-s3"]);
  });
});

const isolated = specOf({
  name: "blue",
  network: { nat: "none", interfaceEndpoints: true },
  nodes: { assets: { baseUrl: "https://mirror.example.com" } },
});

describe("network's DNS zone", () => {
  test("is private to the VPC and goes with what machines wrote into it", async () => {
    const { get } = await deployNetwork(specOf({ name: "blue", domain: "blue.internal" }));
    expect(get("blue-network-dns").inputs).toEqual({
      name: "blue.internal",
      comment: "Private names of Kubernetes cluster blue",
      vpcs: [{ vpcId: "blue-network-vpc-id", vpcRegion: region }],
      forceDestroy: true,
      tags: { Name: "blue.internal", "holdfast:cluster": "blue" },
    });
  });
});

describe("flow logs", () => {
  test("can be left out", async () => {
    const { resources } = await deployNetwork(specOf({ name: "blue", network: { flowLogs: { enabled: false } } }));
    expect(resources.filter(({ name }) => name.includes("flow-logs"))).toEqual([]);
  });
});

describe("network in a VPC that exists", () => {
  const privateSubnets = { "eu-central-1a": "subnet-0123456789abcdef0", "eu-central-1b": "subnet-0123456789abcdef1" };
  const publicSubnets = { "eu-central-1a": "subnet-0123456789abcdef2" };
  const vpc = { source: "existing", id: "vpc-0123456789abcdef0", cidr: "10.5.0.0/16", privateSubnets, publicSubnets };
  const spec = specOf({ name: "blue", network: { zones: ["a", "b"], vpc }, protect: false });

  test("makes the DNS zone, flow logs and tags, and nothing else", async () => {
    const { resources, ofType } = await deployNetwork(spec);
    expect(Object.values(ofType("aws:ec2/tag:Tag")).map(({ inputs }) => inputs)).toEqual(
      [...Object.values(privateSubnets), ...Object.values(publicSubnets)].map((resourceId) => ({
        resourceId,
        key: "kubernetes.io/cluster/blue",
        value: "shared",
      })),
    );
    const other = resources.filter(({ name, type }) => !name.includes("flow-logs") && !type.endsWith(":Tag"));
    expect(other.map(({ name }) => name)).toEqual(["blue-network", "blue-network-dns"]);
  });

  test("hands on its ids", async () => {
    const { outputs } = await deployNetwork(spec);
    expect(outputs).toMatchObject({
      vpcId: vpc.id,
      cidr: "10.5.0.0/16",
      privateSubnetIds: privateSubnets,
      publicSubnetIds: publicSubnets,
    });
    expect(outputs.s3PrefixListId).toBeUndefined();
  });
});
