import {
  drainHook,
  handlerEnvironment,
  handlerStatements,
  queuePolicy,
  terminationEvents,
} from "../../../components/addons/nodeTerminationHandler/events.plan";
import { handlerPod } from "../../../components/addons/nodeTerminationHandler/pod.plan";
import { threeZones } from "../../machineSupport";
import { describePolicy, identity, reach } from "./reach";

const spec = threeZones().platform.nodeTerminationHandler;
const queueArn = "arn:aws:sqs:eu-central-1:123456789012:blue-terminations";
const account = "aws-node-termination-handler";
const queueUrl = "https://sqs.eu-central-1.amazonaws.com/123456789012/blue-terminations";

/** Whether an event would be sent to the queue: what EventBridge does with the patterns that are used here. */
function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) {
    return pattern.some((one: unknown) =>
      typeof one === "object" && one !== null && "prefix" in one
        ? typeof event === "string" && event.startsWith(one.prefix as string)
        : one === event,
    );
  }
  return Object.entries(pattern as object).every(([key, inner]) =>
    matches(inner, (event as Record<string, unknown> | undefined)?.[key]),
  );
}

describe("events", () => {
  const rules = Object.entries(terminationEvents("blue", spec));
  const sentBy = (event: object) => rules.filter(([, { pattern }]) => matches(pattern, event)).map(([name]) => name);
  const departing = (group: string, hook = "holdfast-drain") => ({
    source: "aws.autoscaling",
    "detail-type": "EC2 Instance-terminate Lifecycle Action",
    detail: { AutoScalingGroupName: group, LifecycleHookName: hook },
  });
  const state = (to: string) => ({
    source: "aws.ec2",
    "detail-type": "EC2 Instance State-change Notification",
    detail: { state: to },
  });

  test.each([
    ["a worker that its group ends", departing("blue-worker-general"), ["termination"]],
    ["a member, which leaves by itself", departing("blue-control-plane-a", "holdfast-depart"), []],
    ["a worker at another hook", departing("blue-worker-general", "holdfast-joined"), []],
    ["another cluster's worker", departing("green-worker-general"), []],
    [
      "a spot interruption",
      { source: "aws.ec2", "detail-type": "EC2 Spot Instance Interruption Warning", detail: {} },
      ["spot-interruption"],
    ],
    [
      "a recommendation to rebalance, which the group itself acts on",
      { source: "aws.ec2", "detail-type": "EC2 Instance Rebalance Recommendation", detail: {} },
      [],
    ],
    ["a machine that is stopped", state("stopping"), ["state-change"]],
    ["a machine that is terminated", state("shutting-down"), ["state-change"]],
    ["a machine that starts", state("running"), []],
    [
      "maintenance",
      {
        source: "aws.health",
        "detail-type": "AWS Health Event",
        detail: { service: "EC2", eventTypeCategory: "scheduledChange" },
      },
      ["scheduled-change"],
    ],
    [
      "an issue of another service",
      {
        source: "aws.health",
        "detail-type": "AWS Health Event",
        detail: { service: "RDS", eventTypeCategory: "issue" },
      },
      [],
    ],
  ])("%s", (_, event, expected) => {
    expect(sentBy(event)).toEqual(expected);
  });

  test("maintenance is left out where the settings say so", () => {
    expect(Object.keys(terminationEvents("blue", { ...spec, scheduledChanges: false }))).toEqual([
      "termination",
      "spot-interruption",
      "state-change",
    ]);
  });
});

test("the hook lets go of a worker in the end, and the handler gives a drain up before", () => {
  expect(drainHook({ ...spec, drainSeconds: 300 })).toEqual({
    name: "holdfast-drain",
    lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: 300,
    defaultResult: "CONTINUE",
  });
  expect(handlerEnvironment({ ...spec, drainSeconds: 300 }, queueUrl, identity)).toContainEqual({
    name: "NODE_TERMINATION_GRACE_PERIOD",
    value: "270",
  });
});

describe("the queue", () => {
  test("takes events of these rules, from this account, over TLS", () => {
    const policy = queuePolicy("eu-central-1", "123456789012", queueArn, ["arn:rule"]) as { Statement: unknown[] };
    expect(policy.Statement).toEqual([
      {
        Sid: "SendByRules",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: {
          ArnEquals: { "aws:SourceArn": ["arn:rule"] },
          StringEquals: { "aws:SourceAccount": "123456789012" },
        },
      },
      {
        Sid: "RefusePlainText",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  test("is sent to by China's EventBridge there", () => {
    expect(JSON.stringify(queuePolicy("cn-north-1", "1", queueArn, []))).toContain('"events.amazonaws.com.cn"');
  });
});

describe("the handler", () => {
  const environment = Object.fromEntries(
    handlerEnvironment(spec, queueUrl, identity).map(({ name, value }) => [name, value]),
  );

  test("reads the queue, finds nodes by their machines, and drains workers alone", () => {
    expect(environment).toMatchObject({
      ENABLE_SQS_TERMINATION_DRAINING: "true",
      QUEUE_URL: queueUrl,
      USE_PROVIDER_ID: "true",
      CHECK_TAG_BEFORE_DRAINING: "true",
      MANAGED_TAG: "holdfast:pool",
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/controller",
      AWS_REGION: "eu-central-1",
    });
  });

  test("has no variable twice", () => {
    const [container] = handlerPod(spec, account, queueUrl, identity).containers;
    const names = container?.env.map(({ name }) => name) ?? [];
    expect(new Set(names).size).toBe(names.length);
  });

  test("runs on the control plane, hardened, with its token", () => {
    const pod = handlerPod(spec, account, queueUrl, identity);
    expect(pod).toMatchObject({
      serviceAccountName: "aws-node-termination-handler",
      priorityClassName: "system-cluster-critical",
      nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
      volumes: identity.volumes,
    });
    expect(pod.containers[0]).toMatchObject({
      image: "public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.25.6",
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      volumeMounts: identity.volumeMounts,
    });
  });
});

describe("its role", () => {
  const statements = handlerStatements(reach, queueArn);
  describePolicy(statements);

  test("lets groups of this cluster's workers go on, and no member's", () => {
    const [only, ...others] = statements.filter(({ Action }) => Action.includes("autoscaling:CompleteLifecycleAction"));
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      Resource: ["arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/blue-worker-*"],
      Condition: {
        StringEquals: { "aws:ResourceTag/holdfast:cluster": "blue", "aws:ResourceTag/holdfast:role": "worker" },
      },
    });
  });
});
