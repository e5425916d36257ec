import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";

import { isAmiId } from "../settings/textRules";
import type { ImageByParameter, ImageSource } from "./images.plan";

/**
 * AMI id of a group of machines. A launch template contains no SSM parameter: with one, Auto Scaling refuses instance refreshes
 * with skip matching, warm pools and instance requirements (EC2 Auto Scaling User Guide, "Use AWS Systems Manager parameters
 * instead of AMI IDs in launch templates").
 *
 * For an image by parameter, the stack's state records the id that the group was created with, and the group keeps it until
 * the settings pin another one: a newer image must not replace machines in an update that is about something else. The record
 * stays beside a pin, so that reverting the commit of the first pin restores the image from before.
 *
 * @param name of the group's component.
 */
export function resolveImage(name: string, image: ImageSource, parent: pulumi.Resource): pulumi.Input<string> {
  if ("id" in image) return image.id;
  const { parameter, pin } = image;
  // Another parameter is another record, so that it takes effect.
  const record = `${name}-image-${parameter.replace(/^\//, "").replaceAll(/[^\w.-]+/g, "-")}`;
  const { output } = new pulumi.Stash(
    record,
    { input: pin ?? fetchNewestImage(image, parent) },
    { parent, ignoreChanges: ["input"] },
  );
  return pin ?? output.apply(String);
}

function fetchNewestImage({ parameter }: ImageByParameter, parent: pulumi.Resource): pulumi.Output<string> {
  const { insecureValue } = ssm.getParameterOutput({ name: parameter, withDecryption: false }, { parent });
  return insecureValue.apply((value) => {
    if (isAmiId(value)) return value;
    throw new pulumi.RunError(`SSM parameter ${parameter} does not hold an AMI id; write another one, or an AMI id`);
  });
}
