import type { ClusterSpec, WorkerPoolSpec } from "../clusterSpec";
import { planSubnets, usableAddresses } from "./subnets.plan";
import type { Finding, SettingPath } from "../settings/problems";
import { regionPath } from "../settings/problems";
import { contains, isPrivate, overlap, prefixLength } from "../settings/cidr";

/** Ranges: sizes that AWS and Kubernetes take, overlaps, and room for every machine and pod. */

/** Interface endpoints for one zone: `components/network/endpoints.ts` makes twelve regional ones and Route 53's. */
const endpointAddresses = 13;

/** AWS asks for eight free addresses in a load balancer's subnet. */
const loadBalancerAddresses = 8;

const vpcPath: SettingPath = ["network", "vpc", "cidr"];
const podPath: SettingPath = ["network", "podCidr"];
const maskPath: SettingPath = ["network", "nodeCidrMaskSize"];
const servicePath: SettingPath = ["network", "serviceCidr"];

export function* checkAddressing(spec: ClusterSpec): Iterable<Finding> {
  const { vpc, podCidr, serviceCidr } = spec.network;
  const named: readonly { name: string; path: SettingPath; cidr: string }[] = [
    { name: "the VPC", path: vpcPath, cidr: vpc.cidr },
    { name: "pods", path: podPath, cidr: podCidr },
    { name: "services", path: servicePath, cidr: serviceCidr },
  ];
  yield* checkSizes(spec);
  for (const [index, { name, path, cidr }] of named.entries()) {
    // An existing VPC is what it is; pods and services with public addresses would hide a part of the internet.
    if (!isPrivate(cidr) && !(path === vpcPath && vpc.source === "existing")) {
      yield {
        path,
        found: cidr,
        message: `is not private; ${name} need a range of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10`,
      };
    }
    for (const other of named.slice(0, index)) {
      if (!overlap(cidr, other.cidr)) continue;
      yield {
        path,
        found: cidr,
        message: `overlaps the range of ${other.name} (${other.cidr}); write a disjoint one`,
        involves: [other.path],
      };
    }
  }
  yield* checkAllowedRanges(spec, named.slice(1));
  yield* checkPodRoom(spec);
  yield* checkSubnetRoom(spec);
}

function* checkSizes({ network }: ClusterSpec): Iterable<Finding> {
  const { vpc, podCidr, serviceCidr, nodeCidrMaskSize } = network;
  const vpcPrefix = prefixLength(vpc.cidr);
  if (vpc.source === "create" && (vpcPrefix < 16 || vpcPrefix > 24)) {
    yield { path: vpcPath, found: vpc.cidr, message: `is a /${vpcPrefix}; write a range of /16 to /24` };
  }
  // The API server refuses more than 2^20 services; below /24 a cluster soon has no address for the next one.
  const servicePrefix = prefixLength(serviceCidr);
  if (servicePrefix < 12 || servicePrefix > 24) {
    yield { path: servicePath, found: serviceCidr, message: `is a /${servicePrefix}; write a range of /12 to /24` };
  }
  // kube-controller-manager keeps a bit per node and stops at 2^16 of them.
  const podPrefix = prefixLength(podCidr);
  const widest = Math.max(8, nodeCidrMaskSize - 16);
  if (podPrefix < widest || podPrefix > nodeCidrMaskSize) {
    yield {
      path: podPath,
      found: podCidr,
      message: `is a /${podPrefix}; write a range of /${widest} to /${nodeCidrMaskSize - 4}`,
      involves: [maskPath],
    };
  }
}

function* checkAllowedRanges(
  { api, network }: ClusterSpec,
  inside: readonly { name: string; path: SettingPath; cidr: string }[],
): Iterable<Finding> {
  for (const [index, cidr] of api.allowedCidrs.entries()) {
    const path: SettingPath = ["api", "allowedCidrs", index];
    if (cidr === "0.0.0.0/0") {
      yield {
        path,
        found: cidr,
        message:
          "the internal address cannot be reached from everywhere; write the ranges of your networks, or use api.public",
      };
      continue;
    }
    if (contains(network.vpc.cidr, cidr)) {
      yield {
        path,
        found: cidr,
        message: `is in the VPC (${network.vpc.cidr}), which may reach the API anyway; leave it out`,
        involves: [vpcPath],
      };
    }
    for (const other of inside) {
      if (!overlap(cidr, other.cidr)) continue;
      yield {
        path,
        found: cidr,
        message: `overlaps the range of ${other.name} (${other.cidr}), so that answers would not come back; write a disjoint one`,
        involves: [other.path],
      };
    }
  }
  for (const [index, cidr] of (api.public?.allowedCidrs ?? []).entries()) {
    if (!isPrivate(cidr)) continue;
    const path: SettingPath = ["api", "public", "allowedCidrs", index];
    yield {
      path,
      found: cidr,
      message:
        "is private and never arrives at an internet-facing address; write the public range, or use api.allowedCidrs",
    };
  }
}

