/** All that the API server is told about access: flags, and the files that they name. */

import { admission } from "./admission/admission.plan";
import { audit } from "./audit/auditPolicy.plan";
import { authentication } from "./authentication/authentication.plan";
import { authorization } from "./authorization/authorization.plan";
import type { Flag } from "./configFile.plan";
import { encryptionFlags } from "./encryption/encryptionConfiguration.plan";
import { issuerFlags } from "./serviceAccounts/issuerFlags.plan";
import type { AccessSpec } from "./spec";

/** In kubeadm's form; a flag may be there more than once. */
export function accessFlags(spec: AccessSpec): readonly Flag[] {
  return [...parts(spec).flatMap(({ flags }) => flags), ...issuerFlags, ...encryptionFlags(spec.encryption)];
}

/** Text by file name; all go to `/etc/kubernetes/apiserver` of each control-plane machine. None is secret. */
export function accessFiles(spec: AccessSpec): Readonly<Record<string, string>> {
  return Object.assign({}, ...parts(spec).map(({ files }) => files)) as Record<string, string>;
}

function parts(spec: AccessSpec) {
  return [
    authentication(spec.authentication),
    authorization(spec.authorization),
    admission(spec.admission),
    audit(spec.audit),
  ];
}
