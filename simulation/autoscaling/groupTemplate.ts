import type { GroupArgs } from "@pulumi/aws/autoscaling";

import type { Request } from "../core/resourceType";
import type { WorldResource } from "../core/world";

/** Id of a group's launch template, and the input that names it. */
export function launchTemplateOf({ inputs }: Request<GroupArgs>): { path: string; id: string | undefined } {
  const { launchTemplate, mixedInstancesPolicy } = inputs;
  if (mixedInstancesPolicy === undefined) return { path: "launchTemplate.id", id: launchTemplate?.id };
  return {
    path: "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId",
    id: mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId,
  };
}

/** Launch template of a group; undefined if it does not exist. */
export const launchTemplateIn = (request: Request<GroupArgs>): WorldResource | undefined =>
  request.world.find("aws:ec2/launchTemplate:LaunchTemplate", "id", launchTemplateOf(request).id);
