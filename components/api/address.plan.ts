/** Names, port and URLs of the Kubernetes API. */

/** Port of the API servers and of their load balancers; kubeadm's default. */
export const apiPort = 6443;

/** DNS name of the API inside the VPC, for certificates and kubeconfigs. */
export function apiName(domain: string): string {
  return `api.${domain}`;
}

/** `host:port` of the API inside the VPC. */
export function apiEndpoint(domain: string): string {
  return `${apiName(domain)}:${apiPort}`;
}

/** URL of the API inside the VPC. */
export function apiUrl(domain: string): string {
  return urlOf(apiName(domain));
}

/** URL of the API under another DNS name. */
export function urlOf(name: string): string {
  return `https://${name}:${apiPort}`;
}
