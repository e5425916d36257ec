/** Rollout of a changed launch template to an Auto Scaling group, as `pulumi up` starts it. */
import { readBootPlan } from "../supervisor/bootPlan";
import { callQueryApi, elementTexts } from "./aws";
import type { RehearsedCluster } from "./rehearsedCluster";

/** Creates a launch template version with another instance type and starts an instance refresh with the plan's preferences. */
export async function startRollout(cluster: RehearsedCluster, group: string, instanceType: string): Promise<void> {
  const described = await callQueryApi(cluster, "autoscaling", "DescribeAutoScalingGroups", {
    "AutoScalingGroupNames.member.1": group,
  });
  const [LaunchTemplateId = ""] = elementTexts(described, "LaunchTemplateId");
  const [SourceVersion = ""] = elementTexts(described, "Version");
  const created = await callQueryApi(cluster, "ec2", "CreateLaunchTemplateVersion", {
    LaunchTemplateId,
    SourceVersion,
    "LaunchTemplateData.InstanceType": instanceType,
  });
  const [version = ""] = elementTexts(created, "versionNumber");
  // The group of a pool with several instance types names its template in a mixed instances policy.
  const template = described.includes("<MixedInstancesPolicy>")
    ? "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification"
    : "LaunchTemplate";
  await callQueryApi(cluster, "autoscaling", "UpdateAutoScalingGroup", {
    AutoScalingGroupName: group,
    [`${template}.LaunchTemplateId`]: LaunchTemplateId,
    [`${template}.Version`]: version,
  });
  await callQueryApi(cluster, "autoscaling", "StartInstanceRefresh", {
    AutoScalingGroupName: group,
    Strategy: "Rolling",
    ...plannedPreferences(cluster, group),
  });
}

/** Instance refresh preferences of a group in the plan, as parameters of the query API. */
function plannedPreferences(cluster: RehearsedCluster, group: string): Record<string, string> {
  const { resources } = readBootPlan(cluster.client.paths.plan);
  const planned = resources.find(({ type, inputs }) => type === "aws:autoscaling/group:Group" && inputs.name === group);
  const refresh = planned?.inputs.instanceRefresh as { preferences?: Readonly<Record<string, unknown>> } | undefined;
  return Object.fromEntries(
    Object.entries(refresh?.preferences ?? {}).map(([name, value]) => [
      `Preferences.${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      String(value),
    ]),
  );
}

/** Another instance type of the same family. */
export function otherInstanceType(type: string): string {
  return type.endsWith(".large") ? type.replace(/\.large$/, ".xlarge") : type.replace(/\.[^.]+$/, ".large");
}
