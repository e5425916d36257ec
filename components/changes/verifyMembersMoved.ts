import { getInstances } from "@pulumi/aws/ec2/getInstances";
import type * as pulumi from "@pulumi/pulumi";

import { clusterTag, roleTag } from "../aws/tags.plan";
import { plainError } from "../plainError";
import { sharedRoleName } from "../controlPlane/roleNames.plan";
import type { LiveSettings } from "./liveSettings.plan";
import { formatRefusals, refuse } from "./settingsChange.plan";

/** States of an instance that may still use its role. */
const instanceStateNames = ["pending", "running", "stopping", "stopped", "shutting-down"];

/**
 * Rejects the end of a migration, also in a preview, while AWS has control-plane instances with another role than that of a control
 * plane without etcd: the update would delete the roles and firewall rules with which they serve members.
 */
export async function verifyMembersMoved(
  live: LiveSettings | undefined,
  wanted: LiveSettings,
  options: pulumi.InvokeOptions,
): Promise<void> {
  if (live?.etcd.migrateFrom === undefined || wanted.etcd.migrateFrom !== undefined) return;
  const { name } = wanted;
  const controlPlane = [
    { name: `tag:${clusterTag}`, values: [name] },
    { name: `tag:${roleTag}`, values: ["control-plane"] },
  ];
  const withoutEtcd = {
    name: "iam-instance-profile.arn",
    values: [`*:instance-profile/*${sharedRoleName(`${name}-control-plane`)}-profile*`],
  };
  const [all, moved] = await Promise.all(
    [controlPlane, [...controlPlane, withoutEtcd]].map((filters) =>
      getInstances({ filters, instanceStateNames }, options),
    ),
  );
  const left = (all?.ids ?? []).filter((id) => !moved?.ids.includes(id));
  if (left.length === 0) return;
  const message = `control-plane machines ${left.join(", ")} may still run members of etcd; keep migrateFrom: stacked until they are replaced`;
  throw plainError(`${formatRefusals([refuse(["etcd", "migrateFrom"], message)])}\nNothing was changed.`);
}
