/**
 * What the AWS cloud controller asks of AWS. It runs on the control plane's machines and acts as them: it comes before anything
 * in the cluster could give it an identity of its own.
 */

import { kubernetesClusterTag } from "../tags";
import { arn, inRegion } from "./policyTerms";
import type { IamPolicy, IamStatement, MachineAccess } from "./policyTerms";

/** Reads of what AWS knows of machines and networks (cloud-provider-aws, "Prerequisites", without route and volume parts). */
const reads = [
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

/** A policy of its own: a member's inline policy has no room for it. It also makes load balancers for Services. */
export function cloudControllerPolicy(access: MachineAccess): IamPolicy {
  return { Version: "2012-10-17", Statement: statements(access) };
}

function statements(access: MachineAccess): readonly IamStatement[] {
  const tag = kubernetesClusterTag(access.cluster);
  const owned = { StringEquals: { [`aws:ResourceTag/${tag}`]: "owned" } };
  const toBeOwned = { StringEquals: { [`aws:RequestTag/${tag}`]: "owned" } };
  const balancers = [
    arn(access, "elasticloadbalancing", "loadbalancer/*"),
    arn(access, "elasticloadbalancing", "targetgroup/*"),
    arn(access, "elasticloadbalancing", "listener/*"),
  ];
  const groups = [arn(access, "ec2", "security-group/*")];
  return [
    { Sid: "SeeMachinesAndBalancers", Effect: "Allow", Action: reads, Resource: ["*"], Condition: inRegion(access) },
    {
      Sid: "MakeOwnBalancers",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
      ],
      Resource: balancers,
      Condition: toBeOwned,
    },
    {
      Sid: "KeepOwnBalancers",
      Effect: "Allow",
      Action: [
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
      Resource: balancers,
      Condition: owned,
    },
    {
      Sid: "MakeOwnGroups",
      Effect: "Allow",
      Action: ["ec2:CreateSecurityGroup", "ec2:CreateTags"],
      Resource: groups,
      Condition: toBeOwned,
    },
    {
      Sid: "MakeGroupsInVpc",
      Effect: "Allow",
      Action: ["ec2:CreateSecurityGroup"],
      // A VPC that was there before carries no tag of the cluster; the group made in it has to.
      Resource: [arn(access, "ec2", "vpc/*")],
    },
    {
      Sid: "KeepOwnGroups",
      Effect: "Allow",
      Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"],
      Resource: groups,
      Condition: owned,
    },
  ];
}
