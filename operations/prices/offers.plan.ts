/** Rows of AWS's price list that hold the prices of the tables. Product families and usage types as in AWS's bills. */
import type { Rate } from "../../policies/cost/rates";
import type { InstancePrice } from "../../policies/cost/tables.plan";

/** Row of a price list file by column name. */
export type Row = Readonly<Record<string, string>>;

interface RateRow {
  readonly rate: Rate;
  /** Service code: the file that has the row. */
  readonly offer: string;
  /** Column `Product Family`. */
  readonly family: string;
  /** End of column `usageType`; a prefix names the region. */
  readonly usage: string;
  readonly operation?: string;
  /** Units of the file in one unit of the rate. Default: 1. */
  readonly units?: number;
}

/** Rates that the command refreshes. Route 53 and Systems Manager are global and have no files per region: their figures stay. */
const rateRows: readonly RateRow[] = [
  { rate: "gp3Storage", offer: "AmazonEC2", family: "Storage", usage: "EBS:VolumeUsage.gp3" },
  { rate: "gp3Iops", offer: "AmazonEC2", family: "System Operation", usage: "EBS:VolumeP-IOPS.gp3" },
  // The file has GiB/s.
  {
    rate: "gp3Throughput",
    offer: "AmazonEC2",
    family: "Provisioned Throughput",
    usage: "EBS:VolumeP-Throughput.gp3",
    units: 1 / 1024,
  },
  { rate: "natGatewayHour", offer: "AmazonEC2", family: "NAT Gateway", usage: "NatGateway-Hours" },
  { rate: "natGatewayData", offer: "AmazonEC2", family: "NAT Gateway", usage: "NatGateway-Bytes" },
  { rate: "networkLoadBalancerHour", offer: "AWSELB", family: "Load Balancer-Network", usage: "LoadBalancerUsage" },
  { rate: "networkLoadBalancerUnit", offer: "AWSELB", family: "Load Balancer-Network", usage: "LCUUsage" },
  { rate: "endpointHour", offer: "AmazonVPC", family: "VpcEndpoint", usage: "VpcEndpoint-Hours" },
  { rate: "endpointData", offer: "AmazonVPC", family: "VpcEndpoint", usage: "VpcEndpoint-Bytes" },
  { rate: "kmsKey", offer: "awskms", family: "Encryption Key", usage: "KMS-Keys" },
  { rate: "kmsRequests", offer: "awskms", family: "API Request", usage: "KMS-Requests", units: 10_000 },
  { rate: "s3Storage", offer: "AmazonS3", family: "Storage", usage: "TimedStorage-ByteHrs" },
  { rate: "s3Writes", offer: "AmazonS3", family: "API Request", usage: "Requests-Tier1", units: 1000 },
  { rate: "s3Reads", offer: "AmazonS3", family: "API Request", usage: "Requests-Tier2", units: 1000 },
  { rate: "alarm", offer: "AmazonCloudWatch", family: "Alarm", usage: "CW:AlarmMonitorUsage" },
  { rate: "metric", offer: "AmazonCloudWatch", family: "Metric", usage: "CW:MetricMonitorUsage" },
  { rate: "logIngestion", offer: "AmazonCloudWatch", family: "Data Payload", usage: "DataProcessing-Bytes" },
  { rate: "logStorage", offer: "AmazonCloudWatch", family: "Storage Snapshot", usage: "TimedStorage-ByteHrs" },
  { rate: "zoneTransfer", offer: "AWSDataTransfer", family: "Data Transfer", usage: "DataTransfer-Regional-Bytes" },
];

/** Service codes of the files to read. */
export const offers: readonly string[] = [...new Set(rateRows.map(({ offer }) => offer))];

const isUsage = (usageType: string, usage: string): boolean => usageType === usage || usageType.endsWith(`-${usage}`);

/** True for on-demand rows of the region itself; local zones and Wavelength zones have rows of their own. */
const isRegional = (row: Row): boolean =>
  row.TermType === "OnDemand" && row["Location Type"] === "AWS Region" && row.Currency === "USD";

/** Rate of a row and its price, in any usage tier. Undefined for other rows and for free tiers. */
export function rateOf(offer: string, row: Row): { readonly rate: Rate; readonly usd: number } | undefined {
  const usd = Number(row.PricePerUnit);
  if (!isRegional(row) || !(usd > 0)) return undefined;
  const found = rateRows.find(
    (one) => one.offer === offer && one.family === row["Product Family"] && isUsage(row.usageType ?? "", one.usage),
  );
  return found && { rate: found.rate, usd: round(usd * (found.units ?? 1)) };
}

/** Operations of instances by operating system: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html. */
const operatingSystems: Readonly<Record<string, keyof InstancePrice>> = {
  RunInstances: "linux",
  "RunInstances:0002": "windows",
};

/** Type, operating system and price of a row for shared instances in use. */
export function instanceOf(
  row: Row,
): { readonly type: string; readonly system: keyof InstancePrice; readonly usd: number } | undefined {
  const type = /(?:^|-)BoxUsage:([a-z0-9-]+\.[a-z0-9-]+)$/.exec(row.usageType ?? "")?.[1];
  const system = operatingSystems[row.operation ?? ""];
  const usd = Number(row.PricePerUnit);
  return type !== undefined && system !== undefined && isRegional(row) && usd > 0 ? { type, system, usd } : undefined;
}

/** Rounds off the errors of binary fractions. */
const round = (usd: number): number => Number(usd.toPrecision(10));
