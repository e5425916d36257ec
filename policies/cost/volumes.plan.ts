import type { Value } from "../model/value";
import type { PriceBook } from "./priceBook";

/** IOPS and MiB/s that the price of a gp3 volume includes: https://aws.amazon.com/ebs/pricing/. */
const included = { iops: 3000, throughput: 125 } as const;

interface Inputs {
  readonly type: Value;
  readonly size: Value;
  readonly iops: Value;
  readonly throughput: Value;
}

/** Monthly price of a gp3 volume in USD; the reason if it has none. */
export function volumePrice(volume: Inputs, prices: PriceBook, region: string): number | string {
  // EC2 defaults to gp2.
  const type = volume.type.string() ?? "gp2";
  if (type !== "gp3") return `volumes of type ${type} have no price in the table`;
  const size = volume.size.number();
  if (size === undefined) return "the size of the volume is not set: it is that of the image or snapshot";
  const above = (value: Value, free: number): number => Math.max(0, (value.number() ?? free) - free);
  return (
    size * prices.rate("gp3Storage", region) +
    above(volume.iops, included.iops) * prices.rate("gp3Iops", region) +
    above(volume.throughput, included.throughput) * prices.rate("gp3Throughput", region)
  );
}
