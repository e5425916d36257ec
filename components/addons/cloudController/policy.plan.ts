/** IAM policy of the AWS cloud controller. */

import { kubernetesClusterTag } from "../../aws/tags.plan";
import { arn, inRegion } from "../../machines/iamStatements.plan";
import type { Condition, IamPolicy, IamStatement, InstanceAccess } from "../../machines/iamStatements.plan";

/** Read actions (cloud-provider-aws, "Prerequisites", without routes and volumes). */
const readActions = [
  "ec2:DescribeAvailabilityZones",
  "ec2:DescribeInstanceTopology",
  "ec2:DescribeInstances",
  "ec2:DescribeRegions",
  "ec2:DescribeRouteTables",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "elasticloadbalancing:DescribeListeners",
  "elasticloadbalancing:DescribeLoadBalancerAttributes",
  "elasticloadbalancing:DescribeLoadBalancerPolicies",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeTags",
  "elasticloadbalancing:DescribeTargetGroupAttributes",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
];

/** Write actions for Network Load Balancers (same source). */
const loadBalancerActions = [
  "elasticloadbalancing:AddTags",
  "elasticloadbalancing:CreateListener",
  "elasticloadbalancing:DeleteListener",
  "elasticloadbalancing:DeleteLoadBalancer",
  "elasticloadbalancing:DeleteTargetGroup",
  "elasticloadbalancing:DeregisterTargets",
  "elasticloadbalancing:ModifyListener",
  "elasticloadbalancing:ModifyLoadBalancerAttributes",
  "elasticloadbalancing:ModifyTargetGroup",
  "elasticloadbalancing:ModifyTargetGroupAttributes",
  "elasticloadbalancing:RegisterTargets",
  "elasticloadbalancing:SetSecurityGroups",
  "elasticloadbalancing:SetSubnets",
];

/** Write actions for Classic Load Balancers, which a Service without annotations gets (same source). */
const classicActions = [
  "elasticloadbalancing:ApplySecurityGroupsToLoadBalancer",
  "elasticloadbalancing:AttachLoadBalancerToSubnets",
  "elasticloadbalancing:ConfigureHealthCheck",
  "elasticloadbalancing:CreateLoadBalancerListeners",
  "elasticloadbalancing:CreateLoadBalancerPolicy",
  "elasticloadbalancing:DeleteLoadBalancerListeners",
  "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
  "elasticloadbalancing:DetachLoadBalancerFromSubnets",
  "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
  "elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer",
  "elasticloadbalancing:SetLoadBalancerPoliciesOfListener",
];

/**
 * Managed policy of control-plane instances: the controller uses the role of its instance, because it starts before pods can
 * assume roles. It is too large for the role's inline policy. The controller changes only resources with its owner tag.
 */
export function cloudControllerPolicy(access: InstanceAccess): IamPolicy {
  const tag = kubernetesClusterTag(access.cluster);
  const owned = { StringEquals: { [`aws:ResourceTag/${tag}`]: "owned" } };
  const ownedOnCreation = { StringEquals: { [`aws:RequestTag/${tag}`]: "owned" } };
  const tagOnCreation = (service: string, actions: readonly string[]) => ({
    StringEquals: { ...ownedOnCreation.StringEquals, [`${service}:CreateAction`]: actions },
  });
  const loadBalancer = arn(access, "elasticloadbalancing", "loadbalancer/*");
  const balancersAndTargetGroups = [loadBalancer, arn(access, "elasticloadbalancing", "targetgroup/*")];
  const loadBalancers = [...balancersAndTargetGroups, arn(access, "elasticloadbalancing", "listener/*")];
  const securityGroups = [arn(access, "ec2", "security-group/*")];
  const allow = (
    Sid: IamStatement["Sid"],
    Action: readonly string[],
    Resource: readonly string[],
    Condition?: Condition,
  ): IamStatement => ({ Sid, Effect: "Allow", Action, Resource, Condition });
  return {
    Version: "2012-10-17",
    Statement: [
      allow("DescribeInstancesAndLoadBalancers", readActions, ["*"], inRegion(access)),
      allow(
        "CreateOwnLoadBalancers",
        [
          "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:CreateLoadBalancer",
          "elasticloadbalancing:CreateTargetGroup",
        ],
        // A new listener is authorized on its load balancer.
        balancersAndTargetGroups,
        ownedOnCreation,
      ),
      // Tagging existing load balancers would allow deleting them, for example the one of the API.
      allow(
        "TagLoadBalancersOnCreation",
        ["elasticloadbalancing:AddTags"],
        loadBalancers,
        tagOnCreation("elasticloadbalancing", ["CreateListener", "CreateLoadBalancer", "CreateTargetGroup"]),
      ),
      allow("ManageOwnLoadBalancers", loadBalancerActions, loadBalancers, owned),
      allow("ManageOwnClassicLoadBalancers", classicActions, [loadBalancer], owned),
      allow("CreateOwnSecurityGroups", ["ec2:CreateSecurityGroup"], securityGroups, ownedOnCreation),
      allow(
        "TagSecurityGroupsOnCreation",
        ["ec2:CreateTags"],
        securityGroups,
        tagOnCreation("ec2", ["CreateSecurityGroup"]),
      ),
      // An existing VPC lacks the cluster's tag; CreateOwnSecurityGroups requires it of the security group.
      allow("CreateSecurityGroupsInVpc", ["ec2:CreateSecurityGroup"], [arn(access, "ec2", "vpc/*")]),
      allow(
        "ManageOwnSecurityGroups",
        ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"],
        securityGroups,
        owned,
      ),
    ],
  };
}
