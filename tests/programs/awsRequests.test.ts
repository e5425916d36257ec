/**
 * Requests for the AWS resources of all stacks, judged by botocore's models of the APIs and by cfn-lint's schemas and rules; and
 * hosts of AWS services, judged by botocore's endpoints. Boots nothing.
 */
import { knownRegions } from "../../components/settings/regions";
import { plainPlan, planStack } from "../../plan/planStack";
import type { Plan } from "../../plan/planStack";
import { maximalSettings } from "../maximalSettings";
import { planPartition } from "../partitionStacks";
import { callsOf } from "./requests/calls";
import type { Call, Planned } from "./requests/calls";
import { plannedHosts, scriptHosts } from "./requests/hosts";
import type { ServiceHost } from "./requests/hosts";
import { prepareJudges } from "./requests/judges";
import type { Finding, Judge } from "./requests/judges";
import { templateOf } from "./requests/templates";

const stacks = {
  dev: () => planStack("dev"),
  staging: () => planStack("staging"),
  prod: () => planStack("prod"),
  maximal: () => planStack("prod", { overrides: maximalSettings }),
  china: () => planPartition("aws-cn"),
  govcloud: () => planPartition("aws-us-gov"),
} as const satisfies Readonly<Record<string, () => Promise<Plan>>>;
type Stack = keyof typeof stacks;

/** Least share of a stack's AWS resources that cfn-lint reads; it has no type for S3 objects and SecureStrings. */
const minimumShare = 0.9;

const plans = new Map<Stack, { readonly region: string; readonly resources: readonly Planned[] }>();
let judge: Judge;

beforeAll(async () => {
  judge = await prepareJudges();
  for (const [stack, create] of Object.entries(stacks)) {
    const { region, resources } = plainPlan(await create());
    plans.set(stack as Stack, { region, resources: resources.filter(({ type }) => type.startsWith("aws:")) });
  }
});

const resourcesOf = (stack: Stack): readonly Planned[] => plans.get(stack)?.resources ?? [];
const regionOf = (stack: Stack): string => plans.get(stack)?.region ?? "";

const labelled = (resource: Planned): readonly (Call & { resource: string })[] =>
  (callsOf(resource) ?? []).map((call) => ({ ...call, resource: `${resource.type} ${resource.name}` }));

interface CallReport {
  readonly problems: readonly Finding[];
  /** Numbers of requests and of texts compared with a pattern. */
  readonly requests: number;
  readonly patterns: number;
}

const judgeCalls = (resources: readonly Planned[]) =>
  judge("judge_calls.py", resources.flatMap(labelled)) as CallReport;

const judgeTemplate = (resources: readonly Planned[], region: string) =>
  judge("judge_templates.py", [{ region, resources: templateOf(resources).resources }]) as readonly Finding[];

const judgeHosts = (hosts: readonly ServiceHost[]) => judge("judge_hosts.py", hosts) as readonly Finding[];

/** A planned resource of this type with other inputs. */
function changed(type: string, change: (inputs: Record<string, unknown>) => object): Planned {
  const resource = resourcesOf("maximal").find((one) => one.type === type);
  if (resource === undefined) throw new Error(`the stack has no ${type}`);
  return { ...resource, inputs: { ...resource.inputs, ...change(structuredClone(resource.inputs)) } };
}

describe.each(Object.keys(stacks) as Stack[])("stack %s", (stack) => {
  test("botocore's models accept every request", () => {
    const resources = resourcesOf(stack);
    const unmapped = resources.filter((resource) => callsOf(resource) === undefined).map(({ type }) => type);
    expect(unmapped).toEqual([]);
    const { problems, requests, patterns } = judgeCalls(resources);
    expect(problems).toEqual([]);
    expect(requests).toBeGreaterThanOrEqual(resources.length);
    expect(patterns).toBeGreaterThan(resources.length);
    process.stdout.write(`${stack}: ${requests} requests for ${resources.length} resources, ${patterns} patterns\n`);
  });

  test("cfn-lint accepts every resource that CloudFormation knows", () => {
    const resources = resourcesOf(stack);
    const { unmapped } = templateOf(resources);
    const share = 1 - unmapped.length / resources.length;
    process.stdout.write(`${stack}: cfn-lint reads ${(100 * share).toFixed(1)} % of ${resources.length} resources\n`);
    expect(share).toBeGreaterThan(minimumShare);
    expect(new Set(unmapped.map(({ type }) => type))).toEqual(
      new Set([
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "aws:ssm/parameter:Parameter",
      ]),
    );
    expect(judgeTemplate(resources, regionOf(stack))).toEqual([]);
  });

  test("botocore knows every host of an AWS service", () => {
    const hosts = plannedHosts(resourcesOf(stack));
    expect(hosts.map(({ service }) => service)).toEqual(expect.arrayContaining(["ec2", "s3", "ssm"]));
    expect(judgeHosts(hosts)).toEqual([]);
  });
});

test("scripts call hosts that botocore knows, and sign for its regions, in every region", () => {
  const hosts = scriptHosts(knownRegions);
  const called = ["autoscaling", "ec2", "logs", "monitoring", "route53", "s3", "ssm"];
  expect([...new Set(hosts.map(({ service }) => service))].sort()).toEqual(called);
  expect(hosts).toHaveLength(called.length * knownRegions.length);
  expect(judgeHosts(hosts)).toEqual([]);
});

