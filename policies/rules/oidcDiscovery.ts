import type { Resource } from "../model/stack";
import { allowStatements } from "./policyStatements";
import type { AllowStatement } from "./policyStatements";

/** ARN of a single OpenID Connect discovery document or key set. */
const document =
  /^arn:[\w-]+:s3:::[a-z0-9.-]+\/(?:\.well-known\/(?:openid-configuration|jwks\.json)|openid\/v1\/jwks)$/;

/** True for a statement that only publishes discovery documents. AWS reads these public keys without credentials. */
export const isOidcDiscovery = ({ actions, negated, resources }: AllowStatement): boolean =>
  !negated &&
  actions.join() === "s3:GetObject" &&
  resources.length > 0 &&
  resources.every((resource) => document.test(resource));

/** True for a bucket policy that grants anonymous access to discovery documents only. */
export function publishesOnlyOidcDiscovery(policy: Resource): boolean {
  const anonymous = allowStatements(policy.at("policy")).filter(({ principals }) => principals.includes("*"));
  return anonymous.length > 0 && anonymous.every(isOidcDiscovery);
}
