import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { Network } from "../../../components/network/network";
import { deploy, region } from "../../mocks";
import type { RecordedResource } from "../../mocks";
import { specOf, withoutInternet } from "../../specs";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

function deployNetwork(settings: object = {}) {
  const spec = specOf({ name: "blue", ...settings });
  return deploy(() => {
    const network = new Network("blue-network", {
      cluster: spec.name,
      awsAccount: fetchAwsAccount(region, {}),
      domain: spec.domain,
      spec: spec.network,
      protect: spec.protect,
    });
    const { vpcId, privateSubnetIds, publicSubnetIds, s3PrefixListId } = network;
    return { vpcId, privateSubnetIds, publicSubnetIds, s3PrefixListId };
  });
}

function names(resources: Readonly<Record<string, RecordedResource>>): string[] {
  return Object.keys(resources).map((name) => name.replace("blue-network-", ""));
}

describe("a created VPC", () => {
  test("resolves DNS, and its default security group has no rules", async () => {
    const { get } = await deployNetwork();
    expect(get("blue-network-vpc").inputs).toMatchObject({ enableDnsSupport: true, enableDnsHostnames: true });
    expect(get("blue-network-default-group").inputs).toMatchObject({ ingress: [], egress: [] });
  });

  test("has a private and a public subnet per zone, tagged for load balancers", async () => {
    const { get, ofType, outputs } = await deployNetwork();
    expect(names(ofType("aws:ec2/subnet:Subnet")).sort()).toEqual(
      zones.flatMap((zone) => [`private-${zone}`, `public-${zone}`]).sort(),
    );
    for (const [kind, role, ids] of [
      ["private", "internal-elb", outputs.privateSubnetIds],
      ["public", "elb", outputs.publicSubnetIds],
    ] as const) {
      expect(ids).toEqual(Object.fromEntries(zones.map((zone) => [zone, `blue-network-${kind}-${zone}-id`])));
      expect(get(`blue-network-${kind}-eu-central-1b`, "Subnet").inputs).toMatchObject({
        availabilityZone: "eu-central-1b",
        mapPublicIpOnLaunch: false,
        tags: { "kubernetes.io/cluster/blue": "owned", [`kubernetes.io/role/${role}`]: "1" },
      });
    }
  });

  test("private subnets use the NAT gateway of their zone, and the S3 endpoint", async () => {
    const { get, ofType } = await deployNetwork();
    expect(names(ofType("aws:ec2/natGateway:NatGateway"))).toEqual(zones.map((zone) => `nat-${zone}`));
    for (const zone of zones) {
      expect(get(`blue-network-private-${zone}-nat`).inputs).toMatchObject({
        routeTableId: `blue-network-private-${zone}-id`,
        natGatewayId: `blue-network-nat-${zone}-id`,
      });
      expect(get(`blue-network-private-${zone}`, "RouteTableAssociation").inputs).toEqual({
        routeTableId: `blue-network-private-${zone}-id`,
        subnetId: `blue-network-private-${zone}-id`,
      });
    }
    expect(get("blue-network-s3").inputs["routeTableIds"]).toEqual(
      zones.map((zone) => `blue-network-private-${zone}-id`),
    );
  });

  test("a single NAT gateway is in the first zone and serves all zones", async () => {
    const { get, ofType } = await deployNetwork({ network: { nat: "single" }, protect: false });
    expect(names(ofType("aws:ec2/natGateway:NatGateway"))).toEqual(["nat-eu-central-1a"]);
    for (const zone of zones) {
      expect(get(`blue-network-private-${zone}-nat`).inputs["natGatewayId"]).toBe("blue-network-nat-eu-central-1a-id");
    }
  });

  test("without NAT, private subnets have no route to the internet", async () => {
    const { ofType } = await deployNetwork(withoutInternet);
    expect(names(ofType("aws:ec2/natGateway:NatGateway"))).toEqual([]);
    expect(names(ofType("aws:ec2/route:Route"))).toEqual(["public-internet"]);
  });

  test("a NAT gateway depends on the internet route, and its address on the internet gateway", async () => {
    const { get } = await deployNetwork();
    expect(get("blue-network-nat-eu-central-1a", "NatGateway").options.dependsOn).toEqual([
      "blue-network-public-internet",
    ]);
    expect(get("blue-network-nat-eu-central-1a", "Eip").options.dependsOn).toEqual(["blue-network-internet"]);
  });

  test("adding a zone changes no subnet, route table or gateway of another", async () => {
    const two = await deployNetwork({ network: { zones: ["a", "c"] }, protect: false });
    const three = await deployNetwork({ network: { zones: ["b", "a", "c"] }, protect: false });
    const moved = two.resources.filter((old) => {
      const now = three.get(old.name, old.type.split(":").at(-1));
      return JSON.stringify(now) !== JSON.stringify(old);
    });
    // The S3 endpoint gets one more route table.
    expect(moved.map(({ name }) => name)).toEqual(["blue-network-s3"]);
  });
});

test("the private DNS zone is deleted together with the records of instances", async () => {
  const { get } = await deployNetwork({ domain: "blue.internal" });
  expect(get("blue-network-dns").inputs).toMatchObject({
    name: "blue.internal",
    vpcs: [{ vpcId: "blue-network-vpc-id", vpcRegion: region }],
    forceDestroy: true,
  });
});

test("flow logs can be disabled", async () => {
  const { resources } = await deployNetwork({ network: { flowLogs: { enabled: false } } });
  expect(resources.filter(({ name }) => name.includes("flow-logs"))).toEqual([]);
});

describe("an existing VPC", () => {
  const privateSubnets = { "eu-central-1a": "subnet-0123456789abcdef0", "eu-central-1b": "subnet-0123456789abcdef1" };
  const publicSubnets = { "eu-central-1a": "subnet-0123456789abcdef2" };
  const vpc = { source: "existing", id: "vpc-0123456789abcdef0", cidr: "10.5.0.0/16", privateSubnets, publicSubnets };
  const settings = { network: { zones: ["a", "b"], vpc }, protect: false };

  test("gets a DNS zone, flow logs and tags only", async () => {
    const { resources, ofType } = await deployNetwork(settings);
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

  test("its subnet ids are passed on", async () => {
    const { outputs } = await deployNetwork(settings);
    expect(outputs).toMatchObject({ vpcId: vpc.id, privateSubnetIds: privateSubnets, publicSubnetIds: publicSubnets });
    expect(outputs.s3PrefixListId).toBeUndefined();
  });
});
