import type { ClusterSpec } from "../clusterSpec";
import type { Finding } from "../settings/problems";
import { checkAdmission } from "./admission/checks";
import { checkAudit } from "./audit/checks";
import { checkAuthentication } from "./authentication/checks";
import { checkAuthorization } from "./authorization/checks";
import { checkEncryption } from "./encryption/checks";
import { checkServiceAccounts } from "./serviceAccounts/checks";

/** Checks of `access`, except those of RBAC, which tenants share. */
export function* checkAccess(spec: ClusterSpec): Iterable<Finding> {
  const { access } = spec;
  yield* checkAuthentication(access.authentication);
  yield* checkAuthorization(access.authorization);
  yield* checkAdmission(spec);
  yield* checkAudit(access.audit);
  yield* checkEncryption(access.encryption);
  yield* checkServiceAccounts(spec);
}
