/** Requests of machines and controllers, signed by curl and by AWS SDKs, decided by the policies of stack staging. */
import { AttachLoadBalancerToSubnetsCommand, ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateSecurityGroupCommand, CreateTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { STSClient } from "@aws-sdk/client-sts";
import { planStack } from "../../../../plan/planStack";
import { deniedSince, describeDenials, describeSummary, describeUnused } from "../../../../rehearsal/aws/iam/report";
import type { Context } from "../../../../rehearsal/aws/iam/conditions";
import type { AccessRequest } from "../../../../rehearsal/aws/iam/evaluator";
import { findControllerRole, openControllerSession } from "../../../../rehearsal/aws/iam/controllerSessions";
import { lintDocument } from "../../../iam/lint";
import { files, Front, region } from "./front";

let front: Front;
/** Decisions that the calls of this file need. */
const decisions: AccessRequest[] = [];

beforeAll(async () => {
  front = await Front.start(await planStack("staging"), "enforce");
  const decide = front.iam.decide.bind(front.iam);
  jest.spyOn(front.iam, "decide").mockImplementation((request) => {
    decisions.push(request);
    return decide(request);
  });
});

afterAll(() => front.stop());

const memberTags = { "holdfast:cluster": "staging", "holdfast:role": "control-plane" };

beforeEach(() => {
  front.instance = { tags: memberTags, group: "staging-control-plane-a" };
  front.become("staging-control-plane-a-machine");
  front.arrived.length = 0;
});

const bucket = (part: string): string => front.find("aws:s3/bucket:Bucket", part).id ?? "";

describe("calls of a control-plane machine", () => {
  const dns = (name: string, action = "UPSERT"): string => `
    aws_request route53 "$(aws_endpoint route53)/2013-04-01/hostedzone/ZONE/rrset" -X POST -H "content-type: text/xml" \\
      --data-binary "<C><Changes><Change><Action>${action}</Action><ResourceRecordSet><Name>${name}</Name><Type>A</Type></ResourceRecordSet></Change></Changes></C>"`;
  const join = "/holdfast/staging/join/kubeconfig";

  test.each<[string, string, string]>([
    [
      "reads its parameters",
      `ssm_call GetParameters '{"WithDecryption":true,"Names":["/holdfast/staging/pki/ca/key"]}'`,
      "200",
    ],
    ["runs no commands", `ssm_call SendCommand '{"DocumentName":"AWS-RunShellScript","InstanceIds":["i-1"]}'`, "400"],
    [
      "does not read another cluster's parameters",
      `ssm_call GetParameters '{"Names":["/holdfast/prod/pki/ca/key"]}'`,
      "400",
    ],
    ["describes volumes", "ec2_call DescribeVolumes VolumeId.1=vol-1", "200"],
    [
      "attaches its own data volume",
      "ec2_call AttachVolume VolumeId=OWN InstanceId=i-0123456789abcdef0 Device=/dev/sdf",
      "200",
    ],
    [
      "does not attach another member's volume",
      "ec2_call AttachVolume VolumeId=OTHER InstanceId=i-0123456789abcdef0",
      "403",
    ],
    ["does not detach volumes", "ec2_call DetachVolume VolumeId=OWN", "403"],
    [
      "completes the lifecycle action of its group",
      "autoscaling_call CompleteLifecycleAction AutoScalingGroupName=staging-control-plane-a",
      "200",
    ],
    [
      "does not complete one of a worker group",
      "autoscaling_call CompleteLifecycleAction AutoScalingGroupName=staging-worker-general",
      "403",
    ],
    ["describes groups", "autoscaling_call DescribeAutoScalingGroups", "200"],
    ["publishes metrics", "query_call monitoring 2010-08-01 PutMetricData Namespace=Holdfast", "200"],
    ["publishes no metrics of AWS", "query_call monitoring 2010-08-01 PutMetricData Namespace=AWS/EC2", "403"],
    ["updates its own DNS record", dns("etcd-a.DOMAIN."), "200"],
    ["does not update another member's DNS record", dns("etcd-b.DOMAIN."), "403"],
    ["does not delete its DNS record", dns("etcd-a.DOMAIN.", "DELETE"), "403"],
    [
      "writes a marker once",
      `aws_request s3 "$(s3_url BACKUPS staging/created)" -X PUT -H "If-None-Match: *" --data x`,
      "200",
    ],
    ["does not overwrite a marker", `aws_request s3 "$(s3_url BACKUPS staging/created)" -X PUT --data x`, "403"],
    [
      "writes audit records",
      `aws_request logs "$(aws_endpoint logs)/" -X POST -H "content-type: application/x-amz-json-1.1" -H "x-amz-target: Logs_20140328.PutLogEvents" --data '{"logGroupName":"/holdfast/staging/audit","logStreamName":"i-1"}'`,
      "200",
    ],
    ["publishes the join kubeconfig", `ssm_call PutParameter '{"Name":"${join}","Value":"x","Overwrite":true}'`, "200"],
    ["does not call IAM", "query_call iam 2010-05-08 GetRole RoleName=a", "403"],
  ])("%s", async (_title, script, status) => {
    const [own, other] = ["a", "b"].map((member) => front.find("aws:ebs/volume:Volume", `-${member}`).id ?? "");
    for (const id of [own, other]) front.state.ec2Tags[id ?? ""] = { "holdfast:cluster": "staging" };
    front.instance = { tags: memberTags, group: "staging-control-plane-a" };
    const { id: zone = "", inputs } = front.find("aws:route53/zone:Zone", "");
    const text = script
      .replace("OWN", own ?? "")
      .replace("OTHER", other ?? "")
      .replace("ZONE", zone)
      .replace("DOMAIN", String(inputs.name))
      .replace("BACKUPS", bucket("backups-files"));
    const answer = await front.shell(text);
    expect(`${answer.status} ${answer.body}`).toMatch(new RegExp(`^${status}`));
    expect(front.arrived.length).toBe(status === "200" ? 1 : 0);
  });
});

describe("calls of the cloud controller", () => {
  const tag = { Key: "kubernetes.io/cluster/staging", Value: "owned" };
  const vpcId = "vpc-0123456789abcdef0";

  test("creates security groups with the cluster's tag, and tags no others", async () => {
    const ec2 = new EC2Client({ endpoint: front.url, region, credentials: front.credentials, maxAttempts: 1 });
    const create = (Tags: { Key: string; Value: string }[]) =>
      ec2.send(
        new CreateSecurityGroupCommand({
          ...{ GroupName: "k8s", Description: "k8s", VpcId: vpcId },
          TagSpecifications: [{ ResourceType: "security-group", Tags }],
        }),
      );
    await create([tag]);
    await expect(create([{ Key: "a", Value: "b" }])).rejects.toMatchObject({ name: "UnauthorizedOperation" });
    const tagging = ec2.send(new CreateTagsCommand({ Resources: ["sg-0123456789abcdef0"], Tags: [tag] }));
    await expect(tagging).rejects.toThrow(
      "ec2:CreateTags on resource: arn:aws:ec2:eu-central-1:123456789012:security-group/sg-",
    );
  });

  test("creates, extends and deletes its own load balancers only", async () => {
    const settings = { endpoint: front.url, region, credentials: front.credentials, maxAttempts: 1 };
    const [v2, classic] = [new ElasticLoadBalancingV2Client(settings), new ElasticLoadBalancingClient(settings)];
    const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/";
    front.state.balancerTags[`${arn}own/1`] = { [tag.Key]: tag.Value };
    front.state.balancerTags.own = { [tag.Key]: tag.Value };
    await v2.send(new CreateLoadBalancerCommand({ Name: "own", Type: "network", Tags: [tag] }));
    await v2.send(new CreateListenerCommand({ LoadBalancerArn: `${arn}own/1`, DefaultActions: [], Tags: [tag] }));
    await v2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: `${arn}own/1` }));
    await classic.send(new AttachLoadBalancerToSubnetsCommand({ LoadBalancerName: "own", Subnets: ["subnet-1"] }));
    const deletion = v2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: `${arn}api/1` }));
    await expect(deletion).rejects.toMatchObject({ name: "AccessDenied" });
  });
});

