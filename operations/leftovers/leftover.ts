/** AWS resources that controllers of a cluster created outside of Pulumi, and their effect on a destroy. Pure. */
import { clusterTag, kubernetesClusterTag } from "../../components/aws/tags.plan";

export type LeftoverKind =
  | "network load balancer"
  | "application load balancer"
  | "classic load balancer"
  | "target group"
  | "security group"
  | "volume"
  | "snapshot";

/** AWS resource, from the answer of a Describe call. */
export interface AwsResource {
  readonly kind: LeftoverKind;
  /** Identifier that the AWS CLI takes. */
  readonly id: string;
  readonly name: string;
  readonly vpcId?: string | undefined;
  /** Size of a volume or snapshot in GiB. */
  readonly sizeGiB?: number;
  /** Instance that a volume is attached to. */
  readonly attachedTo?: string | undefined;
  /** Ids of the security groups of a load balancer. */
  readonly securityGroups?: readonly string[] | undefined;
  /** Ingress rules of other groups with this group as their source. */
  readonly referencedBy?: readonly IngressReference[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Ingress rule with a security group as its source. */
export interface IngressReference {
  /** Id of the group that has the rule. */
  readonly groupId: string;
  /** As in EC2: `tcp`, or `-1` for all. */
  readonly protocol: string;
  /** Absent for all ports. */
  readonly ports?: { readonly from: number; readonly to: number } | undefined;
}

export interface Leftover extends AwsResource {
  /** Kubernetes object that it was created for; absent if no tag names one. */
  readonly createdFor?: string | undefined;
  /** AWS cannot delete the VPC while the resource exists. */
  readonly blocksVpcDeletion: boolean;
  /** Command that deletes it while the cluster runs. */
  readonly kubectlCommand?: string | undefined;
  /** Command that deletes it without the cluster. */
  readonly awsCommand: string;
}

/** Cluster that leftovers belong to. */
export interface Owner {
  readonly cluster: string;
  /** VPC of the cluster; absent if it does not exist. */
  readonly vpcId?: string | undefined;
  /** The stack manages the VPC: everything in it belongs to the cluster. */
  readonly managedVpc: boolean;
}

/** Tag of the AWS Load Balancer Controller with the name of its cluster. */
const balancerControllerTag = "elbv2.k8s.aws/cluster";
/** Tag of the EBS CSI driver with the name of its cluster. */
const csiTag = "ebs.csi.aws.com/cluster-name";

/** Resources that belong to the cluster and not to the stack; those that block the deletion of the VPC first. */
export function selectLeftovers(owner: Owner, found: readonly AwsResource[]): readonly Leftover[] {
  return found
    .filter((one) => isLeftover(owner, one))
    .map((one) => describe(one, found))
    .sort(
      (a, b) =>
        Number(b.blocksVpcDeletion) - Number(a.blocksVpcDeletion) ||
        a.kind.localeCompare(b.kind) ||
        a.id.localeCompare(b.id),
    );
}

function isLeftover({ cluster, vpcId, managedVpc }: Owner, { kind, tags, vpcId: where }: AwsResource): boolean {
  // The driver's volumes also carry the stack's tag, for cost allocation.
  if (kind === "volume" || kind === "snapshot") return tags[csiTag] === cluster;
  if (tags[clusterTag] !== undefined) return false;
  const ofCluster = kubernetesClusterTag(cluster) in tags || tags[balancerControllerTag] === cluster;
  return ofCluster || (managedVpc && vpcId !== undefined && where === vpcId);
}

function describe(found: AwsResource, all: readonly AwsResource[]): Leftover {
  const { kind, id, tags } = found;
  // Security groups have no tag with their purpose; their load balancer does.
  const member = all.find(({ securityGroups }) => kind === "security group" && securityGroups?.includes(id));
  const purpose = purposeOf(tags) ?? purposeOf(member?.tags ?? {});
  return {
    ...found,
    createdFor: purpose?.object,
    blocksVpcDeletion: kind.endsWith("load balancer") || kind === "security group",
    kubectlCommand: purpose?.command,
    awsCommand: awsCommand(found),
  };
}

interface Purpose {
  readonly object: string;
  readonly command: string;
}

/** Kubernetes object that tags of the controllers name. */
function purposeOf(tags: AwsResource["tags"]): Purpose | undefined {
  const service = tags["kubernetes.io/service-name"] ?? tags["service.k8s.aws/stack"];
  if (service !== undefined) return purpose("Service", "service", service);
  const ingress = tags["ingress.k8s.aws/stack"];
  if (ingress !== undefined) return purpose("Ingress", "ingress", ingress);
  for (const [kind, resource] of [
    ["VolumeSnapshot", "volumesnapshot"],
    ["PersistentVolumeClaim", "pvc"],
  ] as const) {
    const name = tags[`kubernetes.io/created-for/${resource}/name`];
    const namespace = tags[`kubernetes.io/created-for/${resource}/namespace`] ?? "default";
    if (name !== undefined) return purpose(kind, resource, `${namespace}/${name}`);
  }
  return undefined;
}

function purpose(kind: string, resource: string, path: string): Purpose {
  const [namespace, name] = path.includes("/") ? path.split("/", 2) : ["", path];
  const flag = namespace === "" ? "" : ` -n ${namespace ?? ""}`;
  return { object: `${kind} ${path}`, command: `kubectl${flag} delete ${resource} ${name ?? ""}` };
}

function awsCommand({ kind, id, referencedBy = [] }: AwsResource): string {
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
        ...referencedBy.map((rule) => revokeCommand(id, rule)),
        `aws ec2 delete-security-group --group-id ${id}`,
      ].join(" && ");
    case "volume":
      return `aws ec2 delete-volume --volume-id ${id}`;
    case "snapshot":
      return `aws ec2 delete-snapshot --snapshot-id ${id}`;
  }
}

/** EC2 refuses to delete a group that a rule references, such as the workers' rule for a load balancer. */
function revokeCommand(id: string, { groupId, protocol, ports }: IngressReference): string {
  const range = ports === undefined ? "" : `FromPort=${ports.from},ToPort=${ports.to},`;
  const permission = `IpProtocol=${protocol},${range}UserIdGroupPairs=[{GroupId=${id}}]`;
  return `aws ec2 revoke-security-group-ingress --group-id ${groupId} --ip-permissions '${permission}'`;
}
