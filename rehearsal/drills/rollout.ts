/** Rollout of a changed launch template to an Auto Scaling group, as `pulumi up` starts it. */
import { configurationParameter, renderMemberConfiguration } from "../../components/machines/memberConfiguration.plan";
import type { BundleLocation } from "../../components/node/nodeConfig.plan";
import type { BootingMachine } from "../../components/node/userData.plan";
import { refreshesOf } from "../../plan/comparison/refreshes";
import { readBootPlan } from "../supervisor/bootPlan";
import { callJsonApi, callQueryApi, elementTexts } from "./aws";
import type { RehearsedCluster } from "./rehearsedCluster";

/** Change of a launch template. */
export interface TemplateChange {
  readonly instanceType?: string;
  /** SHA-256 of another node bundle; its key is derived from it. */
  readonly bundle?: string;
}

/** Creates a launch template version and starts an instance refresh with the plan's preferences, instead of one in progress. */
export async function startRollout(
  cluster: RehearsedCluster,
  group: string,
  { instanceType, bundle }: TemplateChange,
): Promise<void> {
  const described = await callQueryApi(cluster, "autoscaling", "DescribeAutoScalingGroups", {
    "AutoScalingGroupNames.member.1": group,
  });
  const [LaunchTemplateId = ""] = elementTexts(described, "LaunchTemplateId");
  const [SourceVersion = ""] = elementTexts(described, "Version");
  const created = await callQueryApi(cluster, "ec2", "CreateLaunchTemplateVersion", {
    LaunchTemplateId,
    SourceVersion,
    ...(instanceType !== undefined && { "LaunchTemplateData.InstanceType": instanceType }),
    ...(bundle !== undefined && { "LaunchTemplateData.UserData": await changedUserData(cluster, group, bundle) }),
  });
  const [version = ""] = elementTexts(created, "versionNumber");
  await writeConfiguration(cluster, group, version, bundle);
  // The group of a pool with several instance types names its template in a mixed instances policy.
  const template = described.includes("<MixedInstancesPolicy>")
    ? "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification"
    : "LaunchTemplate";
  await callQueryApi(cluster, "autoscaling", "UpdateAutoScalingGroup", {
    AutoScalingGroupName: group,
    [`${template}.LaunchTemplateId`]: LaunchTemplateId,
    [`${template}.Version`]: version,
  });
  // Refused without a refresh in progress.
  await callQueryApi(cluster, "autoscaling", "CancelInstanceRefresh", { AutoScalingGroupName: group }).catch(
    () => undefined,
  );
  await callQueryApi(cluster, "autoscaling", "StartInstanceRefresh", {
    AutoScalingGroupName: group,
    Strategy: "Rolling",
    ...plannedPreferences(cluster, group),
  });
}

/** Writes the parameter of a control-plane member's configuration; see components/machines/memberConfiguration.plan.ts. */
async function writeConfiguration(
  cluster: RehearsedCluster,
  group: string,
  template: string,
  sha256: string | undefined,
): Promise<void> {
  const member = /-control-plane-([a-e])$/.exec(group)?.[1];
  if (member === undefined) return;
  const Name = `${await cluster.readParameterPrefix()}${configurationParameter(member)}`;
  const { Parameter } = (await callJsonApi(cluster, "ssm", "AmazonSSM.GetParameter", { Name })) as {
    Parameter: { Value: string };
  };
  const machine = JSON.parse(Parameter.Value) as BootingMachine;
  const bundle = sha256 === undefined ? machine.bundle : withSha256(machine.bundle, sha256);
  const Value = renderMemberConfiguration(template, { ...machine, bundle });
  await callJsonApi(cluster, "ssm", "AmazonSSM.PutParameter", { Name, Type: "String", Overwrite: true, Value });
}

/** Place of another bundle of the same kind of machines. */
const withSha256 = (bundle: BundleLocation, sha256: string): BundleLocation => ({
  ...bundle,
  sha256,
  key: bundle.key.replace(bundle.sha256, sha256),
});

/** Base64 of the user data with which a group's machine booted, with another node bundle. */
async function changedUserData(cluster: RehearsedCluster, group: string, sha256: string): Promise<string> {
  const machine = cluster.status.machines.find((each) => each.group === group);
  if (machine === undefined) throw new Error(`group ${group} has no machine`);
  const read = `imds_token && curl -qsSf -H "x-aws-ec2-metadata-token: $IMDS_TOKEN" "$IMDS/user-data"`;
  const text = await cluster.runWithLibraries(machine, read);
  const [, former] = /BUNDLE_SHA256='([0-9a-f]{64})'/.exec(text) ?? [];
  if (former === undefined) throw new Error(`the user data of ${group} names no bundle`);
  return Buffer.from(text.replaceAll(former, sha256)).toString("base64");
}

/** Instance refresh preferences of a group in the plan, as parameters of the query API. */
function plannedPreferences(cluster: RehearsedCluster, group: string): Record<string, string> {
  const preferences = refreshesOf(readBootPlan(cluster.client.paths.plan).resources).get(group) ?? {};
  return Object.fromEntries(Object.entries(preferences).map(([name, value]) => [`Preferences.${name}`, String(value)]));
}

/** Another instance type of the same family. */
export function otherInstanceType(type: string): string {
  return type.endsWith(".large") ? type.replace(/\.large$/, ".xlarge") : type.replace(/\.[^.]+$/, ".large");
}
