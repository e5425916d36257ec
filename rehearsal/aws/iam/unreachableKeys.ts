/** Answers of AWS services while KMS does not answer them. */
import type { AwsReply } from "../api/awsApi";
import { faultReply } from "./refusals";
import { authorizationsOf } from "./requests/authorizations";
import type { ReceivedRequest, ResourceFacts } from "./requests/types";
import { readScope } from "./signature";

/**
 * The failure of a signed request for which its service needs a KMS key: SecureStrings, objects of encrypted buckets, encrypted
 * volumes. Undefined: it needs none.
 */
export async function failWithoutKeys(request: ReceivedRequest, facts: ResourceFacts): Promise<AwsReply | undefined> {
  const scope = readScope(request);
  if (scope === undefined) return undefined;
  const { authorizations } = await authorizationsOf(request, scope, facts);
  if (!authorizations.some(({ action }) => action.startsWith("kms:"))) return undefined;
  return faultReply("internal", "KMS does not answer", scope, String(request.headers["content-type"]));
}
