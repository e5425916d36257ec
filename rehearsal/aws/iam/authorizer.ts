/** Decides about calls to the rehearsed AWS, and keeps the policies as `pulumi up` would write them. */
import type { AwsApiOptions } from "../api/awsApi";
import type { CloudResource } from "../resources/resourceHandler";
import type { Enforcement } from "./enforcement";
import { PolicyStore } from "./policyStore";
import { orderedSnapshot, policiesForRestore } from "./restorePolicies";

/** A rehearsal has no `pulumi up`: a restore order that may be written also changes the policies of etcd members. */
export function authorizer(
  iam: Enforcement,
  resources: () => readonly CloudResource[],
): NonNullable<AwsApiOptions["authorize"]> {
  return async (request, from) => {
    const refusal = await iam.refuse(request, from);
    const snapshot = refusal === undefined ? orderedSnapshot(request) : undefined;
    if (snapshot !== undefined) iam.usePolicies(new PolicyStore(policiesForRestore(resources(), snapshot)));
    return refusal;
  };
}
