import { apiPort } from "../../../components/api/address.plan";
import { ApiEndpoint } from "../../../components/api/apiEndpoint";
import { deploy } from "../../mocks";

const facing = {
  name: "k8s.example.com",
  hostedZoneId: "Z-public",
  subnetIds: { "eu-central-1a": "public-a", "eu-central-1b": "public-b" },
  securityGroupId: "sg-public",
};

function deployApi(given: { public?: typeof facing; protect?: boolean; cluster?: string } = {}) {
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
    return { targetGroupArns: api.targetGroupArns };
  });
}

describe("API endpoint", () => {
  test("listener, targets and health check use the port of the API servers", async () => {
    const { get } = await deployApi();
    const targetGroup = get("blue-api", "TargetGroup").inputs;
    expect(get("blue-api", "Listener").inputs).toMatchObject({ protocol: "TCP", port: apiPort });
    expect(targetGroup).toMatchObject({ port: apiPort, healthCheck: { port: String(apiPort), path: "/readyz" } });
    // With preserved client addresses, a member cannot reach itself through the load balancer.
    expect(targetGroup.preserveClientIp).toBe("false");
  });

  test("the DNS name resolves while no API server is healthy", async () => {
    const { get } = await deployApi();
    expect(get("blue-api", "Record").inputs).toMatchObject({
      zoneId: "Z-private",
      name: "api.blue.internal",
      aliases: [{ name: "blue-api.elb.example", evaluateTargetHealth: false }],
    });
  });

  test("a public API has its own load balancer, target group and record, and changes nothing else", async () => {
    const internal = await deployApi();
    expect(Object.keys(internal.ofType("aws:lb/loadBalancer:LoadBalancer"))).toEqual(["blue-api"]);

    const { get, outputs, resources } = await deployApi({ public: facing });
    expect(get("blue-api-public", "LoadBalancer").inputs).toMatchObject({
      internal: false,
      subnets: ["public-a", "public-b"],
      securityGroups: ["sg-public"],
    });
    expect(get("blue-api-public", "Record").inputs).toMatchObject({ zoneId: "Z-public", name: "k8s.example.com" });
    expect(outputs.targetGroupArns).toHaveLength(2);
    for (const resource of internal.resources) expect(resources).toContainEqual(resource);
  });

  test("names of the longest cluster name fit into a load balancer's 32 characters", async () => {
    const { resources } = await deployApi({ cluster: "a".repeat(20), public: facing });
    const named = resources.filter(({ type }) => /:(LoadBalancer|TargetGroup)$/.test(type));
    expect(named).toHaveLength(4);
    for (const { inputs } of named) expect(String(inputs["name"]).length).toBeLessThanOrEqual(32);
  });

  test.each([true, false])("protect: %s sets deletion protection in Pulumi and in AWS", async (protect) => {
    const { get } = await deployApi({ protect });
    expect(get("blue-api", "LoadBalancer")).toMatchObject({
      inputs: { enableDeletionProtection: protect },
      options: { protect },
    });
  });
});
