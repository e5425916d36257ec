/** Addresses of AWS's own that machines know without being told, and two that the rehearsal adds. */
export const serviceAddresses = {
  awsApi: "169.254.169.1",
  assets: "169.254.169.2",
  dns: "169.254.169.253",
  metadata: "169.254.169.254",
} as const;

/** URL of the rehearsal's AWS, on its machines. */
export const awsEndpoint = `http://${serviceAddresses.awsApi}`;
