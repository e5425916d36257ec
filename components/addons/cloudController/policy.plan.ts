/** IAM policy of the AWS cloud controller. */

import { kubernetesClusterTag } from "../../aws/tags.plan";
import { arn, inRegion } from "../../machines/iamStatements.plan";
import type { IamPolicy, IamStatement, InstanceAccess } from "../../machines/iamStatements.plan";

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
 * assume roles. It is too large for the role's inline policy. Without its owner tag on a resource, it can change nothing.
 */
export function cloudControllerPolicy(access: InstanceAccess): IamPolicy {
  return { Version: "2012-10-17", Statement: statements(access) };
}

function statements(access: InstanceAccess): readonly IamStatement[] {
  const tag = kubernetesClusterTag(access.cluster);
  const owned = { StringEquals: { [`aws:ResourceTag/${tag}`]: "owned" } };
  const ownedOnCreation = { StringEquals: { [`aws:RequestTag/${tag}`]: "owned" } };
  const tagOnCreation = (service: string, actions: readonly string[]) => ({
    StringEquals: { ...ownedOnCreation.StringEquals, [`${service}:CreateAction`]: actions },
  });
  const loadBalancers = arn(access, "elasticloadbalancing", "loadbalancer/*");
  const loadBalancerResources = [
    loadBalancers,
    arn(access, "elasticloadbalancing", "targetgroup/*"),
    arn(access, "elasticloadbalancing", "listener/*"),
  ];
  const securityGroups = [arn(access, "ec2", "security-group/*")];
  return [
    {
      Sid: "DescribeInstancesAndLoadBalancers",
      Effect: "Allow",
      Action: readActions,
      Resource: ["*"],
      Condition: inRegion(access),
    },
    {
      Sid: "CreateOwnLoadBalancers",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
      ],
      Resource: loadBalancerResources,
      Condition: ownedOnCreation,
    },
    {
      Sid: "TagLoadBalancersOnCreation",
      Effect: "Allow",
      Action: ["elasticloadbalancing:AddTags"],
      Resource: loadBalancerResources,
      // Tagging existing load balancers would allow deleting them, for example the API's.
      Condition: tagOnCreation("elasticloadbalancing", ["CreateListener", "CreateLoadBalancer", "CreateTargetGroup"]),
    },
    {
      Sid: "ManageOwnLoadBalancers",
      Effect: "Allow",
      Action: [
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
      ],
      Resource: loadBalancerResources,
      Condition: owned,
    },
    {
      Sid: "ManageOwnClassicLoadBalancers",
      Effect: "Allow",
      Action: classicActions,
      Resource: [loadBalancers],
      Condition: owned,
    },
    {
      Sid: "CreateOwnSecurityGroups",
      Effect: "Allow",
      Action: ["ec2:CreateSecurityGroup"],
      Resource: securityGroups,
      Condition: ownedOnCreation,
    },
    {
      Sid: "TagSecurityGroupsOnCreation",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: securityGroups,
      Condition: tagOnCreation("ec2", ["CreateSecurityGroup"]),
    },
    {
      Sid: "CreateSecurityGroupsInVpc",
      Effect: "Allow",
      Action: ["ec2:CreateSecurityGroup"],
      // An existing VPC lacks the cluster's tag; the statement above requires it of the security group.
      Resource: [arn(access, "ec2", "vpc/*")],
    },
    {
      Sid: "ManageOwnSecurityGroups",
      Effect: "Allow",
      Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"],
      Resource: securityGroups,
      Condition: owned,
    },
  ];
}
