import type { ClusterSpec } from "../clusterSpec";
import { contains, isPrivate, overlap, prefixLength } from "../settings/cidr";
import type { Finding, SettingPath } from "../settings/problems";
import { finding, regionPath } from "../settings/problems";
import type { WorkerPoolSpec } from "../workers/settings";
import { planSubnets, usableAddresses } from "./subnets.plan";
import { vpcRanges } from "./vpcRanges.plan";

/** Addresses of interface endpoints in one zone: 13 regional services and Route 53 (interfaceEndpoints.ts). */
const endpointAddresses = 14;

/** Free addresses that AWS requires in a load balancer's subnet. */
const loadBalancerAddresses = 8;

const vpcPath: SettingPath = ["network", "vpc", "cidr"];
const secondaryPath: SettingPath = ["network", "vpc", "secondaryCidrs"];
const podPath: SettingPath = ["network", "podCidr"];
const maskPath: SettingPath = ["network", "nodeCidrMaskSize"];
const servicePath: SettingPath = ["network", "serviceCidr"];

interface NamedRange {
  readonly name: string;
  readonly path: SettingPath;
  readonly cidr: string;
}

/** Address ranges: sizes, overlaps, and room for every instance, node and pod. */
export function* checkCidrs(spec: ClusterSpec): Iterable<Finding> {
  const { vpc, podCidr, serviceCidr } = spec.network;
  const secondary = vpc.source === "existing" ? vpc.secondaryCidrs : [];
  const ranges: readonly NamedRange[] = [
    { name: "the VPC", path: vpcPath, cidr: vpc.cidr },
    ...secondary.map((cidr, index) => ({ name: "the VPC", path: [...secondaryPath, index], cidr })),
    { name: "pods", path: podPath, cidr: podCidr },
    { name: "services", path: servicePath, cidr: serviceCidr },
  ];
  yield* checkSizes(spec);
  for (const [index, { path, cidr }] of ranges.entries()) {
    // The range of an existing VPC cannot change. Public pod or service addresses would hide a part of the internet.
    if (!isPrivate(cidr) && !(path[1] === "vpc" && vpc.source === "existing")) {
      yield finding(path, "not private; write a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10");
    }
    yield* checkOverlap(path, cidr, ranges.slice(0, index), "write a disjoint one");
  }
  yield* checkAllowedRanges(
    spec,
    ranges.filter(({ path }) => path[1] !== "vpc"),
  );
  yield* checkPodRoom(spec);
  yield* checkSubnetRoom(spec);
}

function* checkOverlap(path: SettingPath, cidr: string, others: readonly NamedRange[], advice: string) {
  for (const other of others) {
    if (!overlap(cidr, other.cidr)) continue;
    yield finding(path, `overlaps the range of ${other.name} (${other.cidr}); ${advice}`, [other.path]);
  }
}

function* checkSizes({ network }: ClusterSpec): Iterable<Finding> {
  const { vpc, podCidr, serviceCidr, nodeCidrMaskSize } = network;
  const vpcPrefix = prefixLength(vpc.cidr);
  if (vpc.source === "create" && (vpcPrefix < 16 || vpcPrefix > 24)) {
    yield finding(vpcPath, `a /${vpcPrefix}; write a range of /16 to /24`);
  }
  // The API server refuses more than 2^20 services; a range below /24 is soon exhausted.
  const servicePrefix = prefixLength(serviceCidr);
  if (servicePrefix < 12 || servicePrefix > 24) {
    yield finding(servicePath, `a /${servicePrefix}; write a range of /12 to /24`);
  }
  // kube-controller-manager keeps one bit per node, for at most 2^16 nodes.
  const podPrefix = prefixLength(podCidr);
  const widest = Math.max(8, nodeCidrMaskSize - 16);
  if (podPrefix < widest || podPrefix > nodeCidrMaskSize) {
    const message = `a /${podPrefix}; write a range of /${widest} to /${nodeCidrMaskSize - 4}`;
    yield finding(podPath, message, [maskPath]);
  }
}

