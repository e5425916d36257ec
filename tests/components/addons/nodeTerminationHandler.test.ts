import { queuePolicy, terminationRules } from "../../../components/addons/nodeTerminationHandler/events.plan";
import { handlerPod } from "../../../components/addons/nodeTerminationHandler/pod.plan";
import { terminationHandlerStatements } from "../../../components/addons/nodeTerminationHandler/role.plan";
import { drainHook } from "../../../components/machines/lifecycleHooks.plan";
import { threeZones } from "../../machineSupport";
import { describePolicy, iamScope, identity } from "./iamScope";

const settings = threeZones().addons.nodeTerminationHandler;
const queueArn = "arn:aws:sqs:eu-central-1:123456789012:blue-terminations";
const queueUrl = "https://sqs.eu-central-1.amazonaws.com/123456789012/blue-terminations";

/** Matches an event with a pattern as EventBridge does, for the kinds of pattern used here. */
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
  const rules = Object.entries(terminationRules("blue", settings));
  const rulesMatching = (event: object) =>
    rules.filter(([, { pattern }]) => matches(pattern, event)).map(([name]) => name);
  const lifecycleAction = (group: string, hook = "holdfast-drain") => ({
    source: "aws.autoscaling",
    "detail-type": "EC2 Instance-terminate Lifecycle Action",
    detail: { AutoScalingGroupName: group, LifecycleHookName: hook },
  });
  const ec2 = (type: string, detail = {}) => ({ source: "aws.ec2", "detail-type": `EC2 ${type}`, detail });
  const state = (to: string) => ec2("Instance State-change Notification", { state: to });
  const health = (service: string, eventTypeCategory: string) => ({
    source: "aws.health",
    "detail-type": "AWS Health Event",
    detail: { service, eventTypeCategory },
  });

  test.each([
    ["worker terminated by its group", lifecycleAction("blue-worker-general"), ["termination"]],
    ["control-plane member", lifecycleAction("blue-control-plane-a", "holdfast-member-termination"), []],
    ["worker at another hook", lifecycleAction("blue-worker-general", "holdfast-worker-launch"), []],
    ["worker of another cluster", lifecycleAction("green-worker-general"), []],
    ["spot interruption", ec2("Spot Instance Interruption Warning"), ["spot-interruption"]],
    ["rebalance recommendation, on which the group acts", ec2("Instance Rebalance Recommendation"), []],
    ["instance stopping", state("stopping"), ["state-change"]],
    ["instance shutting down", state("shutting-down"), ["state-change"]],
    ["instance running", state("running"), []],
    ["scheduled maintenance", health("EC2", "scheduledChange"), ["scheduled-change"]],
    ["issue of another service", health("RDS", "issue"), []],
  ])("%s", (_, event, expected) => {
    expect(rulesMatching(event)).toEqual(expected);
  });

  test("scheduled events are ignored by setting", () => {
    expect(Object.keys(terminationRules("blue", { ...settings, drainOnScheduledEvents: false }))).toEqual([
      "termination",
      "spot-interruption",
      "state-change",
    ]);
  });
});

describe("queue policy", () => {
  test("allows these rules of this AWS account, over TLS", () => {
    const policy = queuePolicy("eu-central-1", "123456789012", queueArn, ["arn:rule"]) as { Statement: unknown[] };
    expect(policy.Statement).toEqual([
      {
        Sid: "SendFromEventRules",
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
        Sid: "DenyInsecureTransport",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  test("names the same service principal in China: SQS refuses events.amazonaws.com.cn", () => {
    expect(JSON.stringify(queuePolicy("cn-north-1", "1", queueArn, []))).toContain('"events.amazonaws.com"');
  });
});

describe("pod", () => {
  const pod = (drainTimeoutSeconds = 600) => handlerPod({ ...settings, drainTimeoutSeconds }, queueUrl, identity);
  interface Variable {
    readonly name: string;
    readonly value?: string;
  }
  const variables = (timeout?: number) => (pod(timeout).containers as unknown as { env: Variable[] }[])[0]?.env ?? [];

  test("reads the queue, finds nodes by instance id and drains only workers", () => {
    expect(Object.fromEntries(variables().map(({ name, value }) => [name, value]))).toMatchObject({
      ENABLE_SQS_TERMINATION_DRAINING: "true",
      QUEUE_URL: queueUrl,
      USE_PROVIDER_ID: "true",
      CHECK_TAG_BEFORE_DRAINING: "true",
      MANAGED_TAG: "holdfast:pool",
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/controller",
      AWS_REGION: "eu-central-1",
    });
  });

  test("has unique variables", () => {
    const names = variables().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("gives up a drain before the hook's timeout, after which the instance is terminated", () => {
    expect(drainHook(300)).toMatchObject({
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 300,
      defaultResult: "CONTINUE",
    });
    expect(variables(300)).toContainEqual({ name: "NODE_TERMINATION_GRACE_PERIOD", value: "270" });
  });

  test("runs unprivileged on the control plane, with its token", () => {
    expect(pod()).toMatchObject({
      nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
      volumes: identity.volumes,
      containers: [
        {
          securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: identity.volumeMounts,
        },
      ],
    });
  });
});

describe("role", () => {
  const statements = terminationHandlerStatements(iamScope, queueArn);
  describePolicy(statements);

  test("completes lifecycle actions only for worker groups of this cluster", () => {
    const completing = statements.filter(({ Action }) => Action.includes("autoscaling:CompleteLifecycleAction"));
    expect(completing).toMatchObject([
      {
        Resource: [
          "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/blue-worker-*",
        ],
        Condition: {
          StringEquals: { "aws:ResourceTag/holdfast:cluster": "blue", "aws:ResourceTag/holdfast:role": "worker" },
        },
      },
    ]);
  });
});
