import { Firewall } from "../../../components/firewall/firewall";
import { firewallRoles, groupRules } from "../../../components/firewall/rules.plan";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { deploy } from "../../mocks";
import { specOf } from "../../specs";

const spec = specOf({ name: "blue" });

function deployFirewall(of: ClusterSpec, s3PrefixListId?: string) {
  return deploy(() => {
    const firewall = new Firewall("blue-firewall", { spec: of, vpcId: "vpc-1", s3PrefixListId });
    return { groupIds: firewall.groupIds };
  });
}

let firewall: Awaited<ReturnType<typeof deployFirewall>>;
beforeAll(async () => {
  firewall = await deployFirewall(spec);
});

describe("firewall", () => {
  test("makes a group for each role, without inline rules", () => {
    const { ofType, outputs } = firewall;
    const groups = ofType("aws:ec2/securityGroup:SecurityGroup");
    expect(Object.keys(groups)).toEqual(firewallRoles(spec).map((role) => `blue-firewall-${role}`));
    expect(groups["blue-firewall-controlPlane"]?.inputs).toEqual({
      vpcId: "vpc-1",
      description: "Control plane machines",
      revokeRulesOnDelete: true,
      tags: { Name: "blue-controlPlane", "holdfast:cluster": "blue", "kubernetes.io/cluster/blue": "owned" },
    });
    expect(outputs.groupIds).toEqual({
      apiLoadBalancer: "blue-firewall-apiLoadBalancer-id",
      controlPlane: "blue-firewall-controlPlane-id",
      workers: "blue-firewall-workers-id",
    });
  });

  test("makes every rule of the table, each under a name of its own", () => {
    const { ofType } = firewall;
    const ingress = Object.keys(ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"));
    const egress = Object.keys(ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"));
    expect([...ingress, ...egress].sort()).toEqual(
      groupRules(spec)
        .map((rule) => `blue-firewall-${rule.id}`)
        .sort(),
    );
  });

  test("writes a rule between groups on both, by the other's id", () => {
    const { get } = firewall;
    const common = {
      description: "Kubernetes API through the load balancer",
      ipProtocol: "tcp",
      fromPort: 6443,
      toPort: 6443,
    };
    expect(get("blue-firewall-apiLoadBalancer-to-controlPlane-tcp-6443-in")).toMatchObject({
      type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      parent: "blue-firewall",
      inputs: {
        ...common,
        securityGroupId: "blue-firewall-controlPlane-id",
        referencedSecurityGroupId: "blue-firewall-apiLoadBalancer-id",
        tags: { Name: "apiLoadBalancer-to-controlPlane-tcp-6443-in", "holdfast:cluster": "blue" },
      },
    });
    expect(get("blue-firewall-apiLoadBalancer-to-controlPlane-tcp-6443-out")).toMatchObject({
      type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      inputs: {
        ...common,
        securityGroupId: "blue-firewall-apiLoadBalancer-id",
        referencedSecurityGroupId: "blue-firewall-controlPlane-id",
      },
    });
  });

  test("writes ranges, every protocol, and ICMP as AWS wants them", () => {
    const { get } = firewall;
    const range = get("blue-firewall-10.0.0.0/16-to-apiLoadBalancer-tcp-6443-in").inputs;
    expect(range["cidrIpv4"]).toBe("10.0.0.0/16");
    expect(range).not.toHaveProperty("referencedSecurityGroupId");

    const all = get("blue-firewall-workers-to-workers-all-in").inputs;
    expect(all["ipProtocol"]).toBe("-1");
    expect(all).not.toHaveProperty("fromPort");
    expect(all).not.toHaveProperty("toPort");

    expect(get("blue-firewall-workers-to-controlPlane-icmp-in").inputs).toMatchObject({
      ipProtocol: "icmp",
      fromPort: 8,
      toPort: 0,
    });
  });

  test("a range that is added changes no other rule", async () => {
    const wider = { ...spec, api: { ...spec.api, allowedCidrs: ["172.20.0.0/16"] } };
    const before = firewall.resources;
    const after = (await deployFirewall(wider)).resources;
    expect(after.filter(({ name }) => !before.some((old) => old.name === name)).map(({ name }) => name)).toEqual([
      "blue-firewall-172.20.0.0/16-to-apiLoadBalancer-tcp-6443-in",
    ]);
    for (const old of before) expect(after).toContainEqual(old);
  });

  const isolated = specOf({
    name: "blue",
    network: { nat: "none", interfaceEndpoints: true },
    nodes: { assets: { baseUrl: "https://mirror.example.com" } },
  });

  test("leads to S3 by its prefix list where there is no NAT", async () => {
    const { get } = await deployFirewall(isolated, "pl-1");
    expect(get("blue-firewall-workers-to-s3-tcp-443-out").inputs).toMatchObject({ prefixListId: "pl-1", toPort: 443 });
  });

  test("says so when the prefix list is missing", async () => {
    await expect(deployFirewall(isolated)).rejects.toThrow("no prefix list of S3 is given");
  });

  test("has no id for a role that the cluster has not", async () => {
    await expect(
      deploy(() => ({ id: new Firewall("blue-firewall", { spec, vpcId: "vpc-1" }).groupId("etcd") })),
    ).rejects.toThrow("this cluster has no security group for etcd");
  });
});
