/** The pack as the engine runs it says what it says of a plan; here without an engine, on the SDK's own arguments. */
import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";

import { toPolicy } from "../../policies/crossguard";
import { packConfig } from "../../policies/model/config";
import { judge } from "../../policies/model/evaluate";
import type { Rule } from "../../policies/model/rule";
import type { Subject } from "../../policies/model/stack";
import { aws, kubernetes } from "../../policies/model/types";
import { rules } from "../../policies/rules";
import { planStack } from "../../plan/planStack";
import { subjectsOf } from "../../plan/verdicts";
import { on, today } from "./scene";

/** The SDK's own way of hiding what is unknown, which it declares to nobody. */
const { UnknownValueError, unknownCheckingProxy, unknownStringValue } = jest.requireActual<{
  readonly UnknownValueError: new () => Error;
  readonly unknownCheckingProxy: (inputs: object) => object;
  readonly unknownStringValue: string;
}>("@pulumi/policy/proxy");

const notApplicable = (): never => {
  throw new Error("a rule asks nothing of the SDK but properties");
};
const opts = { ignoreChanges: [], aliases: [], additionalSecretOutputs: [], customTimeouts: {} };

/** A resource as the SDK hands it over: unknown values throw when they are looked at. */
function handed({ type, name, urn, inputs, protect, defaultTags }: Subject) {
  return {
    type,
    name,
    urn,
    props: unknownCheckingProxy(inputs),
    opts: { ...opts, protect },
    provider: { type: "pulumi:providers:aws", props: { defaultTags: JSON.stringify(defaultTags) }, urn: "", name: "" },
    stackTags: new Map<string, string>(),
    isType: notApplicable,
    asType: notApplicable,
    notApplicable,
  };
}

/** What the pack reports, as `rule: resource`; complaints about unknowns are kept apart, as the SDK does. */
function enforce(some: readonly Rule[], subjects: readonly Subject[], config: object = {}) {
  const reported: string[] = [];
  const unknowns: string[] = [];
  const byUrn = new Map(subjects.map(({ urn, name }) => [urn, name]));
  for (const rule of some) {
    const policy = toPolicy(rule, today);
    const report = (message: string, urn?: string): void => {
      reported.push(`${rule.name}: ${byUrn.get(urn ?? "") ?? "the stack"}: ${message}`);
    };
    const guarded = (work: () => unknown): void => {
      try {
        work();
      } catch (error) {
        if (!(error instanceof UnknownValueError)) throw error;
        unknowns.push(`${rule.name}: ${error.message}`);
      }
    };
    const getConfig = () => config as never;
    if (isResourcePolicy(policy)) {
      for (const subject of subjects) {
        const args = { ...handed(subject), getConfig } as unknown as ResourceValidationArgs;
        guarded(() => (policy.validateResource as (a: typeof args, r: typeof report) => unknown)(args, report));
      }
    } else {
      guarded(() => policy.validateStack({ ...stackOf(subjects), getConfig }, report));
    }
  }
  return { reported, unknowns };
}

const isResourcePolicy = (
  policy: ResourceValidationPolicy | StackValidationPolicy,
): policy is ResourceValidationPolicy => "validateResource" in policy;

function stackOf(subjects: readonly Subject[]): Omit<StackValidationArgs, "getConfig"> {
  const resources = new Map(subjects.map((subject) => [subject.urn, handed(subject) as unknown as PolicyResource]));
  for (const { urn, propertyDependencies } of subjects) {
    const resource = resources.get(urn);
    if (resource === undefined) continue;
    resource.dependencies = [];
    resource.propertyDependencies = Object.fromEntries(
      Object.entries(propertyDependencies).map(([input, urns]) => [
        input,
        urns.flatMap((source) => resources.get(source) ?? []),
      ]),
    );
  }
  return { resources: [...resources.values()], stackTags: new Map(), notApplicable };
}

test.each(["dev", "staging", "prod"])("the engine and the plan of %s hear the same", async (stack) => {
  const subjects = subjectsOf((await planStack(stack)).resources);
  const { reported, unknowns } = enforce(rules, subjects);
  const names = new Map(subjects.map(({ urn, name }) => [urn, name]));
  const inPlan = judge(rules, subjects, packConfig(rules, "prod", { all: "mandatory" }), today);
  expect(unknowns).toEqual([]);
  expect(reported).toEqual(
    inPlan.map(
      ({ rule, message, resource }) => `${rule}: ${names.get(resource?.urn ?? "") ?? "the stack"}: ${message}`,
    ),
  );
});

describe("what is unknown at preview", () => {
  const only = (...names: readonly string[]) => rules.filter(({ name }) => names.includes(name));

  test("goes back to the SDK as its own complaint, with the input and the rule", () => {
    const { reported, unknowns } = enforce(only("no-secrets-in-user-data"), [
      on(aws.launchTemplate, { userData: unknownStringValue }),
    ]);
    expect(reported).toEqual([]);
    expect(unknowns).toEqual([
      "no-secrets-in-user-data: LaunchTemplate: userData is known only during the update. User data holds no secret.",
    ]);
  });

  test("does not hide what is known to be wrong", () => {
    const vpcs = [on(aws.vpc, {}, { name: "one" }), on(aws.vpc, {}, { name: "two" })];
    const log = on(aws.flowLog, { trafficType: unknownStringValue }, { of: { vpcId: ["one"] } });
    const { reported, unknowns } = enforce(only("vpc-flow-logs"), [...vpcs, log]);
    expect(reported).toEqual([expect.stringContaining("vpc-flow-logs: two: The VPC has no flow logs.")]);
    expect(unknowns).toEqual([expect.stringContaining("one: trafficType is known only during the update.")]);
  });

  test("may be all of an object of a cluster that is not there yet", () => {
    const objects = [kubernetes.namespace, kubernetes.networkPolicy, kubernetes.limitRange, kubernetes.resourceQuota];
    const { reported, unknowns } = enforce(
      only("namespaces-deny-by-default", "namespaces-have-limits", "namespaces-have-quota"),
      objects.map((type) => on(type, {})),
    );
    expect(reported).toEqual([]);
    expect(unknowns.map((unknown) => unknown.split(":")[0])).toEqual([
      "namespaces-have-quota",
      "namespaces-have-limits",
      "namespaces-deny-by-default",
    ]);
  });

  test("leaves a relation open that it would tell of", () => {
    const bucket = on(aws.bucket, {}, { name: "files" });
    const block = on(aws.bucketPublicAccessBlock, { bucket: unknownStringValue });
    const { reported, unknowns } = enforce(only("buckets-block-public-access"), [bucket, block]);
    expect(reported).toEqual([]);
    expect(unknowns).toEqual([expect.stringContaining("files: BucketPublicAccessBlock.bucket is known only")]);
  });
});

test("a configuration that the rule cannot take is an error, not a pass", () => {
  const retained = rules.filter(({ name }) => name === "logs-retained");
  expect(() => enforce(retained, [on(aws.logGroup)], { days: 3 })).toThrow(/logs-retained: .*days/);
});
