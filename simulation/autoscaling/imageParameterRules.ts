import type { GroupArgs } from "@pulumi/aws/autoscaling";

import type { Request } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";
import { launchTemplateIn } from "./groupTemplate";

const code = "ValidationError";
const source = `${guides.autoScaling}/using-systems-manager-parameters.html`;

/** Image of a group's launch template if each launch resolves it from an SSM parameter. */
function imageParameterOf(request: Request<GroupArgs>): string | undefined {
  const image = toText(launchTemplateIn(request)?.outputs.imageId ?? "");
  return image.startsWith("resolve:ssm:") ? image : undefined;
}

const unsupported = (feature: string): string =>
  `A launch template that uses an SSM parameter instead of an AMI ID for ImageId is not supported ${feature}.`;

/**
 * Features that do not work with a launch template whose image is an SSM parameter. AWS creates a group with such an instance
 * refresh, and refuses the refresh of every later change.
 */
export const imageParameterRules: readonly Rule<GroupArgs>[] = [
  {
    id: "image-parameter-without-skip-matching",
    sentence:
      "An instance refresh with `skipMatching` requires a launch template with an AMI id, not an SSM parameter.",
    source,
    code,
    check(request, violated) {
      if (imageParameterOf(request) === undefined) return;
      if (request.inputs.instanceRefresh?.preferences?.skipMatching !== true) return;
      violated("instanceRefresh.preferences.skipMatching", unsupported("when skip matching is enabled"));
    },
  },
  {
    id: "image-parameter-without-desired-configuration",
    sentence:
      "An instance refresh with a desired configuration, which the provider sends with `autoRollback`, requires a launch template with an AMI id, not an SSM parameter.",
    source,
    code,
    check(request, violated) {
      if (imageParameterOf(request) === undefined) return;
      if (request.inputs.instanceRefresh?.preferences?.autoRollback !== true) return;
      const message = unsupported("when a desired configuration is specified");
      violated("instanceRefresh.preferences.autoRollback", message);
    },
  },
  {
    id: "image-parameter-without-warm-pool",
    sentence: "A warm pool requires a launch template with an AMI id, not an SSM parameter.",
    source,
    code,
    check(request, violated) {
      if (imageParameterOf(request) === undefined || request.inputs.warmPool === undefined) return;
      violated("warmPool", unsupported("for a group with a warm pool"));
    },
  },
  {
    id: "image-parameter-without-requirements",
    sentence: "`instanceRequirements` require a launch template with an AMI id, not an SSM parameter.",
    source,
    code,
    check(request, violated) {
      const image = imageParameterOf(request);
      if (image === undefined) return;
      (request.inputs.mixedInstancesPolicy?.launchTemplate.overrides ?? []).forEach(
        ({ instanceRequirements }, index) => {
          if (instanceRequirements === undefined) return;
          const property = `mixedInstancesPolicy.launchTemplate.overrides[${index}].instanceRequirements`;
          // Message: hashicorp/terraform-provider-aws issue 38767.
          violated(property, `Invalid id: "${image}" (expecting "ami-...")`);
        },
      );
    },
  },
];