describe("calls of stand-ins of controllers", () => {
  const sts = {
    send: () =>
      Promise.resolve({
        Credentials: {
          AccessKeyId: "ASIACONTROLLER",
          SecretAccessKey: "c",
          SessionToken: "t",
          Expiration: new Date(Date.now() + 60_000),
        },
      }),
  } as unknown as STSClient;
  const account = { partition: "aws", accountId: "123456789012" };

  /** Calls AWS with the role of a ServiceAccount in kube-system. */
  async function callAs(serviceAccount: string, script: string): Promise<string> {
    const role = findControllerRole(front.resources, "kube-system", serviceAccount);
    if (role === undefined) throw new Error(`no role trusts ${serviceAccount}`);
    front.iam.addRoleSession(await openControllerSession(sts, role, account));
    return (await front.shell(`AWS_KEY=ASIACONTROLLER AWS_SECRET=c AWS_SESSION=t; ${script}`)).status;
  }

  const sqs = (action: string, queue: string): string => `aws_request sqs "$(aws_endpoint sqs)/" -X POST \\
    -H "content-type: application/x-amz-json-1.0" -H "x-amz-target: AmazonSQS.${action}" --data '{"QueueUrl":"http://sqs/123456789012/${queue}"}'`;
  const ofGroup = (action: string, group: string): string => `autoscaling_call ${action} AutoScalingGroupName=${group}`;

  beforeEach(() => {
    front.instance = { tags: {}, group: "staging-worker-general" };
  });

  test.each([
    ["aws-node-termination-handler", sqs("ReceiveMessage", "staging-terminations"), "200"],
    ["aws-node-termination-handler", sqs("ReceiveMessage", "other"), "400"],
    ["aws-node-termination-handler", ofGroup("CompleteLifecycleAction", "staging-worker-general"), "200"],
    ["aws-node-termination-handler", ofGroup("CompleteLifecycleAction", "staging-control-plane-a"), "403"],
    ["cluster-autoscaler", ofGroup("SetDesiredCapacity", "staging-worker-general"), "200"],
    ["cluster-autoscaler", ofGroup("SetDesiredCapacity", "staging-control-plane-a"), "403"],
    ["cluster-autoscaler", "autoscaling_call TerminateInstanceInAutoScalingGroup InstanceId=i-1", "200"],
    ["cluster-autoscaler", ofGroup("UpdateAutoScalingGroup", "staging-worker-general"), "403"],
  ])("%s: %s", async (serviceAccount, script, status) => {
    expect(await callAs(serviceAccount, script)).toBe(status);
  });

  test("a ServiceAccount without a role", () => {
    expect(findControllerRole(front.resources, "default", "cluster-autoscaler")).toBeUndefined();
  });
});

