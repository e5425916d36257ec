import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import { listResources, resolveOwner } from "../../operations/leftovers/resources";
import { selectLeftovers } from "../../operations/leftovers/leftover";
import type { AwsResource, LeftoverKind, Owner } from "../../operations/leftovers/leftover";
import { formatLeftovers } from "../../operations/leftovers/report";
import { threeZones } from "../machineSupport";
import { FakeAwsApi } from "./fakeAwsApi";

const owner: Owner = { cluster: "blue", vpcId: "vpc-blue", managedVpc: true };
const ofCluster = { "kubernetes.io/cluster/blue": "owned" };
const byDriver = { ...ofCluster, "ebs.csi.aws.com/cluster-name": "blue", "holdfast:cluster": "blue" };

const found = (kind: LeftoverKind, tags: AwsResource["tags"], vpcId?: string): AwsResource => ({
  kind,
  id: `${kind} id`,
  name: `${kind} name`,
  tags,
  vpcId,
});

describe("selection", () => {
  test.each<[string, AwsResource, boolean]>([
    ["a load balancer of a Service", found("classic load balancer", ofCluster, "vpc-blue"), true],
    [
      "a load balancer of the AWS Load Balancer Controller",
      found("network load balancer", { "elbv2.k8s.aws/cluster": "blue" }, "vpc-blue"),
      true,
    ],
    ["a load balancer without tags in the managed VPC", found("network load balancer", {}, "vpc-blue"), true],
    [
      "the load balancer of the API, which the stack manages",
      found("network load balancer", { "holdfast:cluster": "blue" }, "vpc-blue"),
      false,
    ],
    [
      "a load balancer of another cluster",
      found("network load balancer", { "kubernetes.io/cluster/green": "owned" }, "vpc-green"),
      false,
    ],
    ["the security group of a load balancer", found("security group", ofCluster, "vpc-blue"), true],
    [
      "a security group that the stack manages",
      found("security group", { ...ofCluster, "holdfast:cluster": "blue" }, "vpc-blue"),
      false,
    ],
    ["the volume of a claim", found("volume", byDriver), true],
    [
      "the data volume of etcd",
      found("volume", { ...ofCluster, "holdfast:cluster": "blue", "holdfast:member": "a" }),
      false,
    ],
    ["a volume of another cluster", found("volume", { "ebs.csi.aws.com/cluster-name": "green" }), false],
    ["a snapshot", found("snapshot", byDriver), true],
  ])("%s: %s", (_, one, expected) => {
    expect(selectLeftovers(owner, [one]).length === 1).toBe(expected);
  });

  test("in an existing VPC, only resources with the cluster's tag", () => {
    const shared = { ...owner, managedVpc: false };
    expect(selectLeftovers(shared, [found("network load balancer", {}, "vpc-blue")])).toEqual([]);
    expect(selectLeftovers(shared, [found("network load balancer", ofCluster, "vpc-blue")])).toHaveLength(1);
  });
});

describe("commands", () => {
  test.each<[LeftoverKind, AwsResource["tags"], boolean, string | undefined, string]>([
    [
      "classic load balancer",
      { ...ofCluster, "kubernetes.io/service-name": "shop/front" },
      true,
      "kubectl -n shop delete service front",
      "aws elb delete-load-balancer --load-balancer-name",
    ],
    [
      "application load balancer",
      { "elbv2.k8s.aws/cluster": "blue", "ingress.k8s.aws/stack": "shop/front" },
      true,
      "kubectl -n shop delete ingress front",
      "aws elbv2 delete-load-balancer --load-balancer-arn",
    ],
    ["security group", ofCluster, true, undefined, "aws ec2 delete-security-group --group-id"],
    ["target group", ofCluster, false, undefined, "aws elbv2 delete-target-group --target-group-arn"],
    [
      "volume",
      {
        ...byDriver,
        "kubernetes.io/created-for/pvc/namespace": "shop",
        "kubernetes.io/created-for/pvc/name": "data-0",
      },
      false,
      "kubectl -n shop delete pvc data-0",
      "aws ec2 delete-volume --volume-id",
    ],
    ["snapshot", byDriver, false, undefined, "aws ec2 delete-snapshot --snapshot-id"],
  ])(
    "%s: effect on the VPC, and commands that delete it",
    (kind, tags, blocksVpcDeletion, kubectlCommand, awsCommand) => {
      const [left] = selectLeftovers(owner, [found(kind, tags, "vpc-blue")]);
      expect(left?.blocksVpcDeletion).toBe(blocksVpcDeletion);
      expect(left?.kubectlCommand).toBe(kubectlCommand);
      expect(left?.awsCommand).toBe(`${awsCommand} ${kind} id`);
    },
  );
});

test("rules that reference a security group are revoked before it is deleted", () => {
  const referencedBy = [{ groupId: "sg-workers", protocol: "tcp", ports: { from: 30_000, to: 32_767 } }];
  const [left] = selectLeftovers(owner, [
    { ...found("security group", ofCluster, "vpc-blue"), id: "sg-elb", referencedBy },
  ]);
  expect(left?.awsCommand.split(" && ")).toEqual([
    "aws ec2 revoke-security-group-ingress --group-id sg-workers --ip-permissions 'IpProtocol=tcp,FromPort=30000,ToPort=32767,UserIdGroupPairs=[{GroupId=sg-elb}]'",
    "aws ec2 delete-security-group --group-id sg-elb",
  ]);
});

