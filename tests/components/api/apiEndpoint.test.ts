import { ApiEndpoint } from "../../../components/api/apiEndpoint";
import { account, deploy, region } from "../../mocks";

const facing = {
  name: "k8s.example.com",
  hostedZoneId: "Z-public",
  subnetIds: { "eu-central-1a": "public-a", "eu-central-1b": "public-b" },
  securityGroupId: "sg-public",
};

function deployApi(given: { public?: typeof facing; protect?: boolean } = {}) {
  return deploy(() => {
    const api = new ApiEndpoint("blue-api", {
      cluster: "blue",
      domain: "blue.internal",
      hostedZoneId: "Z-private",
      vpcId: "vpc-1",
      privateSubnetIds: { "eu-central-1a": "private-a", "eu-central-1b": "private-b" },
      securityGroupId: "sg-internal",
      protect: true,
      ...given,
    });
    const { apiName, port, targetGroupArns, loadBalancerDnsName } = api;
    return { apiName, port, targetGroupArns, loadBalancerDnsName };
  });
}

const arn = (name: string) => `arn:aws:lb:${region}:${account}:${name}`;
const tags = { Name: "blue-api", "holdfast:cluster": "blue" };

let api: Awaited<ReturnType<typeof deployApi>>;
beforeAll(async () => {
  api = await deployApi();
});

describe("API endpoint", () => {
  test("is a network load balancer in the private subnets, which nothing deletes by mistake", () => {
    const { get } = api;
    expect(get("blue-api", "LoadBalancer")).toMatchObject({
      inputs: {
        name: "blue-api",
        loadBalancerType: "network",
        internal: true,
        subnets: ["private-a", "private-b"],
        securityGroups: ["sg-internal"],
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "on",
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: true,
        ipAddressType: "ipv4",
        tags,
      },
      options: { protect: true },
    });
  });

  test("passes TLS through to port 6443", () => {
    const { get } = api;
    expect(get("blue-api", "Listener").inputs).toEqual({
      loadBalancerArn: arn("blue-api"),
      protocol: "TCP",
      port: 6443,
      defaultActions: [{ type: "forward", targetGroupArn: arn("blue-api") }],
      tags,
    });
  });

  test("takes API servers that are ready, lets a member reach itself, and tells clients of a dead one", () => {
    const { get } = api;
    expect(get("blue-api", "TargetGroup").inputs).toEqual({
      name: "blue-api",
      vpcId: "vpc-1",
      targetType: "instance",
      protocol: "TCP",
      port: 6443,
      preserveClientIp: "false",
      deregistrationDelay: 30,
      connectionTermination: false,
      targetHealthStates: [{ enableUnhealthyConnectionTermination: true }],
      healthCheck: {
        enabled: true,
        protocol: "HTTPS",
        port: "6443",
        path: "/readyz",
        matcher: "200",
        interval: 5,
        timeout: 2,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      tags,
    });
  });

  test("has a name in the private zone, even while nothing is healthy", () => {
    const { get, outputs } = api;
    expect(get("blue-api", "Record").inputs).toEqual({
      zoneId: "Z-private",
      name: "api.blue.internal",
      type: "A",
      aliases: [{ name: "blue-api.elb.example", zoneId: "blue-api-zone", evaluateTargetHealth: false }],
    });
    expect(outputs).toEqual({
      apiName: "api.blue.internal",
      port: 6443,
      targetGroupArns: [arn("blue-api")],
      loadBalancerDnsName: "blue-api.elb.example",
    });
  });

  test("faces the internet only on request, with a load balancer, group and record of its own", async () => {
    const inside = api;
    expect(Object.keys(inside.ofType("aws:lb/loadBalancer:LoadBalancer"))).toEqual(["blue-api"]);

    const { get, outputs, resources } = await deployApi({ public: facing });
    expect(get("blue-api-public", "LoadBalancer").inputs).toMatchObject({
      name: "blue-api-public",
      internal: false,
      subnets: ["public-a", "public-b"],
      securityGroups: ["sg-public"],
    });
    expect(get("blue-api-public", "Listener").inputs["defaultActions"]).toEqual([
      { type: "forward", targetGroupArn: arn("blue-api-public") },
    ]);
    expect(get("blue-api-public", "Record").inputs).toMatchObject({ zoneId: "Z-public", name: "k8s.example.com" });
    expect(outputs.targetGroupArns).toEqual([arn("blue-api"), arn("blue-api-public")]);
    for (const resource of inside.resources) expect(resources).toContainEqual(resource);
  });

  test("names stay within the 32 characters of load balancers for the longest cluster name", async () => {
    const { resources } = await deploy(() => {
      new ApiEndpoint("api", {
        cluster: "a".repeat(20),
        domain: "blue.internal",
        hostedZoneId: "Z",
        vpcId: "vpc-1",
        privateSubnetIds: {},
        securityGroupId: "sg-1",
        public: facing,
        protect: false,
      });
    });
    const named = resources.filter(({ type }) => /:(LoadBalancer|TargetGroup)$/.test(type));
    expect(named).toHaveLength(4);
    for (const { inputs } of named) expect(String(inputs["name"]).length).toBeLessThanOrEqual(32);
  });

  test("without protection, all of it goes with the stack", async () => {
    const { get } = await deployApi({ protect: false });
    expect(get("blue-api", "LoadBalancer")).toMatchObject({
      inputs: { enableDeletionProtection: false },
      options: { protect: false },
    });
  });
});
