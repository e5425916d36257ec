/** Created resources as the rehearsal's services use them: subnets, groups, load balancers, firewall rules. Pure. */
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { subnetAddresses } from "../../machines/addresses";
import type { FirewallRule } from "../../machines/types";
import { templateSecurityGroups } from "./compute";
import type { CloudResource } from "./resourceHandler";

export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
  /** Address of the subnet's router. */
  readonly gateway: string;
  readonly prefixLength: number;
}

/** Contents of a launch template. */
export interface LaunchSpec {
  readonly userData: string;
  readonly securityGroups: readonly string[];
  /** Role of the instance profile, if any. */
  readonly role: string | undefined;
  /** Metadata shows the instance's tags. */
  readonly metadataTags: boolean;
  /** Network hops of metadata answers; 1 keeps them from pods. */
  readonly metadataHopLimit: number;
}

export interface Group {
  readonly name: string;
  /** Contents of the planned launch template version. */
  readonly launch: LaunchSpec;
  /** ARNs. */
  readonly targetGroups: readonly string[];
}

export interface HealthCheck {
  readonly protocol: "TCP" | "HTTP" | "HTTPS";
  readonly path: string;
  /** 0: the traffic port. */
  readonly port: number;
  /** Seconds. */
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly port: number;
  readonly healthCheck: HealthCheck;
  /** Closes connections to unhealthy targets. */
  readonly closesUnhealthy: boolean;
  /** Seconds that a deregistered target keeps its connections. */
  readonly deregistrationDelay: number;
  /** Closes connections after that delay. */
  readonly closesDeregistered: boolean;
}

export interface LoadBalancer {
  readonly name: string;
  readonly dnsName: string;
  readonly subnets: readonly Subnet[];
  readonly securityGroups: readonly string[];
  readonly listeners: readonly { readonly port: number; readonly targetGroup: TargetGroup }[];
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly ingress: readonly FirewallRule[];
  readonly egress: readonly FirewallRule[];
}

export interface Inventory {
  /** Undefined before the engine has created it, and after it has deleted it. */
  readonly vpc: { readonly id: string; readonly cidr: string } | undefined;
  /** By id. */
  readonly subnets: Readonly<Record<string, Subnet>>;
  /** By name. */
  readonly groups: Readonly<Record<string, Group>>;
  readonly loadBalancers: readonly LoadBalancer[];
  /** By id. */
  readonly securityGroups: Readonly<Record<string, SecurityGroup>>;
  /** Names of the DNS zones by id. */
  readonly zones: Readonly<Record<string, string>>;
}

/** @throws for a plan without a VPC of its own */
export function requireOwnVpc(resources: readonly Pick<CloudResource, "type">[]): void {
  if (resources.some(({ type }) => type === "aws:ec2/vpc:Vpc")) return;
  throw new Error("a rehearsal cannot use an existing VPC: use a stack that creates its own");
}

/**
 * Reads the inventory from created resources.
 * @throws on references to unknown resources
 */