test("S3 lets members read their own backups, and says nothing about missing objects to others", async () => {
  const s3 = new S3Client({
    endpoint: front.url,
    region,
    credentials: front.credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  const read = (Key: string) => s3.send(new GetObjectCommand({ Bucket: bucket("backups-files"), Key }));
  front.state.objects.add(`${bucket("backups-files")}/staging/created`);
  await read("staging/created");
  await expect(read("staging/backups/all/20260101T000000Z-g1-r1-b.db.gz")).rejects.toMatchObject({
    name: "AccessDenied",
  });
  front.become("staging-worker");
  const missing = new S3Client({
    endpoint: front.url,
    region,
    credentials: front.credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  const bundle = (Key: string) => missing.send(new GetObjectCommand({ Bucket: bucket("node-files"), Key }));
  await expect(bundle("bundle/workers/none")).rejects.toThrow("s3:ListBucket");
  await expect(bundle("bundle/members/none")).rejects.toThrow("s3:GetObject");
});

test("the public reads the issuer's documents and nothing else", async () => {
  const { status } = await fetch(`${front.url}/${bucket("issuer")}/openid/v1/jwks`);
  expect(status).toBe(403);
  front.state.objects.add(`${bucket("issuer")}/openid/v1/jwks`);
  expect((await fetch(`${front.url}/${bucket("issuer")}/openid/v1/jwks`)).status).toBe(200);
  front.state.objects.add(`${bucket("backups-files")}/staging/created`);
  expect((await fetch(`${front.url}/${bucket("backups-files")}/staging/created`)).status).toBe(403);
});

test("each decision has an action, resource and condition keys of AWS's reference", async () => {
  expect(new Set(decisions.map(({ action }) => action)).size).toBeGreaterThan(25);
  const documents = decisions
    .filter(({ action, resource }) => action !== "iam:GetRole" && !action.startsWith("sts:") && resource !== "")
    .map(({ action, resource, context }) => ({
      ...{ name: `${action} ${resource}`, type: "", kind: "resource" as const },
      statements: [
        { Effect: "Allow" as const, Action: action, Resource: resource, Condition: { Null: keysOf(context) } },
      ],
    }));
  const problems = (await Promise.all(documents.map(lintDocument))).flat();
  // AWS's own documents have no account (Systems Manager user guide, policies for Run Command).
  const known = /the policy of a resource cannot allow|^ssm:SendCommand arn:aws:ssm:[^:]+::document\/AWS-/;
  expect([...new Set(problems)].filter((problem) => !known.test(problem))).toEqual([]);
});

const keysOf = (context: Context): Record<string, string> =>
  Object.fromEntries(Object.keys(context).map((key) => [key, "false"]));

test("a call that cannot be evaluated is refused and reported", async () => {
  const { status, body } = await front.shell(
    `aws_request ssm "$(aws_endpoint ssm)/" -X POST -H "content-type: application/x-amz-json-1.1" -H "x-amz-target: AmazonSSM.GetParameters" --data '{'`,
  );
  expect([status, body]).toEqual(["400", expect.stringContaining("AccessDeniedException")]);
  expect(describeDenials(front.iam.report())).toContainEqual(
    expect.stringMatching(/^IAM: cannot evaluate POST \/ \(ssm\): .*JSON/),
  );
});

test("the report names denied calls, what was not evaluated, and unused Allow statements", () => {
  const report = front.iam.report();
  const denials = describeDenials(report);
  expect(denials).toContainEqual(
    expect.stringMatching(
      /^IAM: denied 1×: arn:aws:sts::123456789012:assumed-role\/staging-control-plane-a-machine\S*: ec2:DetachVolume on arn:aws:ec2:\S+: because no identity-based policy allows the ec2:DetachVolume action$/,
    ),
  );
  expect(denials).toContain("IAM: cannot evaluate resources of iam:GetRole");
  const documentsOf = (wanted: string) => report.unused.find(({ sid }) => sid === wanted)?.documents;
  const members = (part: string, ...letters: string[]) =>
    letters.map((each) => `staging-control-plane-${each}-${part}`);
  expect(documentsOf("AttachDataVolume")).toEqual(members("machine-policy", "b", "c"));
  expect(documentsOf("AssumeByEc2")).toEqual(members("machine", "b", "c"));
  expect(describeSummary(report)).toMatch(
    /^IAM \(enforce\): \d+ decisions, \d+ calls denied; no call used \d+ of \d+ Allow statements$/,
  );
  const table = describeUnused(report);
  expect(table).toContainEqual(expect.stringMatching(/^AttachDataVolume +2 policies +first boot of/));
  expect(table).toContainEqual(
    expect.stringMatching(/^TagOnCreation +staging-addons-ebs-csi-driver-role-policy +the EBS CSI/),
  );
  expect(table.filter((line) => /none declared|undefined/.test(line))).toEqual([]);
});

test.each([
  [
    "a resource that no statement covers",
    "ec2_call AttachVolume VolumeId=vol-0 InstanceId=i-0123456789abcdef0",
    /closest statement: staging-control-plane-a-machine-policy AttachDataVolume: its resources are arn:aws:ec2:\S+:volume\/vol-\w+$/,
  ],
  [
    "a condition that the request does not satisfy",
    "query_call monitoring 2010-08-01 PutMetricData Namespace=AWS/EC2",
    /closest statement: staging-control-plane-a-machine-policy PublishMetrics: StringEquals cloudwatch:namespace: \S+ \(the request has AWS\/EC2\)$/,
  ],
  [
    "an action that no statement has",
    "ec2_call RunInstances",
    /because no identity-based policy allows the ec2:RunInstances action$/,
  ],
])("a denial names the closest statement: %s", async (_title, script, message) => {
  const before = front.iam.report();
  await front.shell(script);
  const [denial, ...others] = deniedSince(before, front.iam.report());
  expect(others).toEqual([]);
  expect(denial).toMatch(/^IAM: denied 1×: arn:aws:sts::123456789012:assumed-role\/staging-control-plane-a-machine/);
  expect(denial).toMatch(message);
});

test("a machine that reads AWS's clock is refused, but not denied a permission", async () => {
  const before = front.iam.report();
  const { status, body } = await front.shell(`. ${files}/lib/clock.sh; AWS_STATUS=$(clock_offset) AWS_BODY=`);
  expect([Math.abs(Number(status)) < 60 && status !== "", body]).toEqual([true, ""]);
  const report = front.iam.report();
  expect(report.clockReads).toBe(before.clockReads + 1);
  expect(deniedSince(before, report)).toEqual([]);
  expect(describeSummary({ ...report, denied: [] })).toContain(
    `no call denied (${report.clockReads} unsigned requests only read AWS's clock)`,
  );
  // Any other unsigned request is a denied call.
  await fetch(`${front.url}/`, { method: "DELETE" });
  expect(deniedSince(report, front.iam.report())).toHaveLength(1);
});

test("an audit answers denied calls and records them", async () => {
  const audit = await Front.start(await planStack("staging"), "audit");
  try {
    audit.become("staging-worker");
    expect((await audit.shell("ec2_call DetachVolume VolumeId=vol-1")).status).toBe("200");
    const report = audit.iam.report();
    expect(describeDenials(report)).toEqual([
      expect.stringMatching(
        /^IAM: would be denied 1×: \S+: ec2:DetachVolume on \S+volume\/vol-1: because no identity-based/,
      ),
    ]);
    expect(deniedSince(undefined, report)).toEqual([]);
  } finally {
    await audit.stop();
  }
});
