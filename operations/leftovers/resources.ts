/** AWS resources in the VPC of a cluster and with its tags. Read-only requests. */
import {
  DescribeVpcsCommand,
  type EC2Client,
  type SecurityGroup,
  type Tag,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
} from "@aws-sdk/client-ec2";
import {
  DescribeTagsCommand as DescribeClassicTagsCommand,
  type ElasticLoadBalancingClient,
  paginateDescribeLoadBalancers as paginateClassicLoadBalancers,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  DescribeTagsCommand,
  type ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";

import { clusterTag, kubernetesClusterTag } from "../../components/aws/tags.plan";
import type { ClusterSpec } from "../../components/clusterSpec";
import type { AwsResource, IngressReference, Owner } from "./leftover";

export interface Clients {
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
}

/** Cluster and its VPC: an existing one by the settings, or the one with the cluster's tag. */
export async function resolveOwner({ name, network }: ClusterSpec, { ec2 }: Clients): Promise<Owner> {
  const { vpc } = network;
  if (vpc.source === "existing") return { cluster: name, vpcId: vpc.id, managedVpc: false };
  const Filters = [{ Name: `tag:${clusterTag}`, Values: [name] }];
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters }));
  return { cluster: name, vpcId: Vpcs[0]?.VpcId, managedVpc: true };
}

/** Candidates of all kinds; `selectLeftovers` filters them. */
export async function listResources(owner: Owner, clients: Clients): Promise<readonly AwsResource[]> {
  const all = await Promise.all([
    listLoadBalancers(clients.elbv2),
    listTargetGroups(clients.elbv2),
    listClassicLoadBalancers(clients.elb),
    listSecurityGroups(owner, clients.ec2),
    listVolumes(owner, clients.ec2),
    listSnapshots(owner, clients.ec2),
  ]);
  return all.flat();
}

/** Limit of DescribeTags of Elastic Load Balancing: 20 resources per call. */
const tagsPerCall = 20;

async function withTags(
  all: readonly Omit<AwsResource, "tags">[],
  fetchTags: (ids: string[]) => Promise<readonly (readonly [id?: string, tags?: readonly Tag[]])[]>,
): Promise<readonly AwsResource[]> {
  const tags = new Map<string, AwsResource["tags"]>();
  for (let first = 0; first < all.length; first += tagsPerCall) {
    const ids = all.slice(first, first + tagsPerCall).map(({ id }) => id);
    for (const [id, found] of await fetchTags(ids)) if (id !== undefined) tags.set(id, toRecord(found));
  }
  return all.map((one) => ({ ...one, tags: tags.get(one.id) ?? {} }));
}

function toRecord(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

async function listLoadBalancers(elbv2: ElasticLoadBalancingV2Client): Promise<readonly AwsResource[]> {
  const all: Omit<AwsResource, "tags">[] = [];
  for await (const page of paginateDescribeLoadBalancers({ client: elbv2 }, {})) {
    for (const balancer of page.LoadBalancers ?? []) {
      const { LoadBalancerArn: id = "", LoadBalancerName: name = "", Type, VpcId: vpcId, SecurityGroups } = balancer;
      const kind = Type === "application" ? "application load balancer" : "network load balancer";
      all.push({ kind, id, name, vpcId, securityGroups: SecurityGroups });
    }
  }
  return withTags(all, (ids) => fetchTagsV2(elbv2, ids));
}

async function listTargetGroups(elbv2: ElasticLoadBalancingV2Client): Promise<readonly AwsResource[]> {
  const all: Omit<AwsResource, "tags">[] = [];
  for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client: elbv2 }, {})) {
    for (const { TargetGroupArn: id = "", TargetGroupName: name = "", VpcId: vpcId } of TargetGroups) {
      all.push({ kind: "target group", id, name, vpcId });
    }
  }
  return withTags(all, (ids) => fetchTagsV2(elbv2, ids));
}

async function fetchTagsV2(elbv2: ElasticLoadBalancingV2Client, ids: string[]) {
  const { TagDescriptions = [] } = await elbv2.send(new DescribeTagsCommand({ ResourceArns: ids }));
  return TagDescriptions.map(({ ResourceArn, Tags }) => [ResourceArn, Tags] as const);
}

