/**
 * Monthly quantities that a program does not state. All are assumptions for a small to medium cluster, except `hoursPerMonth` and
 * the quantities with a source; find your own in AWS's bill (Cost Explorer, by usage type).
 */
export const assumptions = {
  /** 365 days × 24 hours ÷ 12. */
  hoursPerMonth: 730,
  /**
   * Discount of spot instances against on-demand prices, a little below the median of AWS's Spot Instance Advisor: 64 % over
   * 9,468 prices of the families m, c and r, generations 5 to 8, in all regions, on 2025-05-28 (`pct_savings_od` in the data of
   * ec2-instances-info; see operations/prices/goTables.ts).
   */
  spotDiscount: 0.6,
  /** Metrics of detailed monitoring of an instance, as Infracost counts them (instance_test.golden); priced like custom metrics. */
  detailedMetricsPerInstance: 7,
  /**
   * Internet traffic of an instance through NAT gateways, GB. An instance downloads 1 to 2 GB of software and images when it
   * starts; the rest is for deployments and calls of other services.
   */
  natGBPerInstance: 20,
  /** Traffic of an instance with other zones, GB per direction: two thirds of the traffic between pods in three zones. */
  zoneTransferGBPerInstance: 50,
  /** Traffic of an instance with AWS APIs through interface endpoints, GB: logs, metrics, parameters and image layers. */
  endpointGBPerInstance: 2,
  /** Traffic of an instance with the Kubernetes API through the load balancer, GB: watches and heartbeats. */
  apiGBPerInstance: 15,
  /** Traffic that one capacity unit of a network load balancer serves, GB per hour: https://aws.amazon.com/elasticloadbalancing/pricing/. */
  gbPerLoadBalancerUnit: 1,
  /** Entries of an instance in each log group, GB: 200 flow records of 120 bytes per minute; audit events have a similar volume. */
  logGBPerInstance: 1,
  /** Stored size of a log entry as a share of its ingested size; CloudWatch compresses with gzip. */
  logCompression: 0.2,
  /** Content of a bucket, GB: backups, node bundles, access logs. */
  bucketGB: 5,
  /** Requests to a bucket, thousands: PUT and LIST of backups and access logs, GET by starting instances. */
  bucketWrites: 10,
  bucketReads: 50,
  /** Requests to a KMS key, tens of thousands. */
  kmsRequests: 1,
  /** Queries of the names in a hosted zone, millions. */
  dnsQueries: 1,
  /** Days per month, for log retention. */
  daysPerMonth: 365 / 12,
} as const;

/** Costs that no estimate includes. */
export const notIncluded =
  "traffic beyond the assumptions, traffic to the internet, volumes and load balancers that pods request, snapshots, CPU " +
  "credits, support, taxes, savings plans and other discounts";
