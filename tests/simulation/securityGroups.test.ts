import { describeRefusals, makeAccount, summary } from "./testAccount";

describeRefusals(
  "aws:ec2/securityGroup:SecurityGroup",
  (account) => ({ name: "etcd", description: "Members of etcd", vpcId: account.get("vpc") }),
  [
    ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
    ["a name that is taken", { name: "machines" }, "name", "InvalidGroup.Duplicate"],
    ["a name like an id", { name: "sg-etcd" }, "name", "InvalidParameterValue"],
    ["a long name", { name: "n".repeat(256) }, "name", "InvalidParameterValue"],
    ["a long description", { description: "d".repeat(256) }, "description", "InvalidParameterValue"],
    ["quotes in the description", { description: 'the "etcd"' }, "description", "InvalidParameterValue"],
    ["an empty description", { description: "" }, "description", "InvalidParameterValue"],
  ],
  [["the same name in another VPC", (account) => ({ name: "free", vpcId: account.get("other") })]],
);

describe.each([
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "inbound"],
  ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "outbound"],
])("%s", (type, direction) => {
  describeRefusals(
    type,
    (account) => ({
      securityGroupId: account.get("vpc-group"),
      ipProtocol: "tcp",
      fromPort: 2379,
      toPort: 2380,
      cidrIpv4: "10.0.0.0/16",
      description: "etcd",
    }),
    [
      ["an unknown group", { securityGroupId: "sg-0" }, "securityGroupId", "InvalidGroup.NotFound"],
      ["an unknown protocol", { ipProtocol: "carrier-pigeon" }, "ipProtocol", "InvalidPermission.Malformed"],
      ["ports with all protocols", { ipProtocol: "-1" }, "fromPort", "InvalidParameterValue"],
      ["a port out of range", { toPort: 65536 }, "toPort", "InvalidParameterValue"],
      ["no port", { fromPort: undefined }, "fromPort", "InvalidParameterValue"],
      ["ports the wrong way round", { fromPort: 2381 }, "toPort", "InvalidParameterValue"],
      ["no peer", { cidrIpv4: undefined }, "cidrIpv4", "InvalidParameterCombination", "none"],
      [
        "two peers",
        (account) => ({ referencedSecurityGroupId: account.get("vpc-group") }),
        "referencedSecurityGroupId",
        "InvalidParameterCombination",
      ],
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
      ["a long description", { description: "d".repeat(256) }, "description", "InvalidParameterValue"],
      ["quotes in the description", { description: "it's" }, "description", "InvalidParameterValue"],
    ],
  );

  test("refuses a rule that is there already", async () => {
    const account = await makeAccount();
    const rule = {
      securityGroupId: account.get("vpc-group"),
      ipProtocol: "udp",
      fromPort: 53,
      toPort: 53,
      cidrIpv4: "10.0.0.0/16",
    };
    await account.make(type, "first", { ...rule, description: "DNS" });
    const { refusals } = await account.ask(type, "second", { ...rule, description: "DNS again" });
    expect(summary(refusals)).toEqual(["securityGroupId: InvalidPermission.Duplicate"]);
  });

  test("refuses the sixty-first rule of a group", async () => {
    const account = await makeAccount();
    const rule = (port: number) => ({
      securityGroupId: account.get("vpc-group"),
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      cidrIpv4: "10.0.0.0/16",
    });
    for (let port = 1; port <= 60; port += 1) await account.make(type, `rule-${port}`, rule(port));
    const { refusals } = await account.ask(type, "rule-61", rule(61));
    expect(summary(refusals)).toEqual(["securityGroupId: RulesPerSecurityGroupLimitExceeded"]);
    expect(refusals[0]?.message).toContain(direction);
  });
});