async function listClassicLoadBalancers(elb: ElasticLoadBalancingClient): Promise<readonly AwsResource[]> {
  const all: Omit<AwsResource, "tags">[] = [];
  for await (const { LoadBalancerDescriptions = [] } of paginateClassicLoadBalancers({ client: elb }, {})) {
    for (const { LoadBalancerName: name = "", VPCId: vpcId, SecurityGroups } of LoadBalancerDescriptions) {
      all.push({ kind: "classic load balancer", id: name, name, vpcId, securityGroups: SecurityGroups });
    }
  }
  return withTags(all, async (ids) => {
    const { TagDescriptions = [] } = await elb.send(new DescribeClassicTagsCommand({ LoadBalancerNames: ids }));
    return TagDescriptions.map(({ LoadBalancerName, Tags }) => [LoadBalancerName, Tags] as const);
  });
}

/** All groups of a managed VPC, else those with the cluster's tag. Skips the default group, which AWS deletes with the VPC. */
async function listSecurityGroups({ cluster, vpcId, managedVpc }: Owner, ec2: EC2Client): Promise<AwsResource[]> {
  const filter =
    managedVpc && vpcId !== undefined
      ? { Name: "vpc-id", Values: [vpcId] }
      : { Name: "tag-key", Values: [kubernetesClusterTag(cluster)] };
  const groups: SecurityGroup[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: ec2 }, { Filters: [filter] })) {
    groups.push(...(page.SecurityGroups ?? []));
  }
  return groups
    .filter(({ GroupName }) => GroupName !== "default")
    .map(({ GroupId: id = "", GroupName: name = "", VpcId, Tags }) => ({
      kind: "security group",
      id,
      name,
      vpcId: VpcId,
      tags: toRecord(Tags),
      referencedBy: groups.filter(({ GroupId }) => GroupId !== id).flatMap((group) => rulesReferencing(id, group)),
    }));
}

/** Ingress rules of a security group with another group as their source. */
function rulesReferencing(id: string, group: SecurityGroup): readonly IngressReference[] {
  const { GroupId: groupId = "", IpPermissions = [] } = group;
  return IpPermissions.filter(({ UserIdGroupPairs }) => UserIdGroupPairs?.some((pair) => pair.GroupId === id)).map(
    ({ IpProtocol: protocol = "-1", FromPort: from, ToPort: to }) => ({
      groupId,
      protocol,
      ports: protocol !== "-1" && from !== undefined && to !== undefined ? { from, to } : undefined,
    }),
  );
}

/** Filter for resources of the EBS CSI driver. */
const createdByDriver = (cluster: string) => [{ Name: "tag:ebs.csi.aws.com/cluster-name", Values: [cluster] }];

async function listVolumes({ cluster }: Owner, ec2: EC2Client): Promise<readonly AwsResource[]> {
  const all: AwsResource[] = [];
  for await (const page of paginateDescribeVolumes({ client: ec2 }, { Filters: createdByDriver(cluster) })) {
    for (const { VolumeId: id = "", Size: sizeGiB = 0, Attachments, Tags } of page.Volumes ?? []) {
      const tags = toRecord(Tags);
      all.push({ kind: "volume", id, name: tags.Name ?? id, sizeGiB, tags, attachedTo: Attachments?.[0]?.InstanceId });
    }
  }
  return all;
}

async function listSnapshots({ cluster }: Owner, ec2: EC2Client): Promise<readonly AwsResource[]> {
  const all: AwsResource[] = [];
  const input = { OwnerIds: ["self"], Filters: createdByDriver(cluster) };
  for await (const page of paginateDescribeSnapshots({ client: ec2 }, input)) {
    for (const { SnapshotId: id = "", VolumeSize: sizeGiB = 0, Tags } of page.Snapshots ?? []) {
      const tags = toRecord(Tags);
      all.push({ kind: "snapshot", id, name: tags.Name ?? id, sizeGiB, tags });
    }
  }
  return all;
}
