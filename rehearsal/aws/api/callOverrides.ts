/** What moto cannot answer, or answers otherwise than AWS. */
import { z } from "zod";
import { runAutoScalingAction } from "../autoScaling/actions";
import type { AutoScaling } from "../autoScaling/autoScaling";
import type { LaunchTemplates } from "../ec2/launchTemplates";
import { escapeXml, structureOf, xmlOf } from "./queryProtocol";
import { AwsRefusal } from "./awsRefusal";
import type { Refreshes } from "../autoScaling/refreshes";
import { type AwsReply, autoScalingError, autoScalingReply, ec2Error, ec2Reply } from "./awsApi";
import type { AwsCall } from "./awsCall";
import { isClassic, type ServiceBalancers } from "./serviceLoadBalancers";
import type { Volumes } from "../ec2/volumes";

export interface OverrideServices {
  readonly volumes: Volumes;
  readonly balancers: ServiceBalancers;
  readonly scaling: AutoScaling;
  readonly refreshes: Refreshes;
  readonly templates: LaunchTemplates;
}

/** The rehearsal's own answer to a call; undefined: moto's will do. */
export async function overrideCall(call: AwsCall, services: OverrideServices): Promise<AwsReply | undefined> {
  const { service, action, form } = call;
  if (service === "autoscaling") return autoScalingAnswer(call, services);
  if (service === "elasticloadbalancing") {
    if (isClassic(call) && action === "DescribeLoadBalancers") await services.balancers.giveHealthChecks();
    return undefined;
  }
  switch (action) {
    case "AttachVolume": {
      // moto lets a volume be taken from a machine that still has it
      const volumeId = form.get("VolumeId") ?? "";
      const holder = services.volumes.holder(volumeId);
      if (holder === undefined || holder === form.get("InstanceId")) return undefined;
      return ec2Error("VolumeInUse", `${volumeId} is already attached to an instance`);
    }
    case "DeleteSecurityGroup": {
      // moto lets a group go that a load balancer or another group's rule still needs
      const groupId = form.get("GroupId") ?? "";
      if (!(await services.balancers.needGroup(groupId))) return undefined;
      return ec2Error("DependencyViolation", `resource ${escapeXml(groupId)} has a dependent object`);
    }
    case "DescribeInstanceTopology":
      // moto does not know it and fails, which costs the cloud controller seconds; AWS says so of types without a topology
      return ec2Error("UnsupportedOperation", "The rehearsal's machines have no topology");
    case "CreateLaunchTemplateVersion":
      return form.has("SourceVersion") ? derivedVersion(form, services.templates) : undefined;
    default:
      return undefined;
  }
}

async function derivedVersion(form: URLSearchParams, templates: LaunchTemplates): Promise<AwsReply> {
  const { LaunchTemplateData: changes = {} } = structureOf(form);
  const texts = z.record(z.string(), z.string()).safeParse(changes);
  if (!texts.success) return ec2Error("InvalidParameterValue", "only texts of a source version can be changed here");
  try {
    const [id = "", source = ""] = [form.get("LaunchTemplateId"), form.get("SourceVersion")].map(String);
    const { name, version } = await templates.derive(id, source, texts.data);
    const made = { launchTemplateId: id, launchTemplateName: name, versionNumber: version };
    return ec2Reply("CreateLaunchTemplateVersion", xmlOf({ launchTemplateVersion: made }));
  } catch (error) {
    if (error instanceof AwsRefusal) return ec2Error(error.code, escapeXml(error.message));
    throw error;
  }
}

async function autoScalingAnswer(call: AwsCall, services: OverrideServices): Promise<AwsReply | undefined> {
  try {
    const result = await runAutoScalingAction(call, services);
    return result === undefined ? undefined : autoScalingReply(call.action, xmlOf(result));
  } catch (error) {
    if (error instanceof AwsRefusal) return autoScalingError(error.code, escapeXml(error.message));
    throw error;
  }
}
