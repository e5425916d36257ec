/** The pack has the same outcomes in the engine and in the plan. Tested with arguments of the SDK, without an engine. */
import type {
  PolicyResource,
  ResourceValidation,
  ResourceValidationArgs,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";

import { toPolicy } from "../../policies/crossguard";
import { packConfig } from "../../policies/model/config";
import { evaluateRules } from "../../policies/model/evaluate";
import type { Rule } from "../../policies/model/rule";
import type { Subject } from "../../policies/model/stack";
import { aws, kubernetes } from "../../policies/model/types";
import { rules } from "../../policies/rules";
import { planStack } from "../../plan/planStack";
import { subjectsOf } from "../../plan/verdicts";
import { resource, ruleNamed, today } from "./fixtures";

/** The SDK does not declare these exports. */
const { UnknownValueError, unknownCheckingProxy, unknownStringValue } = jest.requireActual<{
  readonly UnknownValueError: new () => Error;
  readonly unknownCheckingProxy: (inputs: object) => object;
  readonly unknownStringValue: string;
}>("@pulumi/policy/proxy");

/** Resource as the SDK passes it: reading an unknown value throws. */
const sdkResource = ({ type, name, urn, inputs, protect, defaultTags }: Subject) => ({
  type,
  name,
  urn,
  props: unknownCheckingProxy(inputs),
  opts: { protect },
  provider: { type: "pulumi:providers:aws", props: { defaultTags: JSON.stringify(defaultTags) }, urn: "", name: "" },
});

function sdkStack(subjects: readonly Subject[]): readonly PolicyResource[] {
  const resources = new Map(
    subjects.map((subject) => [subject.urn, sdkResource(subject) as unknown as PolicyResource]),
  );
  for (const { urn, propertyDependencies } of subjects) {
    const dependencies = Object.entries(propertyDependencies).map(([input, urns]) => [
      input,
      urns.flatMap((source) => resources.get(source) ?? []),
    ]);
    Object.assign(resources.get(urn) ?? {}, { propertyDependencies: Object.fromEntries(dependencies) as unknown });
  }
  return [...resources.values()];
}

/** Reported violations, and the unknown-value errors that the SDK prints as advice. */
function enforce(selected: readonly Rule[], subjects: readonly Subject[], config: object = {}) {
  const reported: string[] = [];
  const unknowns: string[] = [];
  const nameOf = new Map(subjects.map(({ urn, name }) => [urn, name]));
  const getConfig = () => config;
  for (const rule of selected) {
    const policy = toPolicy(rule, today);
    const report = (message: string, urn = ""): void => {
      reported.push(`${rule.name}: ${nameOf.get(urn) ?? "the stack"}: ${message}`);
    };
    const calls =
      "validateResource" in policy
        ? subjects.map((subject) => () => {
            const args = { ...sdkResource(subject), getConfig } as unknown as ResourceValidationArgs;
            void (policy.validateResource as ResourceValidation)(args, report);
          })
        : [
            () => {
              const args = { resources: sdkStack(subjects), getConfig } as unknown as StackValidationArgs;
              void (policy as StackValidationPolicy).validateStack(args, report);
            },
          ];
    for (const call of calls) {
      try {
        call();
      } catch (error) {
        if (!(error instanceof UnknownValueError)) throw error;
        unknowns.push(`${rule.name}: ${error.message}`);
      }
    }
  }
  return { reported, unknowns };
}

test.each(["dev", "staging", "prod"])("engine and plan of %s have the same outcomes", async (stack) => {
  const subjects = subjectsOf((await planStack(stack)).resources);
  const planned = evaluateRules(rules, subjects, packConfig(rules, "prod", { all: "mandatory" }), today);
  expect(enforce(rules, subjects)).toEqual({
    unknowns: [],
    reported: planned.map(({ rule, message, resource }) => `${rule}: ${resource?.name ?? "the stack"}: ${message}`),
  });
});

describe("unknown inputs", () => {
  test("are reported with the error of the SDK, the input and the rule", () => {
    const { reported, unknowns } = enforce(
      [ruleNamed("no-secrets-in-user-data")],
      [resource(aws.launchTemplate, { userData: unknownStringValue })],
    );
    expect(reported).toEqual([]);
    expect(unknowns).toEqual([
      "no-secrets-in-user-data: LaunchTemplate: userData is known only during the update. Not checked yet: User data contains no secrets.",
    ]);
  });

  test("do not hide known violations", () => {
    const vpcs = [resource(aws.vpc, {}, { name: "one" }), resource(aws.vpc, {}, { name: "two" })];
    const log = resource(aws.flowLog, { trafficType: unknownStringValue }, { of: { vpcId: ["one"] } });
    const { reported, unknowns } = enforce([ruleNamed("vpc-flow-logs")], [...vpcs, log]);
    expect(reported).toEqual([expect.stringContaining("vpc-flow-logs: two: The VPC has no flow logs.")]);
    expect(unknowns).toEqual([expect.stringContaining("one: trafficType is known only during the update.")]);
  });

  test("may be all inputs of a Kubernetes object, before the cluster exists", () => {
    const types = [kubernetes.namespace, kubernetes.networkPolicy, kubernetes.limitRange, kubernetes.resourceQuota];
    const names = ["namespaces-have-quota", "namespaces-have-limits", "namespaces-deny-by-default"];
    const { reported, unknowns } = enforce(
      names.map(ruleNamed),
      types.map((type) => resource(type, {})),
    );
    expect(reported).toEqual([]);
    expect(unknowns.map((unknown) => unknown.split(":")[0])).toEqual(names);
  });

  test("may be references", () => {
    const bucket = resource(aws.bucket, {}, { name: "files" });
    const block = resource(aws.bucketPublicAccessBlock, { bucket: unknownStringValue });
    const { reported, unknowns } = enforce([ruleNamed("buckets-block-public-access")], [bucket, block]);
    expect(reported).toEqual([]);
    expect(unknowns).toEqual([expect.stringContaining("files: BucketPublicAccessBlock.bucket is known only")]);
  });
});

test("an invalid configuration is an error", () => {
  const logRetention = ruleNamed("log-retention");
  expect(() => enforce([logRetention], [resource(aws.logGroup)], { days: 3 })).toThrow(/log-retention: .*days/);
});
