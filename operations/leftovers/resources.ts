/** What AWS has, in the cluster's network and under its tags. Nothing is changed. */

import {
  DescribeVpcsCommand,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
} from "@aws-sdk/client-ec2";
import type { EC2Client, SecurityGroup, Tag } from "@aws-sdk/client-ec2";
import {
  DescribeTagsCommand as DescribeClassicTagsCommand,
  paginateDescribeLoadBalancers as paginateClassicLoadBalancers,
} from "@aws-sdk/client-elastic-load-balancing";
import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import {
  DescribeTagsCommand,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import type { ClusterSpec } from "../../components/clusterSpec";
import { clusterTag, kubernetesClusterTag } from "../../components/aws/tags.plan";
import type { Found, LeftoverKind, IngressReference, Owner } from "./leftover";

export interface Clients {
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
}

/** The cluster and its VPC: the one that settings name, or the one that carries the cluster's tag. */
export async function resolveOwner({ name, network }: ClusterSpec, { ec2 }: Clients): Promise<Owner> {
  const { vpc } = network;
  if (vpc.source === "existing") return { cluster: name, vpcId: vpc.id, ownVpc: false };
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: `tag:${clusterTag}`, Values: [name] }] }),
  );
  const vpcId = Vpcs[0]?.VpcId;
  return { cluster: name, ownVpc: true, ...(vpcId !== undefined && { vpcId }) };
}

/** Everything that might be a leftover, of all kinds; `selectLeftovers` chooses. */
export async function listResources(owner: Owner, clients: Clients): Promise<readonly Found[]> {
  const all = await Promise.all([
    loadBalancers(clients.elbv2),
    targetGroups(clients.elbv2),
    classicLoadBalancers(clients.elb),
    securityGroups(owner, clients.ec2),
    volumes(owner, clients.ec2),
    snapshots(owner, clients.ec2),
  ]);
  return all.flat();
}

/** Elastic Load Balancing tells the tags of twenty at a time. */
const tagsAtOnce = 20;

async function withTags<T extends { readonly id: string }>(
  all: readonly T[],
  ask: (ids: string[]) => Promise<readonly (readonly [id: string | undefined, tags: readonly Tag[] | undefined])[]>,
): Promise<readonly (T & Pick<Found, "tags">)[]> {
  const tags = new Map<string, Found["tags"]>();
  for (let first = 0; first < all.length; first += tagsAtOnce) {
    const ids = all.slice(first, first + tagsAtOnce).map(({ id }) => id);
    for (const [id, found] of await ask(ids)) if (id !== undefined) tags.set(id, asRecord(found));
  }
  return all.map((one) => ({ ...one, tags: tags.get(one.id) ?? {} }));
}

function asRecord(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

const inVpc = (vpcId: string | undefined): Pick<Found, "vpcId"> => (vpcId === undefined ? {} : { vpcId });
const inGroups = (securityGroups: readonly string[] = []): Pick<Found, "securityGroups"> =>
  securityGroups.length === 0 ? {} : { securityGroups };

async function loadBalancers(elbv2: ElasticLoadBalancingV2Client): Promise<readonly Found[]> {
  const all: Omit<Found, "tags">[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client: elbv2 }, {})) {
    for (const {
      LoadBalancerArn: id = "",
      LoadBalancerName: name = "",
      Type,
      VpcId,
      SecurityGroups,
    } of LoadBalancers) {
      const kind: LeftoverKind = Type === "application" ? "application load balancer" : "network load balancer";
      all.push({ kind, id, name, ...inVpc(VpcId), ...inGroups(SecurityGroups) });
    }
  }
  return withTags(all, tagsOfV2(elbv2));
}

async function targetGroups(elbv2: ElasticLoadBalancingV2Client): Promise<readonly Found[]> {
  const all: Omit<Found, "tags">[] = [];
  for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client: elbv2 }, {})) {
    for (const { TargetGroupArn: id = "", TargetGroupName: name = "", VpcId } of TargetGroups) {
      all.push({ kind: "target group", id, name, ...inVpc(VpcId) });
    }
  }
  return withTags(all, tagsOfV2(elbv2));
}

