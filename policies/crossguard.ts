/** Rules as CrossGuard runs them: from the SDK's arguments to subjects, and from outcomes to diagnostics. */
import type {
  PolicyConfigSchema,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import * as sdk from "@pulumi/policy";

import { configSchemaOf, parseProperties } from "./model/config";
import { defaultTagsIn } from "./model/defaultTags";
import { judgeResource, judgeStack, stackType } from "./model/evaluate";
import type { Circumstances, Outcome } from "./model/evaluate";
import type { Rule } from "./model/rule";
import { Resource, Stack } from "./model/stack";
import type { Subject } from "./model/stack";
import { Unknown } from "./model/value";

/**
 * A rule as a policy.
 *
 * @param today YYYY-MM-DD; exemptions expire by it.
 */
export function toPolicy(rule: Rule, today: string): ResourceValidationPolicy | StackValidationPolicy {
  const common = {
    name: rule.name,
    description: rule.what,
    configSchema: { properties: configSchemaOf(rule) as PolicyConfigSchema["properties"] },
  };
  // The engine applies levels itself: to the rule all that it is asked about counts.
  const circumstances = (properties: object): Circumstances => ({
    today,
    config: { level: "mandatory", ...parseProperties(rule, properties) },
  });
  if (rule.judges === "resource") {
    return {
      ...common,
      validateResource: (args: ResourceValidationArgs, report: ReportViolation) => {
        // The engine asks every rule about every resource.
        if (args.type !== stackType && !rule.types.includes(args.type)) return;
        const resource = new Resource(subjectOf(args, {}, plainOf));
        tell(judgeResource(rule, resource, circumstances(args.getConfig())), report);
      },
    };
  }
  return {
    ...common,
    validateStack: (args: StackValidationArgs, report: ReportViolation) => {
      const stack = new Stack(args.resources.map((resource) => new Resource(stackSubject(resource))));
      tell(judgeStack(rule, stack, circumstances(args.getConfig())), report);
    },
  };
}

/**
 * Violations are reported. What was not known is left to the SDK, which tells of it as advice whatever the rule's level,
 * when its own complaint comes back to it.
 */
function tell(outcomes: readonly Outcome[], report: ReportViolation): void {
  for (const { verdict, message, resource } of outcomes) {
    if (verdict === "violation") report(message, resource?.urn);
  }
  const undecided = outcomes.filter(({ verdict }) => verdict === "undecided");
  const complaint = undecided.map(({ unknown }) => unknown?.cause).find((cause) => cause instanceof Error);
  if (complaint === undefined) return;
  complaint.message = undecided
    .map(({ message, resource }) => (resource === undefined ? message : `${resource.name}: ${message}`))
    .join("\n");
  throw complaint;
}

/** What stands for an object that is not known yet, in Pulumi's wire protocol. */
const unknownObject = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";

/** The SDK exports its complaint about what is unknown, and declares it to nobody. */
const { UnknownValueError } = sdk as unknown as {
  readonly UnknownValueError: new (sentinel: string, path: readonly string[]) => Error;
};

/**
 * What is known of a resource in a whole stack. Of one whose provider cannot be configured before the update (a cluster's,
 * before there is the cluster), the engine's preview hands over nothing at all.
 */
const madeOf = (props: object): unknown =>
  Object.keys(props).length === 0 ? new Unknown(new UnknownValueError(unknownObject, ["inputs"])) : plainOf(props);

type Judged = Pick<ResourceValidationArgs, "type" | "name" | "urn" | "props" | "opts" | "provider">;

function stackSubject(resource: PolicyResource): Subject {
  const dependencies = Object.entries(resource.propertyDependencies).map(([input, sources]): [string, string[]] => [
    input,
    sources.map(({ urn }) => urn),
  ]);
  return subjectOf(resource, Object.fromEntries(dependencies), madeOf);
}

/** Properties are read when a rule looks at them: a rule about a whole stack looks at few of its resources. */
function subjectOf(
  { type, name, urn, props, opts, provider }: Judged,
  propertyDependencies: Subject["propertyDependencies"],
  reader: (props: object) => unknown,
): Subject {
  let inputs: Subject["inputs"] | undefined;
  const read = (): Subject["inputs"] => (inputs ??= reader(props) as Subject["inputs"]);
  return {
    ...{ type, name, urn, protect: opts.protect, propertyDependencies },
    get inputs() {
      return read();
    },
    get defaultTags() {
      return provider === undefined ? undefined : defaultTagsIn(plainOf(provider.props));
    },
    get identifiers() {
      return identifiersIn(read());
    },
  };
}

const identifiersIn = (inputs: Subject["inputs"]): readonly string[] =>
  ["id", "arn", "name", "bucket"].flatMap((key) => {
    const value = inputs[key];
    return typeof value === "string" ? [value] : [];
  });

/** Properties with a mark for what is unknown: the SDK throws when such a one is looked at. */
export function plainOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const plain = Object.keys(value).map((key): [string, unknown] => [key, plainAt(value, key)]);
  return Array.isArray(value) ? plain.map(([, item]) => item) : Object.fromEntries(plain);
}

function plainAt(value: object, key: string): unknown {
  try {
    return plainOf((value as Readonly<Record<string, unknown>>)[key]);
  } catch (complaint) {
    return new Unknown(complaint);
  }
}
