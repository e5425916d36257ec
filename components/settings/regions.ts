/**
 * AWS regions and the letters of their availability zones, from `aws ec2 describe-availability-zones` (compared with the tables of
 * moto 5.2 and botocore 1.43), without local and wavelength zones.
 */

interface RegionZones {
  /** Letters available to every account, in the order of the defaults. */
  readonly everyone: string;
  /** Letters available to some accounts only: in us-west-1, each account has two of three. */
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

/** Supported regions. */
export const knownRegions: readonly string[] = Object.keys(regions);

/** Full names of a region's zones, those of every account first; empty for an unknown region. */
export function zonesOf(region: string): readonly string[] {
  const zones = Object.hasOwn(regions, region) ? regions[region] : undefined;
  return zones ? Array.from(zones.everyone + (zones.some ?? ""), (letter) => region + letter) : [];
}

/** Default zones of a cluster: the first three that every account has. */
export function defaultZones(region: string): readonly string[] {
  const zones = Object.hasOwn(regions, region) ? regions[region] : undefined;
  return zones ? Array.from(zones.everyone.slice(0, 3), (letter) => region + letter) : [];
}

/** Full name of a zone, from its name or letter. */
export function fullZoneName(region: string, zone: string): string {
  return zone.length === 1 ? region + zone : zone;
}
