/** What the realised plan says about subnets, groups, load balancers and rules, in the rehearsal's terms. Pure. */
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { subnetAddresses } from "../../machines/addresses";
import type { CloudResource } from "./resourceHandler";
import { templateSecurityGroups } from "./compute";

export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
  /** The subnet's router: its first address. */
  readonly gateway: string;
  readonly prefixLength: number;
}

/** What a group starts its machines with. */
export interface LaunchSpec {
  /** Decoded. */
  readonly userData: string;
  readonly securityGroups: readonly string[];
  /** Role of the instance profile; absent: none. */
  readonly role: string | undefined;
  /** Metadata shows the instance's tags. */
  readonly metadataTags: boolean;
  /** Network hops that a metadata answer survives; 1 keeps pods from it. */
  readonly metadataHopLimit: number;
}

export interface Group {
  readonly name: string;
  /** Of the version of the launch template that the plan has. */
  readonly launch: LaunchSpec;
  /** ARNs. */
  readonly targetGroups: readonly string[];
}

export interface HealthCheck {
  readonly protocol: "TCP" | "HTTP" | "HTTPS";
  readonly path: string;
  /** 0: the port that traffic goes to. */
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
  /** Connections are cut when their target is found dead. */
  readonly cutsUnhealthy: boolean;
  /** Seconds in which a target that leaves may finish what it answers. */
  readonly deregistrationDelay: number;
  /** Connections are cut when that time is over. */
  readonly cutsDeregistered: boolean;
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
  readonly ingress: readonly SecurityRule[];
  readonly egress: readonly SecurityRule[];
}

export interface SecurityRule {
  /** As AWS writes it: `tcp`, `udp`, `icmp`, `-1`, or a number. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** One of them. */
  readonly cidr?: string;
  readonly group?: string;
}

export interface Inventory {
  readonly vpc: { readonly id: string; readonly cidr: string };
  /** By id. */
  readonly subnets: Readonly<Record<string, Subnet>>;
  /** By name. */
  readonly groups: Readonly<Record<string, Group>>;
  readonly loadBalancers: readonly LoadBalancer[];
  /** By id. */
  readonly securityGroups: Readonly<Record<string, SecurityGroup>>;
  /** Names of the DNS zones by their ids. */
  readonly zones: Readonly<Record<string, string>>;
}

/**
 * Reads the inventory out of realised resources.
 * @throws if something refers to what the plan does not hold.
 */
export function readInventory(resources: readonly CloudResource[]): Inventory {
  const of = <Args>(type: string) =>
    resources
      .filter((resource) => resource.type === type)
      .map(({ id = "", inputs, outputs, name }) => ({ id, name, outputs, inputs: inputs as Unwrap<Args> }));

  const [vpc] = of<aws.ec2.VpcArgs>("aws:ec2/vpc:Vpc");
  if (vpc === undefined) throw new Error("a rehearsal needs a plan that makes its own VPC");
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
    vpc: { id: vpc.id, cidr: vpc.inputs.cidrBlock ?? "" },
    subnets,
    groups: byKey(groups, ({ name }) => name),
    loadBalancers,
    securityGroups: byKey(securityGroups(resources), ({ id }) => id),
    zones: Object.fromEntries(
      of<aws.route53.ZoneArgs>("aws:route53/zone:Zone").map(({ id, inputs }) => [id, inputs.name ?? ""]),
    ),
  };
}

function subnet({ id, inputs }: { id: string; inputs: Unwrap<aws.ec2.SubnetArgs> }): Subnet {
  const cidr = inputs.cidrBlock ?? "";
  const { gateway, prefixLength } = subnetAddresses(cidr);
  return { id, cidr, gateway, prefixLength, zone: inputs.availabilityZone ?? "" };
}

/** Defaults are those of a network load balancer's target group. */
function targetGroup({
  id,
  name,
  inputs,
}: {
  id: string;
  name: string;
  inputs: Unwrap<aws.lb.TargetGroupArgs>;
}): TargetGroup {
  const check = inputs.healthCheck;
  const protocol = check?.protocol ?? "TCP";
  if (protocol !== "TCP" && protocol !== "HTTP" && protocol !== "HTTPS") {
    throw new Error(`target group ${name}: no health check by ${protocol} here`);
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
    cutsUnhealthy: health?.enableUnhealthyConnectionTermination ?? true,
    deregistrationDelay: inputs.deregistrationDelay ?? 300,
    cutsDeregistered: inputs.connectionTermination ?? false,
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
  const rules = (type: string, group: string): SecurityRule[] =>
    resources
      .filter((resource) => resource.type === type && resource.inputs.securityGroupId === group)
      .map(({ inputs }) => securityRule(inputs as unknown as RuleInputs))
      .filter((rule) => rule.cidr !== undefined || rule.group !== undefined);
  return resources
    .filter(({ type }) => type === "aws:ec2/securityGroup:SecurityGroup")
    .map(({ id = "", name, inputs }) => {
      for (const inline of ["ingress", "egress"]) {
        if (Array.isArray(inputs[inline]) && inputs[inline].length > 0) {
          throw new Error(`security group ${name}: rules within a group are not rehearsed, write them as resources`);
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

/** A rule that names neither an IPv4 range nor a group (IPv6, prefix lists of AWS's own services) concerns nobody here. */
function securityRule(inputs: RuleInputs): SecurityRule {
  return {
    protocol: inputs.ipProtocol,
    fromPort: inputs.fromPort ?? 0,
    toPort: inputs.toPort ?? 65_535,
    ...(inputs.cidrIpv4 !== undefined && { cidr: inputs.cidrIpv4 }),
    ...(inputs.referencedSecurityGroupId !== undefined && { group: inputs.referencedSecurityGroupId }),
  };
}

/** Seconds for which a group's load balancers let a machine that leaves finish what it answers. */
export function drainSeconds({ loadBalancers }: Inventory, { targetGroups }: Group): number {
  const used = loadBalancers
    .flatMap(({ listeners }) => listeners.map(({ targetGroup }) => targetGroup))
    .filter(({ arn }) => targetGroups.includes(arn));
  return Math.max(0, ...used.map(({ deregistrationDelay }) => deregistrationDelay));
}

function byKey<T>(items: readonly T[], key: (item: T) => string): Record<string, T> {
  return Object.fromEntries(items.map((item) => [key(item), item]));
}

function found<T>(items: Readonly<Record<string, T>>, key: string, what: string): T {
  const item = items[key];
  if (item === undefined) throw new Error(`no ${what} ${key} in the plan`);
  return item;
}