test.each<[title: string, host: Partial<ServiceHost>, problem: RegExp]>([
  [
    "a host of another partition",
    { host: "ssm.cn-north-1.amazonaws.com" },
    /is ssm\.cn-north-1\.amazonaws\.com\.cn, not/,
  ],
  [
    "a regional host of Route 53",
    { service: "route53", host: "route53.cn-north-1.amazonaws.com.cn" },
    /is route53\.amazonaws\.com\.cn, not/,
  ],
  ["a service that a region lacks", { service: "ssmm" }, /knows no service ssmm in cn-north-1/],
  [
    "a wrong signing region",
    { service: "route53", host: "route53.amazonaws.com.cn", signingRegion: "us-east-1" },
    /are signed for cn-northwest-1, not us-east-1/,
  ],
])("botocore refuses %s", (_title, changes, problem) => {
  const right = { resource: "x", service: "ssm", host: "ssm.cn-north-1.amazonaws.com.cn", region: "cn-north-1" };
  expect(judgeHosts([right])).toEqual([]);
  expect(judgeHosts([{ ...right, ...changes }])).toEqual([
    { resource: "x", problem: expect.stringMatching(problem) as unknown },
  ]);
});

const group = "aws:autoscaling/group:Group";
const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";
const lifecycleHook = "aws:autoscaling/lifecycleHook:LifecycleHook";
const schedule = "aws:scheduler/schedule:Schedule";

const withInput =
  (input: object): Change =>
  ({ target }) => ({ target: { ...(target as object), input: JSON.stringify(input) } });

type Change = (inputs: Record<string, unknown>) => object;

test.each<[title: string, type: string, change: Change, problem: RegExp]>([
  ["an instance type that does not exist", launchTemplate, () => ({ instanceType: "m6i.3xlarge" }), /m6i\.3xlarge/],
  [
    "an unknown preference of an instance refresh",
    group,
    () => ({ instanceRefresh: { strategy: "Rolling", preferences: { skipSame: true } } }),
    /skipSame/,
  ],
  [
    "an unknown choice in a preference",
    group,
    () => ({ instanceRefresh: { strategy: "Rolling", preferences: { scaleInProtectedInstances: "Sometimes" } } }),
    /Sometimes/,
  ],
  ["a colon in the name of a hook", lifecycleHook, () => ({ name: "drain:all" }), /does not match/],
  ["a hook that waits two texts", lifecycleHook, () => ({ heartbeatTimeout: "two minutes" }), /HeartbeatTimeout/],
  ["an unknown mode of a schedule", schedule, () => ({ flexibleTimeWindow: { mode: "ON" } }), /'ON' is none of/],
  [
    "an input of a schedule in small letters",
    schedule,
    withInput({ AutoScalingGroupName: "a", preferences: {} }),
    /Unknown parameter in input: "preferences"/,
  ],
  [
    "a percentage as text in the input of a schedule",
    schedule,
    withInput({ AutoScalingGroupName: "a", Preferences: { MaxHealthyPercentage: "110" } }),
    /MaxHealthyPercentage/,
  ],
  ["a role name of 65 characters", "aws:iam/role:Role", () => ({ name: "r".repeat(65) }), /65 is more than 64|length/i],
  ["an unknown volume type", "aws:ebs/volume:Volume", () => ({ type: "gp9" }), /gp9/],
  [
    "a bucket setting that is neither on nor off",
    "aws:s3/bucketVersioning:BucketVersioning",
    () => ({ versioningConfiguration: { status: "On" } }),
    /'On' is none of/,
  ],
])("botocore refuses %s", (_title, type, change, problem) => {
  const { problems } = judgeCalls([changed(type, change)]);
  expect(problems.map((each) => each.problem)).toEqual([expect.stringMatching(problem)]);
});

test.each<[title: string, type: string, change: Change, problem: RegExp]>([
  ["an instance type that the region lacks", launchTemplate, () => ({ instanceType: "m6i.3xlarge" }), /E3628/],
  ["an unknown volume type", "aws:ebs/volume:Volume", () => ({ type: "gp9" }), /'gp9' is not one of/],
  ["a hook for an unknown transition", lifecycleHook, () => ({ lifecycleTransition: "x" }), /'x' is not one of/],
  [
    "a policy with an unknown effect",
    "aws:iam/rolePolicy:RolePolicy",
    () => ({ policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Action":"s3:*","Resource":"*"}]}' }),
    /'Maybe' is not one of/,
  ],
  ["an unknown mode of a schedule", schedule, () => ({ flexibleTimeWindow: { mode: "ON" } }), /'ON' is not one of/],
  ["an unknown protocol", "aws:lb/listener:Listener", () => ({ protocol: "TCPP" }), /'TCPP' is not one of/],
])("cfn-lint refuses %s", (_title, type, change, problem) => {
  const problems = judgeTemplate([changed(type, change)], regionOf("maximal")).map((each) => each.problem);
  expect(problems).toContainEqual(expect.stringMatching(problem));
});
