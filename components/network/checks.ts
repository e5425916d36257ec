import { partitionOf } from "../aws/partition.plan";
import type { ClusterSpec } from "../clusterSpec";
import { suggest } from "../settings/suggestions";
import type { Finding, SettingPath } from "../settings/problems";
import { checkDuplicates, finding, regionPath } from "../settings/problems";
import { defaultZones, knownRegions, zonesOf } from "../settings/regions";
import type { ExistingVpcSpec } from "./settings";

/** A security group accepts 60 rules in each direction by default; Holdfast's own rules need the rest. */
const maxAllowedRanges = 40;

const zonesPath: SettingPath = ["network", "zones"];

/** Region, zones, internet access, an existing VPC's subnets, and the API's addresses. */
export function* checkNetwork(spec: ClusterSpec): Iterable<Finding> {
  if (!knownRegions.includes(spec.region)) {
    const hint = suggest(spec.region, knownRegions);
    yield {
      path: regionPath,
      found: spec.region,
      message: `unknown region; ${hint.startsWith("did") ? hint : "write one such as eu-central-1"}`,
    };
  } else {
    yield* checkZones(spec);
  }
  yield* checkInternetAccess(spec);
  if (spec.network.vpc.source === "existing") yield* checkExistingVpc(spec, spec.network.vpc);
  yield* checkApi(spec);
}

function* checkZones({ region, network: { zones } }: ClusterSpec): Iterable<Finding> {
  const known = zonesOf(region);
  if (zones.length === 0 && defaultZones(region).length === 0) {
    const message = `missing; each AWS account has two of ${known.join(", ")}: write those that \`aws ec2 describe-availability-zones\` lists`;
    yield { path: zonesPath, message, found: undefined };
  }
  for (const [index, zone] of zones.entries()) {
    if (known.includes(zone)) continue;
    yield finding([...zonesPath, index], `not a zone of ${region}; choose from ${known.join(", ")}`, [regionPath]);
  }
  yield* checkDuplicates(zonesPath, zones);
}

function* checkInternetAccess({ region, network, nodes }: ClusterSpec): Iterable<Finding> {
  if (network.nat !== "none" || network.vpc.source === "existing" || nodes.proxy !== undefined) return;
  const natPath: SettingPath = ["network", "nat"];
  const proxyPath: SettingPath = ["nodes", "proxy"];
  if (!network.interfaceEndpoints) {
    yield finding(
      ["network", "interfaceEndpoints"],
      "must be true with network.nat: none, because instances could not reach AWS otherwise; or set nodes.proxy",
      [natPath, proxyPath],
    );
  }
  if (partitionOf(region) !== "aws") {
    yield finding(
      natPath,
      `Route 53 has no interface endpoint in ${region}, and members write their DNS names to it; write perZone or single, or set nodes.proxy`,
      [regionPath, proxyPath],
    );
  }
}

function* checkExistingVpc(spec: ClusterSpec, vpc: ExistingVpcSpec): Iterable<Finding> {
  const { zones } = spec.network;
  const { privateSubnets, publicSubnets } = vpc;
  yield* checkSubnets(zones, "privateSubnets", privateSubnets, true);
  yield* checkSubnets(zones, "publicSubnets", publicSubnets, spec.api.public !== undefined);
  yield* checkDuplicates(["network", "vpc", "secondaryCidrs"], vpc.secondaryCidrs);
  const used = new Map<string, string>();
  for (const [kind, subnets] of Object.entries({ privateSubnets, publicSubnets })) {
    for (const [zone, subnet] of Object.entries(subnets)) {
      const other = used.get(subnet);
      if (other !== undefined) {
        yield finding(
          ["network", "vpc", kind, zone],
          `same subnet as ${other}; write a different subnet for each zone and kind`,
        );
      }
      used.set(subnet, `network.vpc.${kind}.${zone}`);
    }
  }
}

function* checkSubnets(
  zones: readonly string[],
  kind: "privateSubnets" | "publicSubnets",
  subnets: Readonly<Record<string, string>>,
  required: boolean,
): Iterable<Finding> {
  const path: SettingPath = ["network", "vpc", kind];
  const missing = required ? zones.filter((zone) => !Object.hasOwn(subnets, zone)) : [];
  if (missing.length > 0) {
    const why = kind === "publicSubnets" ? " for the public API address" : "";
    const message = `no subnet in ${missing.join(", ")}${why}; write one for each zone`;
    yield finding(path, message, [zonesPath, regionPath]);
  }
  for (const zone of Object.keys(subnets)) {
    if (zones.includes(zone)) continue;
    const message = `zone not in network.zones (${zones.join(", ")}); add the zone, or remove the subnet`;
    yield finding([...path, zone], message, [zonesPath, regionPath]);
  }
}

function* checkApi({ api, domain }: ClusterSpec): Iterable<Finding> {
  yield* checkDuplicates(["api", "certificateSans"], api.certificateSans);
  yield* checkRanges(["api", "allowedCidrs"], api.allowedCidrs);
  if (!api.public) return;
  yield* checkRanges(["api", "public", "allowedCidrs"], api.public.allowedCidrs);
  if (api.public.name === domain || api.public.name.endsWith(`.${domain}`)) {
    const message = `in the private zone ${domain}, which hides public records inside the VPC; write a name outside it`;
    yield finding(["api", "public", "name"], message, [["domain"], ["name"]]);
  }
}

function* checkRanges(path: SettingPath, ranges: readonly string[]): Iterable<Finding> {
  yield* checkDuplicates(path, ranges);
  if (ranges.length <= maxAllowedRanges) return;
  yield finding(path, `${ranges.length} ranges, but a security group takes ${maxAllowedRanges}; write wider ranges`);
}
