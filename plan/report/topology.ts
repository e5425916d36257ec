import type { ClusterSpec } from "../../components/clusterSpec";
import type { WorkerPoolSpec } from "../../components/workers/settings";
import { controlPlaneMembers, etcdMembers } from "../../components/etcd/members.plan";
import { text } from "./resourceDetails";
import type { PlainResource } from "./planFile";
import type { ReportedPlan } from "./reportedPlan";

/** Instances and networks of a cluster by zone: the table in the terminal, the picture in the HTML report. */
export interface Topology {
  readonly vpc: { readonly id: string; readonly cidr: string; readonly existing: boolean };
  readonly zones: readonly ZoneTopology[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly pools: readonly Pool[];
  /** Service names of the interface endpoints. */
  readonly endpoints: readonly string[];
  /** Network path from the instances to the AWS APIs, in words. */
  readonly awsAccess: string;
}

export interface ZoneTopology {
  readonly name: string;
  readonly publicSubnet: Subnet | undefined;
  readonly privateSubnet: Subnet | undefined;
  /** True if the public subnet has a NAT gateway. */
  readonly nat: boolean;
  readonly controlPlane: readonly Instance[];
  /** Members with their own instances; empty with stacked etcd. */
  readonly etcd: readonly Instance[];
}

export interface Subnet {
  readonly id: string;
  /** Undefined for an existing subnet. */
  readonly cidr: string | undefined;
}

export interface Instance {
  /** Letter of the member. */
  readonly member: string;
  readonly instanceType: string;
  /** Data volume of the etcd member on the instance. */
  readonly volume: { readonly name: string; readonly sizeGiB: number } | undefined;
}

/** Load balancer of the Kubernetes API. */
export interface LoadBalancer {
  readonly internal: boolean;
  readonly dnsName: string;
  /** CIDR ranges that may connect. */
  readonly from: readonly string[];
}

export interface Pool extends WorkerPoolSpec {
  readonly name: string;
  /** Instance types, or requirements for them. */
  readonly types: string;
  /** Purchase option, in words. */
  readonly purchase: string;
}

/** Topology of a plan: locations from its resources, intent from its settings. */
export function topologyOf(plan: ReportedPlan): Topology {
  const { spec } = plan;
  const byType = (token: string): readonly PlainResource[] => plan.resources.filter(({ type }) => type === token);
  const subnets = byType("aws:ec2/subnet:Subnet");
  const natSubnets = new Set(byType("aws:ec2/natGateway:NatGateway").map(({ inputs }) => inputs.subnetId));
  const [vpc] = byType("aws:ec2/vpc:Vpc");
  const endpoints = byType("aws:ec2/vpcEndpoint:VpcEndpoint")
    .filter(({ inputs }) => inputs.vpcEndpointType === "Interface")
    .map(({ inputs }) => String(inputs.serviceName).replace(`com.amazonaws.${plan.region}.`, ""));
  return {
    vpc: {
      id: spec.network.vpc.source === "existing" ? spec.network.vpc.id : idOf(vpc),
      cidr: spec.network.vpc.cidr,
      existing: spec.network.vpc.source === "existing",
    },
    zones: spec.network.zones.map((zone) => {
      const publicSubnet = subnetIn(spec, subnets, zone, "public");
      return {
        name: zone,
        publicSubnet,
        privateSubnet: subnetIn(spec, subnets, zone, "private"),
        nat: publicSubnet !== undefined && natSubnets.has(publicSubnet.id),
        ...instancesIn(spec, zone),
      };
    }),
    loadBalancers: byType("aws:lb/loadBalancer:LoadBalancer").map(({ inputs }) =>
      inputs.internal === true
        ? { internal: true, dnsName: `api.${spec.domain}`, from: [spec.network.vpc.cidr, ...spec.api.allowedCidrs] }
        : { internal: false, dnsName: spec.api.public?.name ?? "", from: spec.api.public?.allowedCidrs ?? [] },
    ),
    pools: Object.entries(spec.workers).map(([name, pool]) => ({
      ...pool,
      name,
      types: typesOf(pool),
      purchase: purchaseOf(pool),
    })),
    endpoints,
    awsAccess: [
      endpoints.length > 0 && `${endpoints.length} endpoints`,
      spec.network.vpc.source === "existing" ? "by the routes of the VPC" : natSubnets.size > 0 && "through NAT",
    ]
      .filter(Boolean)
      .join(", otherwise "),
  };
}

/** Numbers of resources per provider, of components, and of protected resources. */
export function countResources({ resources }: Pick<ReportedPlan, "resources">) {
  const count = (provider: string): number => resources.filter(({ type }) => type.startsWith(`${provider}:`)).length;
  return {
    aws: count("aws"),
    tls: count("tls"),
    components: count("holdfast"),
    protectedCount: resources.filter(({ type, options }) => /^(aws|tls):/.test(type) && options?.protect === true)
      .length,
  };
}

const idOf = (resource: PlainResource | undefined): string => text(resource?.outputs.id);

/** Tags of public and private subnets, by which the cloud controller finds subnets for load balancers. */
const kindTags = { public: "kubernetes.io/role/elb", private: "kubernetes.io/role/internal-elb" } as const;

function subnetIn(
  { network: { vpc } }: ClusterSpec,
  planned: readonly PlainResource[],
  zone: string,
  kind: keyof typeof kindTags,
): Subnet | undefined {
  if (vpc.source === "existing") {
    const id = kind === "public" ? vpc.publicSubnets[zone] : vpc.privateSubnets[zone];
    return id === undefined ? undefined : { id, cidr: undefined };
  }
  const subnet = planned.find(
    ({ inputs }) => inputs.availabilityZone === zone && Object.hasOwn(Object(inputs.tags) as object, kindTags[kind]),
  );
  return subnet && { id: idOf(subnet), cidr: String(subnet.inputs.cidrBlock) };
}

function instancesIn(spec: ClusterSpec, zone: string): Pick<ZoneTopology, "controlPlane" | "etcd"> {
  const volumes = new Map(
    etcdMembers(spec).map(({ name }) => [name, { name: `etcd-${name}`, sizeGiB: spec.etcd.volume.sizeGiB }]),
  );
  const { etcd, controlPlane } = spec;
  const stacked = etcd.topology === "stacked";
  return {
    controlPlane: controlPlaneMembers(spec)
      .filter((member) => member.zone === zone)
      .map(({ name }) => ({
        member: name,
        instanceType: controlPlane.instanceType,
        volume: stacked ? volumes.get(name) : undefined,
      })),
    etcd: stacked
      ? []
      : etcdMembers(spec)
          .filter((member) => member.zone === zone)
          .map(({ name }) => ({ member: name, instanceType: etcd.instanceType, volume: volumes.get(name) })),
  };
}

function typesOf({ instanceTypes, requirements }: WorkerPoolSpec): string {
  if (requirements === undefined) return instanceTypes.join(", ");
  const range = ({ min, max }: { min: number; max?: number | undefined }, unit: string): string =>
    `${max === undefined ? `${min} or more` : min === max ? min : `${min} to ${max}`} ${unit}`;
  const { vcpus, memoryGiB, gpus } = requirements;
  return [range(vcpus, "vCPUs"), range(memoryGiB, "GiB"), gpus && range(gpus, "GPUs")].filter(Boolean).join(", ");
}

function purchaseOf({ onDemand, max, warmPool, gpu, os, perZone, sandbox }: WorkerPoolSpec): string {
  const { base, percentAboveBase } = onDemand;
  const spot = 100 - percentAboveBase;
  const above = base > 0 ? `${base} on demand, then ` : "";
  const mix = spot === 0 || base >= max ? "on demand" : `${above}${spot === 100 ? "spot" : `${spot}% spot`}`;
  return [
    mix,
    warmPool && `warm pool of ${warmPool.min} to ${warmPool.max}`,
    gpu && "GPU",
    os === "windows" && "Windows",
    sandbox && "gVisor",
    perZone && "one group per zone",
  ]
    .filter(Boolean)
    .join(", ");
}
