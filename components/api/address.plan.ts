/** Where clients find the Kubernetes API. */

/** Port of the API servers and of the load balancer before them; kubeadm's default. */
export const apiPort = 6443;

/** Name of the API inside the VPC: in every certificate and kubeconfig, so that no address is. */
export function apiName(domain: string): string {
  return `api.${domain}`;
}

/** URL that kubeconfigs use. */
export function apiUrl(domain: string): string {
  return urlOf(apiName(domain));
}

/** URL of the API under another of its names. */
export function urlOf(name: string): string {
  return `https://${name}:${apiPort}`;
}

/**
 * How a load balancer tells a healthy API server: the fastest that a network load balancer checks (interval 5 s, timeout and
 * both thresholds 2). An API server that refuses connections is out after at most 10 s, one that falls silent after 12 s.
 */
export const healthCheck = {
  protocol: "HTTPS",
  port: `${apiPort}`,
  path: "/readyz",
  matcher: "200",
  /** Seconds. */
  interval: 5,
  timeout: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
} as const;
