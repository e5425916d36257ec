import { describeRefusals, duplicateOf } from "../testAccount";
import type { TestAccount } from "../testAccount";

describeRefusals(
  "aws:lb/loadBalancer:LoadBalancer",
  (account) => ({
    name: "blue-api",
    internal: true,
    subnets: [account.get("vpc-a"), account.get("vpc-b")],
    securityGroups: [account.get("vpc-group")],
  }),
  [
    ["a name in use", { name: "api" }, "name", "DuplicateLoadBalancerName"],
    ["a name of 33 characters", { name: "n".repeat(33) }, "name", "ValidationError"],
    ["a name that ends with a hyphen", { name: "api-" }, "name", "ValidationError"],
    ["the reserved name prefix", { name: "internal-api" }, "name", "ValidationError"],
    ["an unknown subnet", { subnets: ["subnet-0"] }, "subnets[0]", "InvalidSubnetID.NotFound"],
    [
      "subnets of two VPCs",
      (account) => ({ subnets: [account.get("vpc-a"), account.get("other-b")] }),
      "subnets[1]",
      "InvalidParameterValue",
    ],
    ["an unknown security group", { securityGroups: ["sg-0"] }, "securityGroups[0]", "InvalidGroup.NotFound"],
    [
      "a security group of another VPC",
      (account) => ({ securityGroups: [account.get("other-group")] }),
      "securityGroups[0]",
      "InvalidParameterValue",
    ],
    [
      "a public load balancer without an internet gateway",
      (account) => ({ internal: false, subnets: [account.get("other-a")], securityGroups: [] }),
      "subnets",
      "InvalidSubnet",
      "no internet gateway",
    ],
  ],
  [["a public load balancer", { internal: false }]],
);

describeRefusals("aws:lb/targetGroup:TargetGroup", (account) => ({ name: "blue-api", vpcId: account.get("vpc") }), [
  ["a name in use", { name: "vpc-targets" }, "name", "DuplicateTargetGroupName"],
  ["a name of 33 characters", { name: "n".repeat(33) }, "name", "ValidationError"],
  ["a name that begins with a hyphen", { name: "-api" }, "name", "ValidationError"],
  ["a name with two hyphens in a row", { name: "a--b2-api" }, "name", "ValidationError"],
  ["an unknown VPC", { vpcId: "vpc-0" }, "vpcId", "InvalidVpcID.NotFound"],
]);

const listenerType = "aws:lb/listener:Listener";
const forwardTo = (targetGroupArn: string) => ({ defaultActions: [{ type: "forward", targetGroupArn }] });
const listener = (account: TestAccount) => ({
  loadBalancerArn: account.get("balancer", "arn"),
  port: 6443,
  ...forwardTo(account.get("vpc-targets", "arn")),
});

describeRefusals(listenerType, listener, [
  ["an unknown load balancer", { loadBalancerArn: "arn:x" }, "loadBalancerArn", "LoadBalancerNotFound"],
  ["an unknown target group", forwardTo("arn:x"), "defaultActions[0].targetGroupArn", "TargetGroupNotFound"],
  [
    "a target group of another VPC",
    (account) => forwardTo(account.get("other-targets", "arn")),
    "defaultActions[0].targetGroupArn",
    "InvalidConfigurationRequest",
  ],
  duplicateOf("a port in use", listenerType, listener, "port", "DuplicateListener"),
  [
    "a target group of another load balancer",
    async (account) => {
      const subnets = [account.get("vpc-a")];
      const second = { name: "second", internal: true, subnets };
      const { arn } = await account.create("aws:lb/loadBalancer:LoadBalancer", "second", second);
      await account.create(listenerType, "first", { ...listener(account), loadBalancerArn: arn });
      return {};
    },
    "defaultActions[0].targetGroupArn",
    "TargetGroupAssociationLimit",
  ],
]);