/** Most Kubernetes nodes at one time: control plane and workers; etcd's own machines run no kubelet. */
export const mostNodes = (spec: ClusterSpec): number =>
  Object.values(spec.workers).reduce((sum, pool) => sum + mostMachines(pool), spec.controlPlane.members);

/** Most machines of a pool, in all of its groups. */
const mostMachines = ({ max, perZone, zones }: WorkerPoolSpec): number => max * (perZone ? zones.length : 1);

/** The settings that say how far the pools may grow. */
export const poolSizes = (spec: ClusterSpec): readonly SettingPath[] =>
  Object.keys(spec.workers).flatMap((name) => ["min", "max", "perZone"].map((key) => ["workers", name, key]));

function* checkPodRoom(spec: ClusterSpec): Iterable<Finding> {
  const { podCidr, nodeCidrMaskSize } = spec.network;
  yield* checkNodeRoom(spec);
  const prefix = prefixLength(podCidr);
  const room = 2 ** (nodeCidrMaskSize - prefix);
  const nodes = mostNodes(spec);
  if (prefix > nodeCidrMaskSize || nodes <= room) return;
  const needed = nodeCidrMaskSize - Math.ceil(Math.log2(nodes));
  const message = `has room for ${room} nodes (a /${nodeCidrMaskSize} each), but the pools may grow to ${nodes}; write a /${needed} or lower workers.*.max`;
  yield {
    path: podPath,
    found: podCidr,
    message,
    involves: [maskPath, ["controlPlane", "members"], ...poolSizes(spec)],
  };
}

/** Network and broadcast address of a node's range are no pod's. */
function* checkNodeRoom({ network: { nodeCidrMaskSize }, workers }: ClusterSpec): Iterable<Finding> {
  const room = 2 ** (32 - nodeCidrMaskSize) - 2;
  for (const [name, { maxPods }] of Object.entries(workers)) {
    if (maxPods <= room) continue;
    const message = `is more than the ${room} addresses of a node's /${nodeCidrMaskSize}; write at most that, or a smaller network.nodeCidrMaskSize`;
    yield { path: ["workers", name, "maxPods"], found: maxPods, message, involves: [maskPath] };
  }
}

/** Addresses that machines, endpoints and the load balancer take in the zone's private subnet. */
function addressesNeeded(spec: ClusterSpec, zone: string): number {
  const { zones, interfaceEndpoints } = spec.network;
  const etcdMembers = spec.etcd.topology === "external" ? spec.etcd.members : 0;
  const members = Math.ceil(spec.controlPlane.members / zones.length) + Math.ceil(etcdMembers / zones.length);
  const workers = Object.values(spec.workers)
    .filter((pool) => pool.zones.includes(zone))
    .reduce((sum, pool) => sum + (pool.perZone ? pool.max : Math.ceil(pool.max / pool.zones.length)), 0);
  return members + workers + (interfaceEndpoints ? endpointAddresses : 0) + loadBalancerAddresses;
}

function* checkSubnetRoom(spec: ClusterSpec): Iterable<Finding> {
  const { vpc, zones } = spec.network;
  if (vpc.source !== "create") return;
  const subnets = subnetsOrNothing(vpc.cidr, zones);
  const tooSmall = Object.entries(subnets)
    .map(([zone, subnet]) => ({ zone, room: usableAddresses(subnet.private), needed: addressesNeeded(spec, zone) }))
    .filter(({ room, needed }) => needed > room)
    .sort((left, right) => right.needed - left.needed);
  const worst = tooSmall[0];
  if (!worst) return;
  const prefix = 32 - 4 - Math.ceil(Math.log2(worst.needed + 5));
  const advice = prefix >= 16 ? `write a /${prefix} or lower workers.*.max` : "lower workers.*.max or add zones";
  const message = `gives zone ${worst.zone} ${worst.room} addresses for machines (a sixteenth of it), but ${worst.needed} may be needed; ${advice}`;
  yield { path: vpcPath, found: vpc.cidr, message, involves: [["network", "zones"], regionPath, ...poolSizes(spec)] };
}

/** Subnets where the range and the zones are good for a plan; what is wrong with them is reported on its own. */
function subnetsOrNothing(cidr: string, zones: readonly string[]): ReturnType<typeof planSubnets> {
  try {
    return planSubnets(cidr, zones);
  } catch {
    return {};
  }
}
