/**
 * AWS regions and the letters of their availability zones, as `aws ec2 describe-availability-zones` gives them
 * (cross-checked with the tables of moto 5.2 and botocore 1.43; local and wavelength zones are left out).
 */

interface RegionZones {
  /** Letters that every account sees, in the order in which defaults are taken from them. */
  readonly everyone: string;
  /** Letters that only some accounts see: AWS gives an account two of the three in us-west-1, for instance. */
  readonly some?: string;
}

const usual: RegionZones = { everyone: "abc" };

const regions: Readonly<Record<string, RegionZones>> = {
  "af-south-1": usual,
  "ap-east-1": usual,
  "ap-east-2": usual,
  "ap-northeast-1": { everyone: "acd", some: "b" },
  "ap-northeast-2": { everyone: "abcd" },
  "ap-northeast-3": usual,
  "ap-south-1": usual,
  "ap-south-2": usual,
  "ap-southeast-1": usual,
  "ap-southeast-2": usual,
  "ap-southeast-3": usual,
  "ap-southeast-4": usual,
  "ap-southeast-5": usual,
  "ap-southeast-6": usual,
  "ap-southeast-7": usual,
  "ca-central-1": { everyone: "abd" },
  "ca-west-1": usual,
  "cn-north-1": { everyone: "ab", some: "d" },
  "cn-northwest-1": usual,
  "eu-central-1": usual,
  "eu-central-2": usual,
  "eu-north-1": usual,
  "eu-south-1": usual,
  "eu-south-2": usual,
  "eu-west-1": usual,
  "eu-west-2": usual,
  "eu-west-3": usual,
  "il-central-1": usual,
  "me-central-1": usual,
  "me-south-1": usual,
  "mx-central-1": usual,
  "sa-east-1": usual,
  "us-east-1": { everyone: "abcdf", some: "e" },
  "us-east-2": usual,
  "us-gov-east-1": usual,
  "us-gov-west-1": usual,
  "us-west-1": { everyone: "", some: "abc" },
  "us-west-2": { everyone: "abcd" },
};

/** Every region that Holdfast knows. */
export const knownRegions: readonly string[] = Object.keys(regions);

/** Full names of a region's zones, those first that every account sees; empty for an unknown region. */
export function zonesOf(region: string): readonly string[] {
  const zones = Object.hasOwn(regions, region) ? regions[region] : undefined;
  return zones ? Array.from(zones.everyone + (zones.some ?? ""), (letter) => region + letter) : [];
}

/** The zones a cluster is spread over when its settings name none: the first three that every account sees. */
export function defaultZones(region: string): readonly string[] {
  const zones = Object.hasOwn(regions, region) ? regions[region] : undefined;
  return zones ? Array.from(zones.everyone.slice(0, 3), (letter) => region + letter) : [];
}

/** Full name of a zone given by name or by letter. */
export function fullZoneName(region: string, zone: string): string {
  return zone.length === 1 ? region + zone : zone;
}
