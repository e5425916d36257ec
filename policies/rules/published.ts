import type { Resource } from "../model/stack";
import { allowances } from "./statements";
import type { Allowance } from "./statements";

/** An object, and not a pattern of objects, that relying parties of an issuer of tokens read (OpenID Connect Discovery). */
const document =
  /^arn:[\w-]+:s3:::[a-z0-9.-]+\/(?:\.well-known\/(?:openid-configuration|jwks\.json)|openid\/v1\/jwks)$/;

/**
 * Whether an allowance does no more than publish how an issuer's tokens are checked. AWS reads these documents without
 * credentials, and there is nothing in them but public keys.
 */
export function isPublished({ actions, negated, resources }: Allowance): boolean {
  return (
    !negated &&
    actions.length === 1 &&
    actions[0] === "s3:GetObject" &&
    resources.length > 0 &&
    resources.every((resource) => document.test(resource))
  );
}

/** Whether a bucket's policy opens it to everybody, and for those documents alone. */
export function publishesKeysAlone(policy: Resource): boolean {
  const open = allowances(policy.at("policy")).filter(({ principals }) => principals.includes("*"));
  return open.length > 0 && open.every(isPublished);
}
