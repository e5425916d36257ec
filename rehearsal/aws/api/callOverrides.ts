/** Answers in which moto differs from AWS, or that it cannot give. */
import { z } from "zod";
import { runAutoScalingAction } from "../autoScaling/actions";
import type { AutoScaling } from "../autoScaling/autoScaling";
import type { LaunchTemplates } from "../ec2/launchTemplates";
import type { Refreshes } from "../autoScaling/refreshes";
import type { AwsReply } from "./awsApi";
import type { AwsCall } from "./awsCall";
import { AwsRefusal } from "./awsRefusal";
import { parseForm, refusalReply, successReply } from "./queryProtocol";
import { isClassic, type ServiceLoadBalancers } from "./serviceLoadBalancers";
import type { Volumes } from "../ec2/volumes";

export interface OverrideServices {
  readonly volumes: Volumes;
  readonly balancers: ServiceLoadBalancers;
  readonly scaling: AutoScaling;
  readonly refreshes: Refreshes;
  readonly templates: LaunchTemplates;
}

/** The rehearsal's answer to a call; undefined: moto answers. */
export async function overrideCall(call: AwsCall, services: OverrideServices): Promise<AwsReply | undefined> {
  const service = call.service === "autoscaling" ? "autoscaling" : "ec2";
  try {
    const result = await (service === "autoscaling" ? runAutoScalingAction(call, services) : runAction(call, services));
    return result && successReply(service, call.action, result);
  } catch (error) {
    if (error instanceof AwsRefusal) return refusalReply(service, error);
    throw error;
  }
}

/** Result of an action of EC2, or undefined. @throws AwsRefusal */
async function runAction({ action, form, ...call }: AwsCall, services: OverrideServices): Promise<object | undefined> {
  const { volumes, balancers, templates } = services;
  switch (action) {
    case "DescribeLoadBalancers":
      if (call.service === "elasticloadbalancing" && isClassic(form)) await balancers.addDefaultHealthChecks();
      return undefined;
    case "AttachVolume": {
      // moto attaches a volume that another machine still uses.
      const volumeId = form.get("VolumeId") ?? "";
      const user = volumes.attachedTo(volumeId);
      if (user === undefined || user === form.get("InstanceId")) return undefined;
      throw new AwsRefusal("VolumeInUse", `${volumeId} is already attached to an instance`);
    }
    case "DeleteSecurityGroup": {
      // moto deletes a group that a load balancer or a rule of another group uses.
      const groupId = form.get("GroupId") ?? "";
      if (!(await balancers.useGroup(groupId))) return undefined;
      throw new AwsRefusal("DependencyViolation", `resource ${groupId} has a dependent object`);
    }
    case "DescribeInstanceTopology":
      // moto fails here, and the cloud controller retries for seconds. AWS refuses it for types without a topology.
      throw new AwsRefusal("UnsupportedOperation", "Rehearsed machines have no topology");
    case "CreateLaunchTemplateVersion":
      return form.has("SourceVersion") ? createDerivedVersion(form, templates) : undefined;
    default:
      return undefined;
  }
}

async function createDerivedVersion(form: URLSearchParams, templates: LaunchTemplates): Promise<object> {
  const changes = z.record(z.string(), z.string()).safeParse(parseForm(form).LaunchTemplateData ?? {});
  if (!changes.success) {
    throw new AwsRefusal("InvalidParameterValue", "a rehearsal can only change text fields of a source version");
  }
  const [id = "", source = ""] = [form.get("LaunchTemplateId"), form.get("SourceVersion")].map(String);
  const { name, version } = await templates.derive(id, source, changes.data);
  return { launchTemplateVersion: { launchTemplateId: id, launchTemplateName: name, versionNumber: version } };
}
