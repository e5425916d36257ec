import { apiPort } from "./address.plan";

/**
 * Health check of the network load balancers, as fast as they support. An API server that refuses connections is out of
 * service after at most 10 s, one that hangs after 12 s.
 */
export const healthCheck = {
  enabled: true,
  protocol: "HTTPS",
  port: `${apiPort}`,
  path: "/readyz",
  matcher: "200",
  /** Seconds. */
  interval: 5,
  /** Seconds. */
  timeout: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
} as const;
