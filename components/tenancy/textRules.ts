import { parseQuantity } from "./quantity.plan";
import type { TextRule } from "../settings/textRules";
import { labelRule } from "../settings/textRules";

/** A Kubernetes quantity of at least zero. */
export const quantityRule: TextRule = (text) => {
  if (parseQuantity(text) !== undefined) return undefined;
  const compact = text.replaceAll(/\s/g, "");
  if (parseQuantity(compact) !== undefined) return `write it without spaces: ${compact}`;
  const [, number = "", unit = ""] =
    /^(\d+(?:\.\d+)?)(GB|MB|KB|TB|gb|mb|kb|g|K|gi|mi|ki|GiB|MiB|KiB|TiB)$/.exec(text) ?? [];
  if (unit !== "") return `has a unit that Kubernetes does not know; write ${number}${kubernetesUnit(unit)}`;
  return "write a Kubernetes quantity such as 500m, 4, 512Mi or 1.5Gi";
};

function kubernetesUnit(unit: string): string {
  const letter = unit[0]?.toUpperCase() ?? "";
  return /^(.B|[gmkt]b|g|K)$/.test(unit) ? (letter === "K" ? "k" : letter) : `${letter}i`;
}

/** The name of a tenant, group, user, role, ServiceAccount or priority class. */
export const nameRule: TextRule = labelRule(63);

/** An IAM action: `service:Operation`. */
export const actionRule: TextRule = (text) => {
  if (text === "*" || text.endsWith(":*")) return "allows every action of a service; list the required actions";
  return /^[a-z0-9-]+:[A-Za-z]+\*?$/.test(text) ? undefined : "write an IAM action such as s3:GetObject";
};

/** The ARN of an AWS resource; wildcards are allowed. */
export const arnRule: TextRule = (text) =>
  text === "*" || /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:[^\s]+$/.test(text)
    ? undefined
    : "write an ARN such as arn:aws:s3:::reports/*";
