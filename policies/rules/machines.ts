import type { Resource } from "../model/stack";
import { aws, roleTag } from "../model/types";
import type { Value } from "../model/value";

/** What launches machines. */
export const machineTypes = [aws.instance, aws.launchTemplate] as const;

/** User data in clear, whichever input it was given by. */
export function userData(machine: Resource): string | undefined {
  const encoded = machine.at(machine.type === aws.launchTemplate ? "userData" : "userDataBase64").text();
  if (encoded !== undefined) return Buffer.from(encoded, "base64").toString("utf8");
  return machine.at("userData").text();
}

/** A machine's disks as it writes them. */
export function disksOf(machine: Resource): readonly Value[] {
  if (machine.type !== aws.launchTemplate) {
    const root = machine.at("rootBlockDevice");
    return [...(root.absent ? [] : [root]), ...machine.at("ebsBlockDevices").items()];
  }
  return machine
    .at("blockDeviceMappings")
    .items()
    .map((mapping) => mapping.at("ebs"))
    .filter((disk) => !disk.absent);
}

/** A Holdfast role that a machine, or what launches it, is tagged with. */
export function roleOf(machine: Resource): string | undefined {
  if (machine.type !== aws.launchTemplate) return machine.tag(roleTag);
  const tagged = machine
    .at("tagSpecifications")
    .items()
    .find((specification) => specification.at("resourceType").text() === "instance");
  return tagged?.at("tags", roleTag).text() ?? machine.tag(roleTag);
}

/** Whether a role holds the cluster's state or API. */
export const holdsCluster = (role: string | undefined): boolean => role === "control-plane" || role === "etcd";
