import { Firewall } from "../../../components/firewall/firewall";
import { firewallRoles, groupRules } from "../../../components/firewall/rules.plan";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { deploy } from "../../mocks";
import { specOf, withoutInternet } from "../../specs";

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
  test("each role has a security group without inline rules", () => {
    const { ofType, outputs } = firewall;
    const groups = ofType("aws:ec2/securityGroup:SecurityGroup");
    expect(Object.keys(groups)).toEqual(firewallRoles(spec).map((role) => `blue-firewall-${role}`));
    expect(groups["blue-firewall-control-plane"]?.inputs).toMatchObject({
      // The cloud controller finds groups by this tag, and its rules are deleted with the group.
      revokeRulesOnDelete: true,
      tags: { "kubernetes.io/cluster/blue": "owned" },
    });
    expect(Object.keys(outputs.groupIds)).toEqual(firewallRoles(spec));
  });

  test("every rule of the table has a resource with a unique name", () => {
    const { ofType } = firewall;
    const ingress = Object.keys(ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"));
    const egress = Object.keys(ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"));
    expect([...ingress, ...egress].sort()).toEqual(
      groupRules(spec)
        .map((rule) => `blue-firewall-${rule.id}`)
        .sort(),
    );
  });

  test("a rule between roles is on both groups, each referring to the other", () => {
    const { get } = firewall;
    const balancer = "blue-firewall-api-load-balancer-id";
    const controlPlane = "blue-firewall-control-plane-id";
    expect(get("blue-firewall-api-load-balancer-to-control-plane-tcp-6443-in")).toMatchObject({
      type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      inputs: { securityGroupId: controlPlane, referencedSecurityGroupId: balancer, fromPort: 6443, toPort: 6443 },
    });
    expect(get("blue-firewall-api-load-balancer-to-control-plane-tcp-6443-out")).toMatchObject({
      type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      inputs: { securityGroupId: balancer, referencedSecurityGroupId: controlPlane, fromPort: 6443, toPort: 6443 },
    });
  });

  test("ranges, all protocols and ICMP have AWS's form", () => {
    const { get } = firewall;
    const range = get("blue-firewall-10.0.0.0/16-to-api-load-balancer-tcp-6443-in").inputs;
    expect(range["cidrIpv4"]).toBe("10.0.0.0/16");
    expect(range).not.toHaveProperty("referencedSecurityGroupId");

    const all = get("blue-firewall-worker-to-worker-all-in").inputs;
    expect(all["ipProtocol"]).toBe("-1");
    expect(all).not.toHaveProperty("fromPort");
    expect(all).not.toHaveProperty("toPort");

    expect(get("blue-firewall-worker-to-control-plane-icmp-in").inputs).toMatchObject({
      ipProtocol: "icmp",
      fromPort: 8,
      toPort: 0,
    });
  });

  test("adding a range changes no other rule", async () => {
    const wider = { ...spec, api: { ...spec.api, allowedCidrs: ["172.20.0.0/16"] } };
    const before = firewall.resources;
    const after = (await deployFirewall(wider)).resources;
    expect(after.filter(({ name }) => !before.some((old) => old.name === name)).map(({ name }) => name)).toEqual([
      "blue-firewall-172.20.0.0/16-to-api-load-balancer-tcp-6443-in",
    ]);
    for (const old of before) expect(after).toContainEqual(old);
  });

  const isolated = specOf({ name: "blue", ...withoutInternet });

  test("without NAT, the prefix list of S3 is allowed", async () => {
    const { get } = await deployFirewall(isolated, "pl-1");
    expect(get("blue-firewall-worker-to-s3-tcp-443-out").inputs).toMatchObject({ prefixListId: "pl-1", toPort: 443 });
  });

  test("a missing prefix list is an error", async () => {
    await expect(deployFirewall(isolated)).rejects.toThrow("missing s3PrefixListId");
  });

  test("a role that the cluster does not have is an error", async () => {
    await expect(
      deploy(() => ({ id: new Firewall("blue-firewall", { spec, vpcId: "vpc-1" }).groupId("etcd") })),
    ).rejects.toThrow("no security group for role etcd in this cluster");
  });
});
