import type { Flag } from "../apiServerConfig.plan";
import { keySetKey } from "./jwks.plan";

/** Placeholder of the issuer URL, which is known after deployment: machines replace it (files/lib/kubeadm.sh). */
export const issuerPlaceholder = "@SERVICE_ACCOUNT_ISSUER@";

/** Default issuer of kubeadm. */
export const defaultIssuer = "https://kubernetes.default.svc.cluster.local";

/**
 * Issuers and audiences of ServiceAccount tokens. New tokens name the first issuer; tokens with the second one stay valid until
 * they expire.
 */
export const issuerFlags: readonly Flag[] = [
  { name: "service-account-issuer", value: issuerPlaceholder },
  { name: "service-account-issuer", value: defaultIssuer },
  { name: "service-account-jwks-uri", value: `${issuerPlaceholder}/${keySetKey}` },
  { name: "api-audiences", value: `${issuerPlaceholder},${defaultIssuer}` },
];
