import type { Resource } from "../model/stack";
import { aws, roleTag } from "../model/types";
import type { Value } from "../model/value";

/** Types that define instances. */
export const instanceResourceTypes = [aws.instance, aws.launchTemplate] as const;

/** Decoded user data. */
export function userData(instance: Resource): string | undefined {
  const encoded = instance.at(instance.type === aws.launchTemplate ? "userData" : "userDataBase64").string();
  if (encoded !== undefined) return Buffer.from(encoded, "base64").toString("utf8");
  return instance.at("userData").string();
}

/** Disks that the resource declares. */
export function disksOf(instance: Resource): readonly Value[] {
  if (instance.type !== aws.launchTemplate) {
    const root = instance.at("rootBlockDevice");
    return [...(root.absent ? [] : [root]), ...instance.at("ebsBlockDevices").items()];
  }
  return instance
    .at("blockDeviceMappings")
    .items()
    .map((mapping) => mapping.at("ebs"))
    .filter((disk) => !disk.absent);
}

/** Holdfast role in the tags of an instance, launch template or Auto Scaling group. */
export function roleOf(instance: Resource): string | undefined {
  if (instance.type !== aws.launchTemplate) return instance.tag(roleTag);
  const tagged = instance
    .at("tagSpecifications")
    .items()
    .find((specification) => specification.at("resourceType").string() === "instance");
  return tagged?.at("tags", roleTag).string() ?? instance.tag(roleTag);
}

/** True for roles that run etcd or the API server. */
export const isMemberRole = (role: string | undefined): boolean => role === "control-plane" || role === "etcd";