function* checkAllowedRanges({ api, network }: ClusterSpec, virtual: readonly NamedRange[]): Iterable<Finding> {
  for (const [index, cidr] of api.allowedCidrs.entries()) {
    const path: SettingPath = ["api", "allowedCidrs", index];
    if (cidr === "0.0.0.0/0") {
      yield finding(
        path,
        "the internal address is not reachable from everywhere; write your ranges, or use api.public",
      );
      continue;
    }
    const inside = vpcRanges(network.vpc).find((range) => contains(range, cidr));
    if (inside !== undefined) {
      yield finding(path, `in the VPC (${inside}), which has access anyway; remove it`, [vpcPath, secondaryPath]);
    }
    yield* checkOverlap(path, cidr, virtual, "replies would not be routed back: write a disjoint one");
  }
  for (const [index, cidr] of (api.public?.allowedCidrs ?? []).entries()) {
    if (!isPrivate(cidr)) continue;
    const message =
      "private ranges never reach an internet-facing address; write the public one, or use api.allowedCidrs";
    yield finding(["api", "public", "allowedCidrs", index], message);
  }
}

/** Maximum number of Kubernetes nodes at one time: control plane and workers. Machines of external etcd run no kubelet. */
export const maxNodes = (spec: ClusterSpec): number =>
  Object.values(spec.workers).reduce<number>((sum, pool) => sum + maxPoolSize(pool), spec.controlPlane.members);

const maxPoolSize = ({ max, perZone, zones }: WorkerPoolSpec): number => max * (perZone ? zones.length : 1);

/** Settings that limit the size of the pools. */
export const poolSizePaths = (spec: ClusterSpec): readonly SettingPath[] =>
  Object.keys(spec.workers).flatMap((name) => ["min", "max", "perZone"].map((key) => ["workers", name, key]));

function* checkPodRoom(spec: ClusterSpec): Iterable<Finding> {
  const { podCidr, nodeCidrMaskSize } = spec.network;
  // A node's network and broadcast address are not usable.
  const podsPerNode = 2 ** (32 - nodeCidrMaskSize) - 2;
  for (const [name, { maxPods }] of Object.entries(spec.workers)) {
    if (maxPods <= podsPerNode) continue;
    const message = `more than the ${podsPerNode} addresses of a node's /${nodeCidrMaskSize}; write at most ${podsPerNode}, or a smaller network.nodeCidrMaskSize`;
    yield finding(["workers", name, "maxPods"], message, [maskPath]);
  }
  const prefix = prefixLength(podCidr);
  const room = 2 ** (nodeCidrMaskSize - prefix);
  const nodes = maxNodes(spec);
  if (prefix > nodeCidrMaskSize || nodes <= room) return;
  const needed = nodeCidrMaskSize - Math.ceil(Math.log2(nodes));
  const message = `room for ${room} nodes (a /${nodeCidrMaskSize} each), but the pools may grow to ${nodes}; write a /${needed}, or lower workers.*.max`;
  yield finding(podPath, message, [maskPath, ["controlPlane", "members"], ...poolSizePaths(spec)]);
}

/** Addresses that machines, endpoints and the load balancer need in a zone's private subnet. */
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
  const [worst] = Object.entries(subnetsIfValid(vpc.cidr, zones))
    .map(([zone, subnet]) => ({ zone, room: usableAddresses(subnet.private), needed: addressesNeeded(spec, zone) }))
    .filter(({ room, needed }) => needed > room)
    .sort((left, right) => right.needed - left.needed);
  if (!worst) return;
  const prefix = 32 - 4 - Math.ceil(Math.log2(worst.needed + 5));
  const advice = prefix >= 16 ? `write a /${prefix}, or lower workers.*.max` : "lower workers.*.max, or add zones";
  const message = `zone ${worst.zone} has ${worst.room} addresses for machines (a sixteenth of the VPC), but may need ${worst.needed}; ${advice}`;
  yield finding(vpcPath, message, [["network", "zones"], regionPath, ...poolSizePaths(spec)]);
}

/** Planned subnets; none where range or zones are invalid, which other checks report. */
function subnetsIfValid(cidr: string, zones: readonly string[]): ReturnType<typeof planSubnets> {
  try {
    return planSubnets(cidr, zones);
  } catch {
    return {};
  }
}
