import type { TextRule } from "../../settings/textRules";

/** A username or group; names of Kubernetes and of the cluster's administrator are reserved. */
export const identityRule: TextRule = (text) => {
  if (text.startsWith("system:"))
    return "names that begin with system: are reserved for Kubernetes; write another name";
  if (/^(kubeadm:|holdfast-admin$)/.test(text))
    return "is reserved for the cluster's administrator; write another name";
  if (text.length === 0 || text.length > 253) return "write 1 to 253 characters";
  return /^[\p{L}\p{N}@._:/#+=|-]+$/u.test(text)
    ? undefined
    : "write letters, digits and @ . _ : / # + = | -, such as ada@example.com";
};

/** An API group; empty for the core group. */
export const apiGroupRule: TextRule = (text) => {
  if (text === "*") return "includes every API group that is ever installed; list the groups, such as apps";
  return text === "" || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text)
    ? undefined
    : 'write an API group such as apps or batch, or "" for the core group (Pods, Services)';
};

/** A resource by its plural name, optionally with a subresource. */
export const resourceRule: TextRule = (text) => {
  if (text.includes("*")) return "includes Secrets and every resource that is ever installed; list the resources";
  return /^[a-z][a-z0-9.-]*(\/[a-z][a-z0-9]*)?$/.test(text)
    ? undefined
    : "write a lower-case plural name, such as deployments or pods/log";
};

/** A non-resource path of the API. */
export const pathRule: TextRule = (text) =>
  /^\/[A-Za-z0-9._/-]*\*?$/.test(text) && text !== "/*" ? undefined : "write a path such as /metrics";

const escalationVerbs = ["escalate", "bind", "impersonate"];
const verbs = [
  ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
  ...["use", "approve", "sign", "attest", "put", "post", "head", "options"],
];

/** A verb that does not allow privilege escalation. */
export const verbRule: TextRule = (text) => {
  if (text === "*") return "includes privilege escalation; list the verbs: get, list, watch …";
  if (escalationVerbs.includes(text)) return "allows privilege escalation; leave it to the break-glass group";
  return verbs.includes(text) ? undefined : `write one of ${verbs.join(", ")}`;
};
