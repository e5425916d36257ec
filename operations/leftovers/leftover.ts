/**
 * What controllers inside a cluster have made on AWS and Pulumi knows nothing of, and what each of it means for a destroy.
 * Pure data.
 */

import { clusterTag, kubernetesClusterTag } from "../../components/aws/tags.plan";

export type LeftoverKind =
  | "network load balancer"
  | "application load balancer"
  | "classic load balancer"
  | "target group"
  | "security group"
  | "volume"
  | "snapshot";

/** Something that AWS has, as a description of it says. */
export interface Found {
  readonly kind: LeftoverKind;
  /** What commands of AWS call it by. */
  readonly id: string;
  readonly name: string;
  readonly vpcId?: string;
  /** GiB, of volumes and snapshots. */
  readonly sizeGiB?: number;
  /** Machine that a volume is attached to. */
  readonly attachedTo?: string;
  /** Ids of the security groups that a load balancer is in. */
  readonly securityGroups?: readonly string[];
  /** Rules of other security groups that let members of this one in. */
  readonly referencedBy?: readonly IngressReference[];
  readonly tags: Readonly<Record<string, string>>;
}

/** A rule that lets members of a security group in. */
export interface IngressReference {
  /** Id of the group whose rule it is. */
  readonly groupId: string;
  /** As EC2 has it: `tcp`, or `-1` for all. */
  readonly protocol: string;
  /** Absent for all ports. */
  readonly ports?: { readonly from: number; readonly to: number };
}

export interface Leftover extends Found {
  /** What of the cluster it was made for: a Service, a claim, a snapshot; absent where no tag says so. */
  readonly createdFor?: string;
  /** Whether the network cannot be deleted while it is there. */
  readonly blocksVpcDeletion: boolean;
  /** How it goes, while the cluster is there to do it. */
  readonly kubectlCommand?: string;
  /** How it goes when the cluster is gone. */
  readonly awsCommand: string;
}

/** Whose leftovers are looked for. */
export interface Owner {
  readonly cluster: string;
  /** The cluster's VPC; absent when there is none any more. */
  readonly vpcId?: string;
  /** Whether the VPC is the stack's own: then whatever is in it goes, or holds it. */
  readonly ownVpc: boolean;
}

/** Tag by which AWS' load balancer controller tells a cluster's. */
const balancerControllerTag = "elbv2.k8s.aws/cluster";
/** Tag by which the EBS CSI driver tells a cluster's. */
const csiTag = "ebs.csi.aws.com/cluster-name";

/** Of what was found, what is the cluster's and not the stack's; what holds the network first. */
export function selectLeftovers(owner: Owner, found: readonly Found[]): readonly Leftover[] {
  return found
    .filter((one) => isLeft(owner, one))
    .map((one) => describe(one, found))
    .sort(
      (a, b) =>
        Number(b.blocksVpcDeletion) - Number(a.blocksVpcDeletion) ||
        a.kind.localeCompare(b.kind) ||
        a.id.localeCompare(b.id),
    );
}

function isLeft({ cluster, vpcId, ownVpc }: Owner, { kind, tags, vpcId: where }: Found): boolean {
  const ofCluster =
    kubernetesClusterTag(cluster) in tags || tags[balancerControllerTag] === cluster || tags[csiTag] === cluster;
  // The stack's own resources carry its tag; the driver's volumes carry it for the bill's sake, and their own besides.
  if (kind === "volume" || kind === "snapshot") return tags[csiTag] === cluster;
  if (tags[clusterTag] !== undefined) return false;
  return ofCluster || (ownVpc && vpcId !== undefined && where === vpcId);
}

function describe(found: Found, all: readonly Found[]): Leftover {
  const { kind, id, tags } = found;
  // No tag says what a group was made for; it goes with its load balancer.
  const member = all.find(({ securityGroups }) => kind === "security group" && securityGroups?.includes(id));
  const purpose = purposeOf(tags) ?? purposeOf(member?.tags ?? {});
  return {
    ...found,
    ...(purpose && { createdFor: purpose.what }),
    blocksVpcDeletion: kind.endsWith("load balancer") || kind === "security group",
    ...(purpose && { kubectlCommand: purpose.remove }),
    awsCommand: awsCommand(found),
  };
}

/** What a controller made it for, by the tags that it puts on for people. */
function purposeOf(tags: Found["tags"]): { readonly what: string; readonly remove: string } | undefined {
  const service = tags["kubernetes.io/service-name"] ?? tags["service.k8s.aws/stack"];
  if (service !== undefined) return inNamespace("Service", "service", service);
  const ingress = tags["ingress.k8s.aws/stack"];
  if (ingress !== undefined) return inNamespace("Ingress", "ingress", ingress);
  const snapshot = tags["kubernetes.io/created-for/volumesnapshot/name"];
  if (snapshot !== undefined) {
    const namespace = tags["kubernetes.io/created-for/volumesnapshot/namespace"] ?? "default";
    return inNamespace("VolumeSnapshot", "volumesnapshot", `${namespace}/${snapshot}`);
  }
  const claim = tags["kubernetes.io/created-for/pvc/name"];
  if (claim !== undefined) {
    const namespace = tags["kubernetes.io/created-for/pvc/namespace"] ?? "default";
    return inNamespace("PersistentVolumeClaim", "pvc", `${namespace}/${claim}`);
  }
  return undefined;
}

function inNamespace(kind: string, resource: string, path: string): { what: string; remove: string } {
  const [namespace, name] = path.includes("/") ? path.split("/", 2) : ["", path];
  const flag = namespace === "" ? "" : ` -n ${namespace ?? ""}`;
  return { what: `${kind} ${path}`, remove: `kubectl${flag} delete ${resource} ${name ?? ""}` };
}

function awsCommand({ kind, id, referencedBy = [] }: Found): string {
  switch (kind) {
    case "network load balancer":
    case "application load balancer":
      return `aws elbv2 delete-load-balancer --load-balancer-arn ${id}`;
    case "classic load balancer":
      return `aws elb delete-load-balancer --load-balancer-name ${id}`;
    case "target group":
      return `aws elbv2 delete-target-group --target-group-arn ${id}`;
    case "security group":
      return [
        ...referencedBy.map((rule) => revocation(id, rule)),
        `aws ec2 delete-security-group --group-id ${id}`,
      ].join(" && ");
    case "volume":
      return `aws ec2 delete-volume --volume-id ${id}`;
    case "snapshot":
      return `aws ec2 delete-snapshot --snapshot-id ${id}`;
  }
}

/** EC2 keeps a group for as long as a rule names it; the cloud controller lets its load balancers in to the workers. */
function revocation(id: string, { groupId, protocol, ports }: IngressReference): string {
  const range = ports === undefined ? "" : `FromPort=${ports.from},ToPort=${ports.to},`;
  const permission = `IpProtocol=${protocol},${range}UserIdGroupPairs=[{GroupId=${id}}]`;
  return `aws ec2 revoke-security-group-ingress --group-id ${groupId} --ip-permissions '${permission}'`;
}
