/** Fixed addresses that machines know: AWS's DNS and metadata service, and two that the rehearsal adds. */
export const serviceAddresses = {
  awsApi: "169.254.169.1",
  assets: "169.254.169.2",
  dns: "169.254.169.253",
  metadata: "169.254.169.254",
} as const;

/** Range of the service addresses. */
export const serviceRange = "169.254.169.0/24";

/** Port of the HTTP services. */
export const servicePort = 80;

/** URL of the rehearsed AWS, as seen by machines. */
export const awsEndpoint = `http://${serviceAddresses.awsApi}`;
