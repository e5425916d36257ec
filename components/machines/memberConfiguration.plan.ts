/**
 * Configuration with which a control-plane member boots next, in an SSM parameter. The member tries it before it allows its replacement
 * (components/node/files/bin/try-configuration). It repeats the user data of the launch template, because an instance may not read
 * launch templates: IAM cannot limit `ec2:DescribeLaunchTemplateVersions` to those of the cluster.
 */

import type { BootingMachine } from "../node/userData.plan";

/** Path of the members' parameters, below the cluster's path. */
export const configurationPath = "/control-plane";

/** Path of one member's parameter, below the cluster's path. */
export const configurationParameter = (member: string): string => `${configurationPath}/${member}`;

/**
 * Text of the parameter; holds no secret.
 * @param template version of the launch template that boots with this configuration. Parameter and group change one after the other:
 * a member that finds another version in its group waits.
 */
export function renderMemberConfiguration(template: string, { bundle, node, patches = {} }: BootingMachine): string {
  return JSON.stringify({ template, bundle, node, patches });
}
