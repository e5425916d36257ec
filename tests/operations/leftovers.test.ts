import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";

import { listResources, resolveOwner } from "../../operations/leftovers/resources";
import { selectLeftovers } from "../../operations/leftovers/leftover";
import type { Found, LeftoverKind, Owner } from "../../operations/leftovers/leftover";
import { formatLeftovers } from "../../operations/leftovers/report";
import { threeZones } from "../machineSupport";

const owner: Owner = { cluster: "blue", vpcId: "vpc-blue", ownVpc: true };
const ofCluster = { "kubernetes.io/cluster/blue": "owned" };
const byDriver = { ...ofCluster, "ebs.csi.aws.com/cluster-name": "blue", "holdfast:cluster": "blue" };

const found = (kind: LeftoverKind, tags: Found["tags"], vpcId?: string): Found => ({
  kind,
  id: `${kind} id`,
  name: `${kind} name`,
  tags,
  ...(vpcId !== undefined && { vpcId }),
});

describe("left is", () => {
  test.each<[string, Found, boolean]>([
    ["a load balancer of a Service", found("classic load balancer", ofCluster, "vpc-blue"), true],
    ["one of AWS' controller", found("network load balancer", { "elbv2.k8s.aws/cluster": "blue" }, "vpc-blue"), true],
    ["one of nobody in the stack's own VPC", found("network load balancer", {}, "vpc-blue"), true],
    [
      "the API's, which the stack has made",
      found("network load balancer", { "holdfast:cluster": "blue" }, "vpc-blue"),
      false,
    ],
    [
      "another cluster's",
      found("network load balancer", { "kubernetes.io/cluster/green": "owned" }, "vpc-green"),
      false,
    ],
    ["a balancer's security group", found("security group", ofCluster, "vpc-blue"), true],
    ["the stack's own group", found("security group", { ...ofCluster, "holdfast:cluster": "blue" }, "vpc-blue"), false],
    ["a claim's volume", found("volume", byDriver), true],
    ["etcd's volume", found("volume", { ...ofCluster, "holdfast:cluster": "blue", "holdfast:member": "a" }), false],
    ["another cluster's volume", found("volume", { "ebs.csi.aws.com/cluster-name": "green" }), false],
    ["a snapshot", found("snapshot", byDriver), true],
  ])("%s: %s", (_, one, expected) => {
    expect(selectLeftovers(owner, [one]).length === 1).toBe(expected);
  });

  test("in a VPC that others use as well, only what carries the cluster's tag", () => {
    const shared = { ...owner, ownVpc: false };
    expect(selectLeftovers(shared, [found("network load balancer", {}, "vpc-blue")])).toEqual([]);
    expect(selectLeftovers(shared, [found("network load balancer", ofCluster, "vpc-blue")])).toHaveLength(1);
  });
});

describe("each says", () => {
  test.each<[LeftoverKind, Found["tags"], boolean, string | undefined, string]>([
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
    "%s: whether it holds the network, and how it goes",
    (kind, tags, blocksVpcDeletion, kubectlCommand, awsCommand) => {
      const [left] = selectLeftovers(owner, [found(kind, tags, "vpc-blue")]);
      expect(left?.blocksVpcDeletion).toBe(blocksVpcDeletion);
      expect(left?.kubectlCommand).toBe(kubectlCommand);
      expect(left?.awsCommand).toBe(`${awsCommand} ${kind} id`);
    },
  );
});

test("a group that others' rules name goes after them, ports and all", () => {
  const referencedBy = [{ groupId: "sg-workers", protocol: "tcp", ports: { from: 30_000, to: 32_767 } }];
  const [left] = selectLeftovers(owner, [
    { ...found("security group", ofCluster, "vpc-blue"), id: "sg-elb", referencedBy },
  ]);
  expect(left?.awsCommand.split(" && ")).toEqual([
    "aws ec2 revoke-security-group-ingress --group-id sg-workers --ip-permissions 'IpProtocol=tcp,FromPort=30000,ToPort=32767,UserIdGroupPairs=[{GroupId=sg-elb}]'",
    "aws ec2 delete-security-group --group-id sg-elb",
  ]);
});

/** AWS over HTTP: answers by action, and what it was asked. */
class FakeQueryApi {
  readonly asked: string[] = [];
  readonly #server: Server;
  constructor(private readonly answers: Readonly<Record<string, string>>) {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const form = new URLSearchParams(body);
        const action = form.get("Action") ?? "";
        this.asked.push(action);
        const classic = form.get("Version") === "2012-06-01";
        const answer = this.answers[classic ? `classic ${action}` : action];
        response.writeHead(answer === undefined ? 400 : 200, { "content-type": "text/xml" });
        response.end(answer ?? `<Response><Errors><Error><Code>${action}</Code></Error></Errors></Response>`);
      });
    });
  }
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const tagSet = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join("");
const tagMembers = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value></member>`)
    .join("");

describe("AWS is asked", () => {
  const api = "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/net/blue-api/1";
  const fake = new FakeQueryApi({
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

  test("for what there is, changing nothing, and told in full", async () => {
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
    const whose = await resolveOwner(threeZones(), clients);
    expect(whose).toEqual(owner);
    const left = selectLeftovers(whose, await listResources(whose, clients));
    expect(formatLeftovers(whose, left)).toEqual([
      "These hold the network: pulumi destroy would wait for it and fail:",
      "  classic load balancer  a1b2c3          Service shop/front",
      "  security group         k8s-elb-a1b2c3  Service shop/front",
      "",
      "These stay behind, with what is in them and what they cost:",
      "  volume  blue-dynamic-pvc-1  PersistentVolumeClaim shop/data-0  20 GiB, attached to i-1",
      "",
      "Best while the cluster is there, its controllers then tidy up themselves:",
      "  kubectl -n shop delete service front",
      "  kubectl -n shop delete pvc data-0",
      "",
      "What no controller deletes any more (in this order; a volume's data goes with it):",
      "  aws elb delete-load-balancer --load-balancer-name a1b2c3",
      "  aws ec2 revoke-security-group-ingress --group-id sg-workers --ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-elb}]' && aws ec2 delete-security-group --group-id sg-elb",
      "  aws ec2 delete-volume --volume-id vol-1",
    ]);
    expect(fake.asked.every((action) => action.startsWith("Describe"))).toBe(true);
  });
});

test("nothing left is said so", () => {
  expect(formatLeftovers(owner, [])).toEqual(["Nothing is left of what controllers of cluster blue make on AWS."]);
});

test("a VPC that exists is taken from the settings", async () => {
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
  const nobody = undefined as never;
  expect(await resolveOwner(spec, { ec2: nobody, elb: nobody, elbv2: nobody })).toEqual({
    cluster: "blue",
    vpcId: "vpc-0123456789abcdef0",
    ownVpc: false,
  });
});
