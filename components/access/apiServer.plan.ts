import { renderAdmission } from "./admission/admission.plan";
import type { Flag } from "./apiServerConfig.plan";
import { renderAudit } from "./audit/auditPolicy.plan";
import { renderAuthentication } from "./authentication/authentication.plan";
import { renderAuthorization } from "./authorization/authorization.plan";
import { encryptionFlags } from "./encryption/encryptionConfiguration.plan";
import { issuerFlags } from "./serviceAccounts/issuerFlags.plan";
import type { AccessSpec } from "./settings";

/** Access flags of the API server; a flag may occur more than once. */
export function accessFlags(spec: AccessSpec): readonly Flag[] {
  return [...renderAll(spec).flatMap(({ flags }) => flags), ...issuerFlags, ...encryptionFlags(spec.encryption)];
}

/** Files for `/etc/kubernetes/apiserver` of each control-plane machine, by name. None is secret. */
export function accessFiles(spec: AccessSpec): Readonly<Record<string, string>> {
  return Object.assign({}, ...renderAll(spec).map(({ files }) => files)) as Record<string, string>;
}

const renderAll = (spec: AccessSpec) => [
  renderAuthentication(spec.authentication),
  renderAuthorization(spec.authorization),
  renderAdmission(spec.admission),
  renderAudit(spec.audit),
];