const tagSet = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join("");
const tagMembers = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value></member>`)
    .join("");

describe("report", () => {
  const api = "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/net/blue-api/1";
  const fake = new FakeAwsApi({
    DescribeVpcs: `<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-blue</vpcId></item></vpcSet></DescribeVpcsResponse>`,
    DescribeLoadBalancers: `<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member>
      <LoadBalancerArn>${api}</LoadBalancerArn><LoadBalancerName>blue-api</LoadBalancerName><Type>network</Type>
      <VpcId>vpc-blue</VpcId></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`,
    DescribeTargetGroups: `<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups/></DescribeTargetGroupsResult></DescribeTargetGroupsResponse>`,
    DescribeTags: `<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member><ResourceArn>${api}</ResourceArn>
      <Tags>${tagMembers({ "holdfast:cluster": "blue" })}</Tags></member></TagDescriptions></DescribeTagsResult></DescribeTagsResponse>`,
    "classic DescribeLoadBalancers": `<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancerDescriptions>
      <member><LoadBalancerName>a1b2c3</LoadBalancerName><VPCId>vpc-blue</VPCId>
      <SecurityGroups><member>sg-elb</member></SecurityGroups></member></LoadBalancerDescriptions>
      </DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`,
    "classic DescribeTags": `<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member>
      <LoadBalancerName>a1b2c3</LoadBalancerName><Tags>${tagMembers({ ...ofCluster, "kubernetes.io/service-name": "shop/front" })}</Tags>
      </member></TagDescriptions></DescribeTagsResult></DescribeTagsResponse>`,
    DescribeSecurityGroups: `<DescribeSecurityGroupsResponse><securityGroupInfo>
      <item><groupId>sg-default</groupId><groupName>default</groupName><vpcId>vpc-blue</vpcId></item>
      <item><groupId>sg-elb</groupId><groupName>k8s-elb-a1b2c3</groupName><vpcId>vpc-blue</vpcId>
      <tagSet>${tagSet(ofCluster)}</tagSet></item>
      <item><groupId>sg-workers</groupId><groupName>blue-workers</groupName><vpcId>vpc-blue</vpcId>
      <ipPermissions><item><ipProtocol>-1</ipProtocol><groups><item><groupId>sg-elb</groupId></item></groups></item>
      <item><ipProtocol>tcp</ipProtocol><fromPort>10250</fromPort><toPort>10250</toPort>
      <groups><item><groupId>sg-members</groupId></item></groups></item></ipPermissions>
      <tagSet>${tagSet({ ...ofCluster, "holdfast:cluster": "blue" })}</tagSet></item></securityGroupInfo></DescribeSecurityGroupsResponse>`,
    DescribeVolumes: `<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId><size>20</size>
      <attachmentSet><item><instanceId>i-1</instanceId></item></attachmentSet>
      <tagSet>${tagSet({
        ...byDriver,
        Name: "blue-dynamic-pvc-1",
        "kubernetes.io/created-for/pvc/namespace": "shop",
        "kubernetes.io/created-for/pvc/name": "data-0",
      })}</tagSet></item></volumeSet></DescribeVolumesResponse>`,
    DescribeSnapshots: `<DescribeSnapshotsResponse><snapshotSet/></DescribeSnapshotsResponse>`,
  });
  afterAll(() => fake.stop());

  test("lists all leftovers with read-only requests", async () => {
    const endpoint = await fake.start();
    const settings = {
      region: "eu-central-1",
      endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    };
    const clients = {
      ec2: new EC2Client(settings),
      elb: new ElasticLoadBalancingClient(settings),
      elbv2: new ElasticLoadBalancingV2Client(settings),
    };
    const resolved = await resolveOwner(threeZones(), clients);
    expect(resolved).toEqual(owner);
    const left = selectLeftovers(resolved, await listResources(resolved, clients));
    expect(formatLeftovers(resolved, left)).toEqual([
      "These block the deletion of the VPC, so that pulumi destroy fails:",
      "  classic load balancer  a1b2c3          Service shop/front",
      "  security group         k8s-elb-a1b2c3  Service shop/front",
      "",
      "These remain after pulumi destroy, with their data and their costs:",
      "  volume  blue-dynamic-pvc-1  PersistentVolumeClaim shop/data-0  20 GiB, attached to i-1",
      "",
      "While the cluster runs, delete the Kubernetes objects; their controllers then delete the AWS resources:",
      "  kubectl -n shop delete service front",
      "  kubectl -n shop delete pvc data-0",
      "",
      "Without the cluster, run these commands in this order (deleting a volume deletes its data):",
      "  aws elb delete-load-balancer --load-balancer-name a1b2c3",
      "  aws ec2 revoke-security-group-ingress --group-id sg-workers --ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-elb}]' && aws ec2 delete-security-group --group-id sg-elb",
      "  aws ec2 delete-volume --volume-id vol-1",
    ]);
    expect(fake.actions.every((action) => action.startsWith("Describe"))).toBe(true);
  });
});

test("no leftovers", () => {
  expect(formatLeftovers(owner, [])).toEqual(["Controllers of cluster blue have left no resources on AWS."]);
});

test("an existing VPC comes from the settings", async () => {
  const spec = threeZones({
    network: {
      zones: ["eu-central-1a"],
      vpc: {
        source: "existing",
        id: "vpc-0123456789abcdef0",
        cidr: "10.0.0.0/16",
        privateSubnets: { "eu-central-1a": "subnet-0123456789abcdef0" },
      },
    },
    protect: false,
    controlPlane: { members: 1 },
  });
  const unused = undefined as never;
  expect(await resolveOwner(spec, { ec2: unused, elb: unused, elbv2: unused })).toEqual({
    cluster: "blue",
    vpcId: "vpc-0123456789abcdef0",
    managedVpc: false,
  });
});
