/** The tables of requests know the resources of every action that a role of the plan is allowed. */
import { planStack } from "../../../../plan/planStack";
import { authorizationsOf } from "../../../../rehearsal/aws/iam/requests/authorizations";
import type { ReceivedRequest, ResourceFacts } from "../../../../rehearsal/aws/iam/requests/types";
import { policyDocuments } from "../../../../plan/policyDocuments";
import { maximalSettings } from "../../../maximalSettings";

const region = "eu-central-1";

/** Actions that no program of a rehearsal calls, with the reason. */
const notCalled: Readonly<Record<string, string>> = {
  "ssm:UpdateInstanceInformation": "rehearsed machines have no SSM agent",
};

/** Services whose requests are forms or JSON. The others have paths, which enforcement.test.ts covers. */
const signingNames: Readonly<Record<string, string>> = {
  autoscaling: "autoscaling",
  cloudwatch: "monitoring",
  ec2: "ec2",
  elasticloadbalancing: "elasticloadbalancing",
  logs: "logs",
  sqs: "sqs",
  ssm: "ssm",
};
const jsonServices = ["logs", "sqs", "ssm"];

const parameters = {
  ...{
    AutoScalingGroupName: "g",
    GroupId: "sg-1",
    InstanceId: "i-1",
    ListenerArn: "arn:aws:x",
    LoadBalancerArn: "arn:aws:x",
  },
  ...{
    LoadBalancerName: "b",
    Name: "n",
    "ResourceArns.member.1": "arn:aws:x",
    "ResourceId.1": "vol-1",
    SnapshotId: "snap-1",
  },
  ...{ SourceVolumeId: "vol-1", TargetGroupArn: "arn:aws:x", VolumeId: "vol-1", VpcId: "vpc-1" },
};
const body = { Name: "/a", Names: ["/a"], QueueUrl: "http://sqs/1/q", logGroupName: "g", logStreamName: "s" };

const facts: ResourceFacts = {
  partition: "aws",
  accountId: "123456789012",
  ec2Tags: () => Promise.resolve({}),
  group: () =>
    Promise.resolve({ name: "g", arn: "arn:aws:autoscaling:x:1:autoScalingGroup:1:autoScalingGroupName/g", tags: {} }),
  balancerTags: () => Promise.resolve({}),
  volumeKey: () => Promise.resolve(undefined),
  parameterKeys: () => Promise.resolve(new Map()),
  bucketKey: () => undefined,
  keyArn: (id) => id,
  objectExists: () => Promise.resolve(true),
};

function requestOf(service: string, action: string): ReceivedRequest {
  const [type, target, text] = jsonServices.includes(service)
    ? ["application/x-amz-json-1.1", `X.${action}`, JSON.stringify(body)]
    : [
        "application/x-www-form-urlencoded",
        undefined,
        new URLSearchParams({ Action: action, ...parameters }).toString(),
      ];
  return {
    method: "POST",
    url: "/",
    headers: { "content-type": type, "x-amz-target": target },
    body: Buffer.from(text),
  };
}

test("each action that a role is allowed", async () => {
  const { resources } = await planStack("prod", { overrides: maximalSettings });
  const actions = new Set(
    policyDocuments(resources)
      .filter(({ kind }) => kind === "identity")
      .flatMap(({ statements }) => statements.flatMap(({ Action }) => Action))
      .filter((action) => !(action in notCalled)),
  );
  const unknown: string[] = [];
  let known = 0;
  for (const action of actions) {
    const [prefix = "", name = ""] = action.split(":");
    const service = signingNames[prefix];
    if (service === undefined) continue;
    const found = await authorizationsOf(requestOf(service, name), { service, region }, facts);
    if (found.unknown !== undefined || found.authorizations.length === 0) unknown.push(found.unknown ?? action);
    else known += 1;
    expect(found.authorizations.map((one) => one.action)).toContain(action);
  }
  expect(unknown).toEqual([]);
  expect(known).toBeGreaterThan(70);
});

test("an action that the tables lack is decided on all resources and reported", async () => {
  const found = await authorizationsOf(requestOf("ec2", "ModifySubnetAttribute"), { service: "ec2", region }, facts);
  expect(found).toMatchObject({
    authorizations: [{ action: "ec2:ModifySubnetAttribute", resource: "*" }],
    unknown: "resources of ec2:ModifySubnetAttribute",
  });
  const invented = await authorizationsOf(requestOf("ec2", "MakeCoffee"), { service: "ec2", region }, facts);
  expect(invented.unknown).toBe("ec2:MakeCoffee is not an action of IAM");
});
