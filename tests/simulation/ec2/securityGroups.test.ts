import { createTestAccount, describeRefusals, duplicateOf, summarize } from "../testAccount";

describeRefusals(
  "aws:ec2/securityGroup:SecurityGroup",
  (account) => ({ name: "etcd", vpcId: account.get("vpc") }),
  [
    ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
    ["a name in use", { name: "machines" }, "name", "InvalidGroup.Duplicate"],
    ["a name like an id", { name: "sg-etcd" }, "name", "InvalidParameterValue"],
    ["a name of 256 characters", { name: "n".repeat(256) }, "name", "InvalidParameterValue"],
  ],
  [["a name in use in another VPC", (account) => ({ name: "free", vpcId: account.get("other") })]],
);

describe.each([
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "inbound"],
  ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "outbound"],
])("%s", (type, direction) => {
  const rule = { ipProtocol: "tcp", fromPort: 2379, toPort: 2380, cidrIpv4: "10.0.0.0/16", description: "etcd" };

  describeRefusals(type, (account) => ({ ...rule, securityGroupId: account.get("vpc-group") }), [
    ["an unknown group", { securityGroupId: "sg-0" }, "securityGroupId", "InvalidGroup.NotFound"],
    ["port 65,536", { toPort: 65536 }, "toPort", "InvalidParameterValue"],
    ["TCP without a port", { fromPort: undefined }, "fromPort", "InvalidParameterValue"],
    ["a range that ends before it begins", { fromPort: 2381 }, "toPort", "InvalidParameterValue"],
    ["host bits", { cidrIpv4: "10.0.0.1/16" }, "cidrIpv4", "InvalidParameterValue", "malformed"],
    [
      "an unknown peer",
      { cidrIpv4: undefined, referencedSecurityGroupId: "sg-0" },
      "referencedSecurityGroupId",
      "InvalidGroup.NotFound",
    ],
    [
      "a peer in another VPC",
      (account) => ({ cidrIpv4: undefined, referencedSecurityGroupId: account.get("other-group") }),
      "referencedSecurityGroupId",
      "InvalidParameterValue",
    ],
    [
      "an unknown prefix list",
      { cidrIpv4: undefined, prefixListId: "pl-0" },
      "prefixListId",
      "InvalidPrefixListID.NotFound",
    ],
    ["a description of 256 characters", { description: "d".repeat(256) }, "description", "InvalidParameterValue"],
    ["quotes in the description", { description: "it's" }, "description", "InvalidParameterValue"],
    duplicateOf(
      "a second rule that differs only in its description",
      type,
      (account) => ({ ...rule, securityGroupId: account.get("vpc-group"), description: "etcd again" }),
      "securityGroupId",
      "InvalidPermission.Duplicate",
    ),
  ]);

  test("refuses the 61st rule of a group", async () => {
    const account = await createTestAccount();
    const ruleFor = (port: number) => ({
      ...rule,
      securityGroupId: account.get("vpc-group"),
      fromPort: port,
      toPort: port,
    });
    for (let port = 1; port <= 60; port += 1) await account.create(type, `rule-${port}`, ruleFor(port));
    const { refusals } = await account.request(type, "rule-61", ruleFor(61));
    expect(summarize(refusals)).toEqual(["securityGroupId: RulesPerSecurityGroupLimitExceeded"]);
    expect(refusals[0]?.message).toContain(direction);
  });
});
