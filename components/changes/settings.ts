import { texts } from "../settings/fields";
import type { TextRule } from "../settings/textRules";

/** Name of a resource as a plan and `pulumi preview` print it. */
const resourceNameRule: TextRule = (text) =>
  /^[a-z0-9]+([.-][a-z0-9]+)*$/.test(text)
    ? undefined
    : "write the name of a resource as npx holdfast plan prints it, such as prod-etcd-volume-c";

export const confirmLossSettings = texts(resourceNameRule, {
  description:
    "Stateful resources (volumes, keys, buckets, DNS zones, namespaces) that this update may delete or replace: names of resources or of their components, such as `prod-etcd-volume-c`. A name is valid for one update; remove it afterwards. Steps: docs/changes.md.",
})
  .default([])
  .meta({ examples: [["prod-etcd-volume-c"]] });
