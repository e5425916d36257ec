import { describeRefusals, duplicateOf } from "../testAccount";
import type { TestAccount } from "../testAccount";

describeRefusals(
  "aws:route53/zone:Zone",
  (account) => ({ name: "green.internal", vpcs: [{ vpcId: account.get("vpc") }] }),
  [
    ["an empty label", { name: "green..internal" }, "name", "InvalidDomainName"],
    ["a label of 64 characters", { name: `${"l".repeat(64)}.internal` }, "name", "InvalidDomainName"],
    ["a comment of 257 characters", { comment: "c".repeat(257) }, "comment", "InvalidInput"],
    ["an unknown VPC", { vpcs: [{ vpcId: "vpc-0" }] }, "vpcs[0].vpcId", "InvalidVpcID.NotFound"],
    ["a name in use in the VPC", { name: "blue.internal" }, "name", "ConflictingDomainExists"],
  ],
  [["a name in use in another VPC", (account) => ({ name: "blue.internal", vpcs: [{ vpcId: account.get("other") }] })]],
);

const record = (account: TestAccount) => ({
  zoneId: account.get("zone"),
  name: "api.blue.internal",
  type: "A",
  aliases: [{ name: account.get("balancer", "dnsName"), zoneId: account.get("balancer", "zoneId") }],
});

describeRefusals("aws:route53/record:Record", record, [
  ["an unknown zone", { zoneId: "Z0" }, "zoneId", "NoSuchHostedZone"],
  ["a name outside the zone", { name: "api.green.internal" }, "name", "InvalidChangeBatch", "not permitted in zone"],
  ["an invalid name", { name: "-.blue.internal" }, "name", "InvalidChangeBatch"],
  [
    "an alias of an unknown target",
    { aliases: [{ name: "none.elb.amazonaws.com", zoneId: "Z1" }] },
    "aliases[0].name",
    "InvalidChangeBatch",
  ],
  [
    "an alias with another zone id",
    (account) => ({ aliases: [{ name: account.get("balancer", "dnsName"), zoneId: "Z1" }] }),
    "aliases[0].zoneId",
    "InvalidChangeBatch",
  ],
  duplicateOf("a name in use", "aws:route53/record:Record", record, "name", "InvalidChangeBatch"),
]);