export function readInventory(resources: readonly CloudResource[]): Inventory {
  const of = <Args>(type: string) =>
    resources
      .filter((resource) => resource.type === type)
      .map(({ id = "", inputs, outputs, name }) => ({ id, name, outputs, inputs: inputs as Unwrap<Args> }));

  const [vpc] = of<aws.ec2.VpcArgs>("aws:ec2/vpc:Vpc");
  const subnets = byKey(of<aws.ec2.SubnetArgs>("aws:ec2/subnet:Subnet").map(subnet), ({ id }) => id);
  const targetGroups = byKey(
    of<aws.lb.TargetGroupArgs>("aws:lb/targetGroup:TargetGroup").map(targetGroup),
    ({ arn }) => arn,
  );
  const listeners = of<aws.lb.ListenerArgs>("aws:lb/listener:Listener");
  const profiles = byKey(of<aws.iam.InstanceProfileArgs>("aws:iam/instanceProfile:InstanceProfile"), ({ id }) => id);
  const templates = byKey(of<aws.ec2.LaunchTemplateArgs>("aws:ec2/launchTemplate:LaunchTemplate"), ({ id }) => id);
  const attachments = of<aws.autoscaling.AttachmentArgs>("aws:autoscaling/attachment:Attachment");

  const launchSpec = (templateId: string): LaunchSpec => {
    const { inputs } = found(templates, templateId, "launch template");
    const { iamInstanceProfile: profile, metadataOptions } = inputs;
    const profileName = profile?.name ?? profile?.arn?.split("/").at(-1);
    return {
      userData: Buffer.from(inputs.userData ?? "", "base64").toString("utf8"),
      securityGroups: templateSecurityGroups(inputs),
      role:
        profileName === undefined
          ? undefined
          : (found(profiles, profileName, "instance profile").inputs.role as string),
      metadataTags: metadataOptions?.instanceMetadataTags === "enabled",
      metadataHopLimit: metadataOptions?.httpPutResponseHopLimit ?? 1,
    };
  };

  const groups = of<aws.autoscaling.GroupArgs>("aws:autoscaling/group:Group").map(({ id, inputs }): Group => {
    const name = inputs.name ?? id;
    const template =
      inputs.launchTemplate?.id ??
      inputs.mixedInstancesPolicy?.launchTemplate.launchTemplateSpecification.launchTemplateId;
    const attached = attachments.filter(({ inputs: { autoscalingGroupName } }) => autoscalingGroupName === name);
    return {
      name,
      launch: launchSpec(template ?? ""),
      targetGroups: [...(inputs.targetGroupArns ?? []), ...attached.map((each) => each.inputs.lbTargetGroupArn ?? "")],
    };
  });

  const loadBalancers = of<aws.lb.LoadBalancerArgs>("aws:lb/loadBalancer:LoadBalancer").map(
    ({ id, name, inputs, outputs }): LoadBalancer => {
      const subnetIds = inputs.subnets ?? inputs.subnetMappings?.map(({ subnetId }) => subnetId) ?? [];
      return {
        name: inputs.name ?? name,
        dnsName: String(outputs.dnsName),
        subnets: subnetIds.map((subnetId) => found(subnets, subnetId, "subnet")),
        securityGroups: inputs.securityGroups ?? [],
        listeners: listeners
          .filter((listener) => listener.inputs.loadBalancerArn === id)
          .map((listener) => ({
            port: listener.inputs.port ?? 0,
            targetGroup: found(targetGroups, listener.inputs.defaultActions[0]?.targetGroupArn ?? "", "target group"),
          })),
      };
    },
  );

  return {
    vpc: vpc && { id: vpc.id, cidr: vpc.inputs.cidrBlock ?? "" },
    subnets,
    groups: byKey(groups, ({ name }) => name),
    loadBalancers,
    securityGroups: byKey(securityGroups(resources), ({ id }) => id),
    zones: Object.fromEntries(
      of<aws.route53.ZoneArgs>("aws:route53/zone:Zone").map(({ id, inputs }) => [id, inputs.name ?? ""]),
    ),
  };
}

function subnet({ id, inputs }: Found<aws.ec2.SubnetArgs>): Subnet {
  const cidr = inputs.cidrBlock ?? "";
  const { gateway, prefixLength } = subnetAddresses(cidr);
  return { id, cidr, gateway, prefixLength, zone: inputs.availabilityZone ?? "" };
}

