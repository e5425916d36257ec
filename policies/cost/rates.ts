/** Prices of AWS services other than instances; prices/services.tsv has a figure per rate and region. */
export const rateUnits = {
  gp3Storage: "GiB-month",
  gp3Iops: "IOPS-month above 3,000",
  gp3Throughput: "MiB/s-month above 125",
  natGatewayHour: "hour",
  natGatewayData: "GB",
  publicIpv4Hour: "address-hour",
  networkLoadBalancerHour: "hour",
  networkLoadBalancerUnit: "capacity unit-hour (NLCU)",
  endpointHour: "hour per zone",
  endpointData: "GB",
  kmsKey: "key-month",
  kmsRequests: "10,000 requests",
  hostedZone: "zone-month",
  dnsQueries: "1,000,000 queries",
  s3Storage: "GB-month",
  s3Writes: "1,000 PUT or LIST requests",
  s3Reads: "1,000 GET requests",
  alarm: "alarm-month",
  metric: "metric-month",
  logIngestion: "GB",
  logStorage: "GB-month",
  advancedParameter: "parameter-month",
  zoneTransfer: "GB and direction",
} as const;

export type Rate = keyof typeof rateUnits;

export const rates = Object.keys(rateUnits) as readonly Rate[];

/** Region of the figures that apply in every region. */
export const everyRegion = "*";

/** Region whose figures the estimate uses for a region that lacks them: it has the most complete price list. */
export const referenceRegion = "us-east-1";

/** AWS China bills in CNY, through other companies. */
export const hasUsdPrices = (region: string): boolean => !region.startsWith("cn-");
