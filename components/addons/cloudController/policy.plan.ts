/**
 * What the AWS cloud controller asks of AWS. It runs on the control plane's machines and acts as them: it comes before anything
 * in the cluster could give it an identity of its own.
 */

import { kubernetesClusterTag } from "../../aws/tags.plan";
import { arn, inRegion } from "../../machines/iamStatements.plan";
import type { IamPolicy, IamStatement, MachineAccess } from "../../machines/iamStatements.plan";

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

/** What it does to a load balancer of the classic kind, which a Service without annotations gets (the same list). */
const classicChanges = [
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

/** A policy of its own: a member's inline policy has no room for it. It also makes load balancers for Services. */
export function cloudControllerPolicy(access: MachineAccess): IamPolicy {
  return { Version: "2012-10-17", Statement: statements(access) };
}

function statements(access: MachineAccess): readonly IamStatement[] {
  const tag = kubernetesClusterTag(access.cluster);
  const owned = { StringEquals: { [`aws:ResourceTag/${tag}`]: "owned" } };
  const toBeOwned = { StringEquals: { [`aws:RequestTag/${tag}`]: "owned" } };
  const whenMade = (service: string, by: readonly string[]) => ({
    StringEquals: { ...toBeOwned.StringEquals, [`${service}:CreateAction`]: by },
  });
  const loadBalancers = arn(access, "elasticloadbalancing", "loadbalancer/*");
  const balancers = [
    loadBalancers,
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
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
      ],
      Resource: balancers,
      Condition: toBeOwned,
    },
    {
      Sid: "TagWhatIsMade",
      Effect: "Allow",
      Action: ["elasticloadbalancing:AddTags"],
      Resource: balancers,
      // Who could tag what is there, the load balancer of the API for one, could then delete it.
      Condition: whenMade("elasticloadbalancing", ["CreateListener", "CreateLoadBalancer", "CreateTargetGroup"]),
    },
    {
      Sid: "KeepOwnBalancers",
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
      Resource: balancers,
      Condition: owned,
    },
    {
      Sid: "KeepOwnClassicBalancers",
      Effect: "Allow",
      Action: classicChanges,
      Resource: [loadBalancers],
      Condition: owned,
    },
    {
      Sid: "MakeOwnGroups",
      Effect: "Allow",
      Action: ["ec2:CreateSecurityGroup"],
      Resource: groups,
      Condition: toBeOwned,
    },
    {
      Sid: "TagGroupsThatAreMade",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: groups,
      Condition: whenMade("ec2", ["CreateSecurityGroup"]),
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
