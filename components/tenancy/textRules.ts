import { parseQuantity } from "./quantity.plan";
import type { TextRule } from "../settings/textRules";
import { labelRule } from "../settings/textRules";

/** Rules for single texts about tenants and people. */

/** A Kubernetes quantity that is at least zero. */
export const quantityRule: TextRule = (text) => {
  if (parseQuantity(text) !== undefined) return undefined;
  const spaced = text.replaceAll(/\s/g, "");
  if (parseQuantity(spaced) !== undefined) return `write it without spaces: ${spaced}`;
  const unit = /^(\d+(?:\.\d+)?)(GB|MB|KB|TB|gb|mb|kb|g|K|gi|mi|ki|GiB|MiB|KiB|TiB)$/.exec(text);
  if (unit) return `has a unit that Kubernetes does not know; write ${unit[1] ?? ""}${unitMeant(unit[2] ?? "")}`;
  return "write a Kubernetes quantity such as 500m, 4, 512Mi or 1.5Gi";
};

function unitMeant(unit: string): string {
  const letter = unit[0]?.toUpperCase() ?? "";
  return /^(.B|[gmkt]b|g|K)$/.test(unit) ? (letter === "K" ? "k" : letter) : `${letter}i`;
}

/** The name of a namespace, a service account, a group, a person, or a role. */
export const nameRule: TextRule = labelRule(63);

/** An IAM action: `service:Operation`. */
export const actionRule: TextRule = (text) => {
  if (text === "*" || text.endsWith(":*")) return "allows everything of a service; write the actions that are needed";
  return /^[a-z0-9-]+:[A-Za-z]+\*?$/.test(text) ? undefined : "write an IAM action such as s3:GetObject";
};

/** The ARN of an AWS resource, with wildcards within. */
export const arnRule: TextRule = (text) =>
  text === "*" || /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:[^\s]+$/.test(text)
    ? undefined
    : "write an ARN such as arn:aws:s3:::reports/*";

/** A user or a group, as authentication hands them over: anything but what Kubernetes keeps for itself. */
export const identityRule: TextRule = (text) => {
  if (text.startsWith("system:")) return "names that begin with system: belong to Kubernetes; write another";
  if (/^(kubeadm:|holdfast-admin$)/.test(text)) return "belongs to the cluster's own administrator; write another";
  if (text.length === 0 || text.length > 253) return "write 1 to 253 characters";
  return /^[\p{L}\p{N}@._:/#+=|-]+$/u.test(text)
    ? undefined
    : "write letters, digits and @ . _ : / # + = | -, such as ada@example.com";
};

/** An API group; empty for the core group. */
export const apiGroupRule: TextRule = (text) => {
  if (text === "*") return "takes in every group that is ever installed; write the groups, such as apps";
  return text === "" || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text)
    ? undefined
    : 'write an API group such as apps or batch, or "" for Pods, Services and the like';
};

/** A resource by its plural name, with a subresource after a slash. */
export const resourceRule: TextRule = (text) => {
  if (text.includes("*")) return "takes in Secrets, and every kind that is ever installed; write the resources";
  return /^[a-z][a-z0-9.-]*(\/[a-z][a-z0-9]*)?$/.test(text)
    ? undefined
    : "write a resource in the plural and in lower case, such as deployments or pods/log";
};

/** A path of the API that is no resource. */
export const pathRule: TextRule = (text) =>
  /^\/[A-Za-z0-9._/-]*\*?$/.test(text) && text !== "/*" ? undefined : "write a path such as /metrics";

const escalating = ["escalate", "bind", "impersonate"];

/** What Kubernetes asks authorization for. */
export const verbs = [
  ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
  ...["use", "approve", "sign", "attest", "put", "post", "head", "options"],
] as const;

/** A verb that gives its holder no more than it says. */
export const verbRule: TextRule = (text) => {
  if (text === "*") return "takes in everything, escalation too; write the verbs: get, list, watch …";
  if (escalating.includes(text)) return "lets its holder take any other role; leave it to the break-glass group";
  return (verbs as readonly string[]).includes(text) ? undefined : `write one of ${verbs.join(", ")}`;
};