function tagsOfV2(elbv2: ElasticLoadBalancingV2Client) {
  return async (ids: string[]) => {
    const { TagDescriptions = [] } = await elbv2.send(new DescribeTagsCommand({ ResourceArns: ids }));
    return TagDescriptions.map(({ ResourceArn, Tags }) => [ResourceArn, Tags] as const);
  };
}

async function classicLoadBalancers(elb: ElasticLoadBalancingClient): Promise<readonly Found[]> {
  const all: Omit<Found, "tags">[] = [];
  for await (const { LoadBalancerDescriptions = [] } of paginateClassicLoadBalancers({ client: elb }, {})) {
    for (const { LoadBalancerName: name = "", VPCId, SecurityGroups } of LoadBalancerDescriptions) {
      all.push({ kind: "classic load balancer", id: name, name, ...inVpc(VPCId), ...inGroups(SecurityGroups) });
    }
  }
  return withTags(all, async (ids) => {
    const { TagDescriptions = [] } = await elb.send(new DescribeClassicTagsCommand({ LoadBalancerNames: ids }));
    return TagDescriptions.map(({ LoadBalancerName, Tags }) => [LoadBalancerName, Tags] as const);
  });
}

/** Of the stack's own VPC all; elsewhere those with the cluster's tag. A VPC's default group goes with it. */
async function securityGroups({ cluster, vpcId, ownVpc }: Owner, ec2: EC2Client): Promise<readonly Found[]> {
  const Filters =
    ownVpc && vpcId !== undefined
      ? [{ Name: "vpc-id", Values: [vpcId] }]
      : [{ Name: "tag-key", Values: [kubernetesClusterTag(cluster)] }];
  const groups: SecurityGroup[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: ec2 }, { Filters })) {
    groups.push(...(page.SecurityGroups ?? []));
  }
  return groups
    .filter(({ GroupName }) => GroupName !== "default")
    .map(({ GroupId: id = "", GroupName: name = "", VpcId, Tags }) => {
      const referencedBy = groups.filter(({ GroupId }) => GroupId !== id).flatMap((group) => rulesFor(id, group));
      return {
        ...{ kind: "security group", id, name, ...inVpc(VpcId), tags: asRecord(Tags) },
        ...(referencedBy.length > 0 && { referencedBy }),
      };
    });
}

/** Rules of a security group that let members of another in. */
function rulesFor(
  id: string,
  { GroupId: groupId = "", IpPermissions = [] }: SecurityGroup,
): readonly IngressReference[] {
  return IpPermissions.filter(({ UserIdGroupPairs }) => UserIdGroupPairs?.some((pair) => pair.GroupId === id)).map(
    ({ IpProtocol: protocol = "-1", FromPort: from, ToPort: to }) => ({
      ...{ groupId, protocol },
      ...(protocol !== "-1" && from !== undefined && to !== undefined && { ports: { from, to } }),
    }),
  );
}

/** The EBS CSI driver's tag with the cluster's name. */
const madeByDriver = (cluster: string) => [{ Name: "tag:ebs.csi.aws.com/cluster-name", Values: [cluster] }];

async function volumes({ cluster }: Owner, ec2: EC2Client): Promise<readonly Found[]> {
  const all: Found[] = [];
  for await (const page of paginateDescribeVolumes({ client: ec2 }, { Filters: madeByDriver(cluster) })) {
    for (const { VolumeId: id = "", Size: sizeGiB = 0, Attachments, Tags } of page.Volumes ?? []) {
      const tags = asRecord(Tags);
      const attachedTo = Attachments?.[0]?.InstanceId;
      all.push({
        kind: "volume",
        id,
        name: tags["Name"] ?? id,
        sizeGiB,
        tags,
        ...(attachedTo !== undefined && { attachedTo }),
      });
    }
  }
  return all;
}

async function snapshots({ cluster }: Owner, ec2: EC2Client): Promise<readonly Found[]> {
  const all: Found[] = [];
  const input = { OwnerIds: ["self"], Filters: madeByDriver(cluster) };
  for await (const page of paginateDescribeSnapshots({ client: ec2 }, input)) {
    for (const { SnapshotId: id = "", VolumeSize: sizeGiB = 0, Tags } of page.Snapshots ?? []) {
      const tags = asRecord(Tags);
      all.push({ kind: "snapshot", id, name: tags["Name"] ?? id, sizeGiB, tags });
    }
  }
  return all;
}
