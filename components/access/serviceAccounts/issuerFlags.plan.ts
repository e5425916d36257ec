import { keySetKey } from "./jwks.plan";

/** Stands for the issuer's URL, which AWS names: the machine puts in what its user data says (files/lib/kubeadm.sh). */
export const issuerPlaceholder = "@SERVICE_ACCOUNT_ISSUER@";

/** What the API server says it is where nobody told it otherwise: kubeadm's own default. */
const inCluster = "https://kubernetes.default.svc.cluster.local";

/**
 * Who the API server says it is in service accounts' tokens, and for whom a token is good. New tokens name the first issuer;
 * those that a cluster made before it had one in S3 name the second, and are good until they end.
 */
export const issuerFlags: readonly { readonly name: string; readonly value: string }[] = [
  { name: "service-account-issuer", value: issuerPlaceholder },
  { name: "service-account-issuer", value: inCluster },
  { name: "service-account-jwks-uri", value: `${issuerPlaceholder}/${keySetKey}` },
  { name: "api-audiences", value: `${issuerPlaceholder},${inCluster}` },
];
