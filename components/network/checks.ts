import { partitionOf } from "../aws/partition.plan";
import type { ClusterSpec, VpcSpec } from "../clusterSpec";
import { nearest } from "../settings/suggestions";
import type { Finding, SettingPath } from "../settings/problems";
import { regionPath } from "../settings/problems";
import { defaultZones, knownRegions, zonesOf } from "../settings/regions";

/** Region, zones, the way out, an existing VPC's subnets, and the public address. */

/** A security group takes 60 rules each way by default; the rest are Holdfast's own. */
const mostAllowedRanges = 40;

const zonesPath: SettingPath = ["network", "zones"];

export function* checkNetwork(spec: ClusterSpec): Iterable<Finding> {
  if (!knownRegions.includes(spec.region)) {
    const meant = nearest(spec.region, knownRegions);
    const message =
      meant === undefined
        ? "is no region that Holdfast knows; write one such as eu-central-1"
        : `is no region that Holdfast knows; did you mean ${meant}?`;
    yield { path: regionPath, found: spec.region, message };
  } else {
    yield* checkZones(spec);
  }
  yield* checkWayOut(spec);
  if (spec.network.vpc.source === "existing") yield* checkExistingVpc(spec, spec.network.vpc);
  yield* checkApi(spec);
}

function* checkZones({ region, network: { zones } }: ClusterSpec): Iterable<Finding> {
  const known = zonesOf(region);
  if (zones.length === 0 && defaultZones(region).length === 0) {
    const message = `AWS gives each account two of ${known.join(", ")}; write those that \`aws ec2 describe-availability-zones\` shows`;
    yield { path: zonesPath, found: undefined, message };
  }
  for (const [index, zone] of zones.entries()) {
    const path = [...zonesPath, index];
    if (!known.includes(zone)) {
      yield {
        path,
        found: zone,
        message: `is no zone of ${region}; write one of ${known.join(", ")}`,
        involves: [regionPath],
      };
    }
    if (zones.indexOf(zone) < index) yield { path, found: zone, message: `is there twice; leave one out` };
  }
}

function* checkWayOut({ region, network, nodes }: ClusterSpec): Iterable<Finding> {
  if (network.nat !== "none" || network.vpc.source === "existing") return;
  const natPath: SettingPath = ["network", "nat"];
  if (!network.interfaceEndpoints) {
    yield {
      path: ["network", "interfaceEndpoints"],
      found: network.interfaceEndpoints,
      message: "must be true with network.nat: none; machines would not reach AWS",
      involves: [natPath],
    };
  }
  if (nodes.assets.baseUrl === undefined) {
    yield {
      path: ["nodes", "assets", "baseUrl"],
      found: undefined,
      message:
        "is needed with network.nat: none, as machines cannot reach the upstream release sites; write the URL of a mirror in your network",
      involves: [natPath],
    };
  }
  if (partitionOf(region) !== "aws") {
    yield {
      path: natPath,
      found: network.nat,
      message: `Route 53 has no endpoint in ${region}, and members write their DNS names to it; write perZone or single`,
      involves: [regionPath],
    };
  }
}

function* checkExistingVpc(spec: ClusterSpec, vpc: Extract<VpcSpec, { source: "existing" }>): Iterable<Finding> {
  const { zones } = spec.network;
  yield* checkSubnets(zones, "privateSubnets", vpc.privateSubnets, true);
  yield* checkSubnets(zones, "publicSubnets", vpc.publicSubnets, spec.api.public !== undefined);
  const used = new Map<string, string>();
  for (const [kind, subnets] of Object.entries({
    privateSubnets: vpc.privateSubnets,
    publicSubnets: vpc.publicSubnets,
  })) {
    for (const [zone, subnet] of Object.entries(subnets)) {
      const other = used.get(subnet);
      if (other !== undefined) {
        yield {
          path: ["network", "vpc", kind, zone],
          found: subnet,
          message: `is also ${other}; every zone needs subnets of its own`,
        };
      }
      used.set(subnet, `network.vpc.${kind}.${zone}`);
    }
  }
}

function* checkSubnets(
  zones: readonly string[],
  kind: "privateSubnets" | "publicSubnets",
  subnets: Readonly<Record<string, string>>,
  needed: boolean,
): Iterable<Finding> {
  const path: SettingPath = ["network", "vpc", kind];
  const missing = needed ? zones.filter((zone) => !Object.hasOwn(subnets, zone)) : [];
  if (missing.length > 0) {
    const why = kind === "publicSubnets" ? " for the public API address" : "";
    yield {
      path,
      found: subnets,
      message: `has no subnet in ${missing.join(", ")}${why}; write one for every zone`,
      involves: [zonesPath, regionPath],
    };
  }
  for (const zone of Object.keys(subnets)) {
    if (zones.includes(zone)) continue;
    yield {
      path: [...path, zone],
      found: subnets[zone],
      message: `is in no zone of network.zones (${zones.join(", ")}); add the zone or leave the subnet out`,
      involves: [zonesPath, regionPath],
    };
  }
}

function* checkApi({ api, domain }: ClusterSpec): Iterable<Finding> {
  yield* checkDuplicates(["api", "allowedCidrs"], api.allowedCidrs);
  yield* checkDuplicates(["api", "certificateSans"], api.certificateSans);
  if (api.allowedCidrs.length > mostAllowedRanges) {
    yield {
      path: ["api", "allowedCidrs"],
      found: api.allowedCidrs.length,
      message: `has ${api.allowedCidrs.length} ranges, and a security group has room for ${mostAllowedRanges}; write wider ones`,
    };
  }
  if (!api.public) return;
  const path: SettingPath = ["api", "public"];
  yield* checkDuplicates([...path, "allowedCidrs"], api.public.allowedCidrs);
  if (api.public.allowedCidrs.length > mostAllowedRanges) {
    yield {
      path: [...path, "allowedCidrs"],
      found: api.public.allowedCidrs.length,
      message: `has ${api.public.allowedCidrs.length} ranges, and a security group has room for ${mostAllowedRanges}; write wider ones`,
    };
  }
  if (api.public.name === domain || api.public.name.endsWith(`.${domain}`)) {
    yield {
      path: [...path, "name"],
      found: api.public.name,
      message: `lies in the private zone ${domain}, which hides public records inside the VPC; write a name outside it`,
      involves: [["domain"], ["name"]],
    };
  }
}

/** Each value of a list once. */
export function* checkDuplicates(path: SettingPath, values: readonly string[]): Iterable<Finding> {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index)
      yield { path: [...path, index], found: value, message: "is there twice; leave one out" };
  }
}
