import type { GroupArgs } from "@pulumi/aws/autoscaling";

import type { Request } from "../core/resourceType";
import { toText } from "../core/text";
import type { WorldResource } from "../core/world";

/** Prefix of an image that each launch resolves from an SSM parameter. */
const parameterPrefix = "resolve:ssm:";

/**
 * Refuses features that do not work with a launch template whose image is an SSM parameter (EC2 Auto Scaling User Guide, "Use
 * AWS Systems Manager parameters instead of AMI IDs in launch templates", limitations). AWS creates a group with such a refresh,
 * and refuses the refresh of every later change.
 */
export function checkImageParameter({ inputs, refuse }: Request<GroupArgs>, template: WorldResource): void {
  const image = toText(template.outputs.imageId ?? "");
  if (!image.startsWith(parameterPrefix)) return;
  const unsupported = (property: string, feature: string): void => {
    const message = `A launch template that uses an SSM parameter instead of an AMI ID for ImageId is not supported ${feature}.`;
    refuse(property, "ValidationError", message);
  };
  const { skipMatching, autoRollback } = inputs.instanceRefresh?.preferences ?? {};
  const preferences = "instanceRefresh.preferences";
  if (skipMatching === true) unsupported(`${preferences}.skipMatching`, "when skip matching is enabled");
  // The provider sends the desired configuration with auto rollback, and only then.
  if (autoRollback === true) unsupported(`${preferences}.autoRollback`, "when a desired configuration is specified");
  if (inputs.warmPool !== undefined) unsupported("warmPool", "for a group with a warm pool");
  (inputs.mixedInstancesPolicy?.launchTemplate.overrides ?? []).forEach(({ instanceRequirements }, index) => {
    if (instanceRequirements === undefined) return;
    const property = `mixedInstancesPolicy.launchTemplate.overrides[${index}].instanceRequirements`;
    // Message: hashicorp/terraform-provider-aws issue 38767.
    refuse(property, "ValidationError", `Invalid id: "${image}" (expecting "ami-...")`);
  });
}
