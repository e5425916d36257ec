import type { IamScope, Statement } from "../shared/iamStatements.plan";
import { allowOnWorkerGroups, allowReads } from "../shared/iamStatements.plan";

/** IAM policy of the Cluster Autoscaler: read groups and instance types, scale the cluster's worker groups. */
export function clusterAutoscalerStatements<Arn>(scope: IamScope<Arn>): readonly Statement<Arn>[] {
  return [
    allowReads("DescribeGroupsAndInstanceTypes", scope, [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ]),
    allowOnWorkerGroups("ScaleWorkerGroups", scope, [
      "autoscaling:SetDesiredCapacity",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ]),
  ];
}
