/** Updates of created resources in the rehearsed AWS. Types without a handler cannot change in a rehearsal. */
import { ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { runAutoScalingAction } from "../autoScaling/actions";
import type { AutoScaling } from "../autoScaling/autoScaling";
import type { Refreshes } from "../autoScaling/refreshes";
import type { LaunchTemplates } from "../ec2/launchTemplates";
import { groupConfiguration, launchTemplateData } from "./compute";
import { resourceHandlers } from "./createResources";
import { type CloudResource, type CreationContext, physicalName } from "./resourceHandler";

export interface ChangeContext extends CreationContext {
  readonly templates: LaunchTemplates;
  readonly scaling: AutoScaling;
  readonly refreshes: Refreshes;
}

/** A changed resource with real ids, and its inputs from before. */
interface Update<Args = Readonly<Record<string, unknown>>> {
  readonly resource: CloudResource & { readonly inputs: Args };
  readonly former: Args;
}

type UpdateHandler = (update: Update, context: ChangeContext) => Promise<unknown>;

const handler =
  <Args>(update: (changed: Update<Unwrap<Args>>, context: ChangeContext) => Promise<unknown>): UpdateHandler =>
  (changed, context) =>
    update(changed as unknown as Update<Unwrap<Args>>, context);

/** Creation overwrites. */
const again: UpdateHandler = async ({ resource }, context) => resourceHandlers[resource.type]?.(resource, context);
/** The rehearsal reads it from the plan. */
const nothing: UpdateHandler = () => Promise.resolve();

const updateHandlers: Readonly<Record<string, UpdateHandler>> = {
  "aws:autoscaling/lifecycleHook:LifecycleHook": again,
  "aws:cloudwatch/eventRule:EventRule": again,
  "aws:cloudwatch/eventTarget:EventTarget": again,
  "aws:iam/policy:Policy": nothing,
  "aws:iam/role:Role": nothing,
  "aws:iam/rolePolicy:RolePolicy": again,
  "aws:route53/record:Record": again,
  "aws:s3/bucketObjectv2:BucketObjectv2": again,

  "aws:ssm/parameter:Parameter": handler<aws.ssm.ParameterArgs>(async ({ resource }, { aws: { ssm } }) => {
    const { type, value, insecureValue, keyId } = resource.inputs;
    await ssm.send(
      new PutParameterCommand({
        Name: physicalName(resource),
        Type: type as "String" | "SecureString",
        Value: value ?? insecureValue,
        KeyId: keyId,
        Overwrite: true,
      }),
    );
  }),

  "aws:ebs/volume:Volume": handler<aws.ebs.VolumeArgs>(async ({ resource }, { aws: { ec2 } }) => {
    const { size, iops, throughput } = resource.inputs;
    await ec2.send(new ModifyVolumeCommand({ VolumeId: resource.id, Size: size, Iops: iops, Throughput: throughput }));
  }),

  "aws:ec2/launchTemplate:LaunchTemplate": handler<aws.ec2.LaunchTemplateArgs>(async ({ resource }, { templates }) => {
    await templates.addVersion(resource.id ?? "", launchTemplateData(resource.inputs));
  }),

  "aws:autoscaling/group:Group": handler<aws.autoscaling.GroupArgs>(
    async ({ resource, former }, { scaling, refreshes, sizes }) => {
      const { inputs } = resource;
      const name = physicalName(resource);
      const { DesiredCapacity } = await scaling.group(name);
      const size = sizes === undefined ? changedSize(inputs, former) : rehearsedSize(inputs, DesiredCapacity);
      await scaling.update({ AutoScalingGroupName: name, ...size, ...groupConfiguration(inputs) });
      const launches = ({ launchTemplate, mixedInstancesPolicy }: typeof inputs): string =>
        JSON.stringify([launchTemplate, mixedInstancesPolicy]);
      // Without `instanceRefresh`, a schedule starts the rollout.
      if (launches(former) === launches(inputs) || inputs.instanceRefresh === undefined) return;
      await refreshes.cancel(name).catch(() => undefined);
      const { preferences = {} } = inputs.instanceRefresh;
      const form = new URLSearchParams({ AutoScalingGroupName: name, Strategy: "Rolling" });
      for (const [key, value] of Object.entries(preferences)) {
        if (typeof value !== "object")
          form.set(`Preferences.${key.charAt(0).toUpperCase()}${key.slice(1)}`, String(value));
      }
      await runAutoScalingAction(
        { service: "autoscaling", action: "StartInstanceRefresh", form },
        { scaling, refreshes },
      );
    },
  ),
};

type GroupSizes = Pick<Unwrap<aws.autoscaling.GroupArgs>, "minSize" | "maxSize" | "desiredCapacity">;

/** A rehearsal of a plan may have fewer or more machines than the settings. `max: 0` parks a pool. */
function rehearsedSize({ minSize, maxSize }: GroupSizes, capacity = 0) {
  const machines = maxSize === 0 ? 0 : capacity;
  return { MinSize: Math.min(minSize, machines), MaxSize: Math.max(maxSize, machines), DesiredCapacity: machines };
}

/** Sizes of the settings. Pulumi's provider sends a desired capacity only if it has changed; else Auto Scaling keeps its own. */
function changedSize({ minSize, maxSize, desiredCapacity }: GroupSizes, former: GroupSizes) {
  const changed = desiredCapacity !== former.desiredCapacity;
  return { MinSize: minSize, MaxSize: maxSize, ...(changed && { DesiredCapacity: desiredCapacity }) };
}

/** @throws for a type that cannot change in a rehearsal */
export function updateHandlerOf({ type, name }: CloudResource): UpdateHandler {
  const found = updateHandlers[type];
  if (found === undefined) throw new Error(`a rehearsal cannot update ${type} ${name}`);
  return found;
}
