/** Adapter from rules to CrossGuard policies. */
import type {
  PolicyConfigSchema,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import * as sdk from "@pulumi/policy";

import { metadataOf } from "./metadata";
import { configSchemaOf, parseProperties } from "./model/config";
import { defaultTagsIn } from "./model/defaultTags";
import { evaluateResource, evaluateStack, stackType } from "./model/evaluate";
import type { EvaluationContext, Outcome } from "./model/evaluate";
import type { Rule } from "./model/rule";
import { Resource, Stack } from "./model/stack";
import type { Subject } from "./model/stack";
import { Unknown } from "./model/value";

/** @param today YYYY-MM-DD; decides whether exemptions have expired. */
export function toPolicy(rule: Rule, today: string): ResourceValidationPolicy | StackValidationPolicy {
  const common = {
    ...metadataOf(rule),
    name: rule.name,
    configSchema: { properties: configSchemaOf(rule) as PolicyConfigSchema["properties"] },
  };
  // The engine applies the configured level itself.
  const contextOf = (properties: object): EvaluationContext => ({
    today,
    config: { level: "mandatory", ...parseProperties(rule, properties) },
  });
  if (rule.scope === "resource") {
    return {
      ...common,
      validateResource: (args, report) => {
        // The engine calls every policy for every resource.
        if (args.type !== stackType && !rule.types.includes(args.type)) return;
        const resource = new Resource(subjectOf(args, {}, toPlain));
        reportOutcomes(evaluateResource(rule, resource, contextOf(args.getConfig())), report);
      },
    };
  }
  return {
    ...common,
    validateStack: (args, report) => {
      const stack = new Stack(args.resources.map((resource) => new Resource(stackSubject(resource))));
      reportOutcomes(evaluateStack(rule, stack, contextOf(args.getConfig())), report);
    },
  };
}

/** Reports violations, and throws the SDK's own error for unknown inputs, which the SDK prints as advice. */
function reportOutcomes(outcomes: readonly Outcome[], report: ReportViolation): void {
  for (const { verdict, message, resource } of outcomes) {
    if (verdict === "violation") report(message, resource?.urn);
  }
  const undecided = outcomes.filter(({ verdict }) => verdict === "undecided");
  const error = undecided.map(({ unknown }) => unknown?.cause).find((cause) => cause instanceof Error);
  if (error === undefined) return;
  error.message = undecided
    .map(({ message, resource }) => (resource === undefined ? message : `${resource.name}: ${message}`))
    .join("\n");
  throw error;
}

/** Sentinel for an unknown object in Pulumi's wire protocol. */
const unknownObject = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";

/** The SDK exports this class without a type declaration. */
const { UnknownValueError } = sdk as unknown as {
  readonly UnknownValueError: new (sentinel: string, path: readonly string[]) => Error;
};

/** Preview passes no inputs at all if the provider cannot be configured yet, such as Kubernetes before the cluster exists. */
const stackInputs = (props: object): unknown =>
  Object.keys(props).length === 0 ? new Unknown(new UnknownValueError(unknownObject, ["inputs"])) : toPlain(props);

type SdkResource = Pick<ResourceValidationArgs, "type" | "name" | "urn" | "props" | "opts" | "provider">;

function stackSubject(resource: PolicyResource): Subject {
  const dependencies = Object.entries(resource.propertyDependencies).map(([input, sources]): [string, string[]] => [
    input,
    sources.map(({ urn }) => urn),
  ]);
  return subjectOf(resource, Object.fromEntries(dependencies), stackInputs);
}

/** Inputs are read lazily, because a stack rule reads few of the resources. */
function subjectOf(
  { type, name, urn, props, opts, provider }: SdkResource,
  propertyDependencies: Subject["propertyDependencies"],
  read: (props: object) => unknown,
): Subject {
  let inputs: Subject["inputs"] | undefined;
  return {
    type,
    name,
    urn,
    protect: opts.protect,
    propertyDependencies,
    get inputs() {
      return (inputs ??= read(props) as Subject["inputs"]);
    },
    get defaultTags() {
      return provider && defaultTagsIn(toPlain(provider.props));
    },
    get region() {
      return provider && (toPlain(provider.props) as Readonly<Record<string, unknown>>).region;
    },
    get identifiers() {
      return ["id", "arn", "name", "bucket"]
        .map((key) => this.inputs[key])
        .filter((value) => typeof value === "string");
    },
  };
}

/** Copy of properties with `Unknown` for values on which the SDK throws. */
function toPlain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.keys(value).map((key): [string, unknown] => {
    try {
      return [key, toPlain((value as Readonly<Record<string, unknown>>)[key])];
    } catch (error) {
      return [key, new Unknown(error)];
    }
  });
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
