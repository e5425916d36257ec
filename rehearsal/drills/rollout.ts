/** What `pulumi up` does with groups whose launch template has changed. */
import { readBootPlan } from "../supervisor/bootPlan";
import { callQueryApi, elementTexts } from "./aws";
import type { RehearsedCluster } from "./rehearsedCluster";

/** Gives a group's launch template a version with another instance type, and begins the refresh with the plan's preferences. */
export async function startRollout(cluster: RehearsedCluster, group: string, instanceType: string): Promise<void> {
  const described = await callQueryApi(cluster, "autoscaling", "DescribeAutoScalingGroups", {
    "AutoScalingGroupNames.member.1": group,
  });
  const [LaunchTemplateId = ""] = elementTexts(described, "LaunchTemplateId");
  const [SourceVersion = ""] = elementTexts(described, "Version");
  const made = await callQueryApi(cluster, "ec2", "CreateLaunchTemplateVersion", {
    ...{ LaunchTemplateId, SourceVersion, "LaunchTemplateData.InstanceType": instanceType },
  });
  const [version = ""] = elementTexts(made, "versionNumber");
  // where a pool has several instance types, their policy names the template
  const place = described.includes("<MixedInstancesPolicy>")
    ? "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification"
    : "LaunchTemplate";
  await callQueryApi(cluster, "autoscaling", "UpdateAutoScalingGroup", {
    ...{ AutoScalingGroupName: group, [`${place}.LaunchTemplateId`]: LaunchTemplateId, [`${place}.Version`]: version },
  });
  await callQueryApi(cluster, "autoscaling", "StartInstanceRefresh", {
    ...{ AutoScalingGroupName: group, Strategy: "Rolling", ...plannedPreferences(cluster, group) },
  });
}

/** Preferences of a group's refresh, as the API takes them. */
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

/** Another type than the one given, of the same family. */
export function otherInstanceType(type: string): string {
  return type.endsWith(".large") ? type.replace(/\.large$/, ".xlarge") : type.replace(/\.[^.]+$/, ".large");
}
