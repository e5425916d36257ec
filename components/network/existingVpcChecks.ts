import type { Finding, SettingPath } from "../settings/problems";
import type { ExistingVpcSpec } from "./settings";
import { vpcRanges } from "./vpcRanges.plan";

/** Existing VPC as EC2 describes it. */
export interface VpcFacts {
  readonly cidrBlockAssociations: readonly { readonly cidrBlock: string; readonly state: string }[];
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

/** Existing subnet as EC2 describes it. */
export interface SubnetFacts {
  readonly vpcId: string;
  readonly availabilityZone: string;
  /** True without IPv4 addresses. */
  readonly ipv6Native?: boolean | undefined;
  /** ARN of the Outpost; empty in a region's zone. */
  readonly outpostArn?: string | undefined;
}

/** Subnet in the settings and in EC2. */
export interface UsedSubnet {
  readonly path: SettingPath;
  readonly id: string;
  /** Zone in the settings. */
  readonly zone: string;
  readonly facts: SubnetFacts;
}

const vpcPath: SettingPath = ["network", "vpc"];

/** Differences between the settings and an existing VPC with its subnets, and properties that the cluster cannot work with. */
export function* checkExistingVpc(
  spec: ExistingVpcSpec,
  vpc: VpcFacts,
  subnets: readonly UsedSubnet[],
): Iterable<Finding> {
  yield* checkVpcRanges(spec, vpc);
  // Route 53 developer guide, "Amazon VPC settings required for private hosted zones".
  for (const attribute of ["enableDnsSupport", "enableDnsHostnames"] as const) {
    if (vpc[attribute]) continue;
    const advice = `run aws ec2 modify-vpc-attribute --vpc-id ${spec.id} --${kebab(attribute)} '{"Value":true}'`;
    const message = `the VPC has ${attribute}: false, but the cluster's names are in a private DNS zone; ${advice}`;
    yield { path: [...vpcPath, "id"], found: spec.id, message };
  }
  for (const subnet of subnets) yield* checkSubnet(spec.id, subnet);
}

function* checkVpcRanges(spec: ExistingVpcSpec, vpc: VpcFacts): Iterable<Finding> {
  const actual = vpc.cidrBlockAssociations
    .filter(({ state }) => state === "associated" || state === "associating")
    .map(({ cidrBlock }) => cidrBlock);
  const written = vpcRanges(spec);
  const missing = actual.filter((range) => !written.includes(range));
  const unknown = written.filter((range) => !actual.includes(range));
  if (missing.length === 0 && unknown.length === 0) return;
  const [first = "", ...others] = actual;
  const message = `the VPC has the ranges ${actual.join(", ")}; write cidr: ${first} and secondaryCidrs: [${others.join(", ")}], so that firewall and overlap checks cover them`;
  yield { path: [...vpcPath, unknown.includes(spec.cidr) ? "cidr" : "secondaryCidrs"], found: written, message };
}

function* checkSubnet(vpcId: string, { path, id, zone, facts }: UsedSubnet): Iterable<Finding> {
  const problem = (message: string): Finding => ({ path, found: id, message });
  if (facts.vpcId !== vpcId) yield problem(`belongs to ${facts.vpcId}; write a subnet of ${vpcId}`);
  if (facts.availabilityZone !== zone) yield problem(`in ${facts.availabilityZone}; write a subnet of ${zone}`);
  if (facts.ipv6Native === true) yield problem("has no IPv4 addresses; write a subnet with IPv4");
  if (facts.outpostArn)
    yield problem("on an Outpost, which has no network load balancers; write a subnet of the region");
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