/** Defaults are those of network load balancers. */
function targetGroup({ id, name, inputs }: Found<aws.lb.TargetGroupArgs>): TargetGroup {
  const check = inputs.healthCheck;
  const protocol = check?.protocol ?? "TCP";
  if (protocol !== "TCP" && protocol !== "HTTP" && protocol !== "HTTPS") {
    throw new Error(`target group ${name}: cannot rehearse health checks with ${protocol}; use TCP, HTTP or HTTPS`);
  }
  const health = inputs.targetHealthStates?.[0];
  return {
    arn: id,
    name: inputs.name ?? name,
    port: inputs.port ?? 0,
    healthCheck: {
      protocol,
      path: check?.path ?? "/",
      port: check?.port === undefined || check.port === "traffic-port" ? 0 : Number(check.port),
      interval: check?.interval ?? 30,
      timeout: check?.timeout ?? 6,
      healthyThreshold: check?.healthyThreshold ?? 5,
      unhealthyThreshold: check?.unhealthyThreshold ?? 2,
    },
    closesUnhealthy: health?.enableUnhealthyConnectionTermination ?? true,
    deregistrationDelay: inputs.deregistrationDelay ?? 300,
    closesDeregistered: inputs.connectionTermination ?? false,
  };
}

interface RuleInputs {
  readonly securityGroupId: string;
  readonly ipProtocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidrIpv4?: string;
  readonly referencedSecurityGroupId?: string;
}

function securityGroups(resources: readonly CloudResource[]): SecurityGroup[] {
  const rules = (type: string, group: string): FirewallRule[] =>
    resources
      .filter((resource) => resource.type === type && resource.inputs.securityGroupId === group)
      .flatMap(({ inputs }) => firewallRule(inputs as unknown as RuleInputs) ?? []);
  return resources
    .filter(({ type }) => type === "aws:ec2/securityGroup:SecurityGroup")
    .map(({ id = "", name, inputs }) => {
      for (const inline of ["ingress", "egress"]) {
        if (Array.isArray(inputs[inline]) && inputs[inline].length > 0) {
          throw new Error(`security group ${name}: cannot rehearse inline rules; use separate rule resources`);
        }
      }
      return {
        id,
        name: typeof inputs.name === "string" ? inputs.name : name,
        ingress: rules("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", id),
        egress: rules("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", id),
      };
    });
}

const protocols: Readonly<Record<string, FirewallRule["protocol"]>> = {
  ...{ "-1": "all", "1": "icmp", "6": "tcp", "17": "udp" },
  ...{ all: "all", icmp: "icmp", tcp: "tcp", udp: "udp" },
};

/** Undefined for rules about IPv6 or prefix lists, which do not exist in a rehearsal. */
function firewallRule(inputs: RuleInputs): FirewallRule | undefined {
  const { ipProtocol, fromPort = 0, toPort = 65_535, cidrIpv4: cidr, referencedSecurityGroupId: group } = inputs;
  const protocol = protocols[ipProtocol];
  if (protocol === undefined) throw new Error(`cannot rehearse firewall rules with protocol ${ipProtocol}`);
  if (group !== undefined) return { protocol, fromPort, toPort, peer: { group } };
  return cidr === undefined ? undefined : { protocol, fromPort, toPort, peer: { cidr } };
}

/** Longest deregistration delay of a group's load balancers, in seconds. */
export function drainSeconds({ loadBalancers }: Inventory, { targetGroups }: Group): number {
  const used = loadBalancers
    .flatMap(({ listeners }) => listeners.map(({ targetGroup }) => targetGroup))
    .filter(({ arn }) => targetGroups.includes(arn));
  return Math.max(0, ...used.map(({ deregistrationDelay }) => deregistrationDelay));
}

function byKey<T>(items: readonly T[], key: (item: T) => string): Record<string, T> {
  return Object.fromEntries(items.map((item) => [key(item), item]));
}

function found<T>(items: Readonly<Record<string, T>>, key: string, kind: string): T {
  const item = items[key];
  if (item === undefined) throw new Error(`the plan has no ${kind} ${key}`);
  return item;
}

/** Resource with typed inputs. */
interface Found<Args> {
  readonly id: string;
  readonly name: string;
  readonly inputs: Unwrap<Args>;
}
