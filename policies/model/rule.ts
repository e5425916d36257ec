import { z } from "zod";

import type { Levels } from "./levels";
import type { Resource, Stack } from "./stack";

/** Tells of a violation. `found` is a sentence that says what is wrong, with names and figures, but never a secret. */
export type Report = (found: string, on?: Resource) => void;

/** What people read about a rule. */
export interface RuleText {
  /** Unique, in kebab case: the key in the pack's configuration. */
  readonly name: string;
  readonly levels: Levels;
  /** What has to hold. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
  /** Path of Holdfast's setting, as in docs/settings.md. */
  readonly setting?: string;
}

type Parameters = z.ZodRawShape;

interface Common<P extends Parameters> extends RuleText {
  /** Types of the resources that it judges. */
  readonly types: readonly string[];
  /** What a configuration may set, each with a default and a description. */
  readonly parameters?: P;
}

type ValuesOf<P extends Parameters> = z.infer<z.ZodObject<P>>;

interface ResourceDefinition<P extends Parameters> extends Common<P> {
  readonly check: (resource: Resource, report: Report, parameters: ValuesOf<P>) => void;
}

interface RelationDefinition<P extends Parameters> extends Common<P> {
  readonly check: (resource: Resource, report: Report, stack: Stack, parameters: ValuesOf<P>) => void;
}

interface StackDefinition<P extends Parameters> extends Common<P> {
  readonly check: (stack: Stack, report: Report, parameters: ValuesOf<P>) => void;
}

/** Values of a rule's parameters, checked against its schema. */
export type RuleParameters = Readonly<Record<string, unknown>>;

/** A rule of any kind, ready to judge. */
export interface Rule extends RuleText {
  readonly types: readonly string[];
  readonly parameters: z.ZodObject;
  /** `resource`: judged one by one, as the engine meets them. `relation` and `stack`: when all are there. */
  readonly judges: "resource" | "relation" | "stack";
  /** For `resource` and `relation`. */
  readonly checkResource: (resource: Resource, stack: Stack, report: Report, parameters: RuleParameters) => void;
  /** For `stack`. */
  readonly checkStack: (stack: Stack, report: Report, parameters: RuleParameters) => void;
}

/** Of most rules. */
const noParameters = z.strictObject({});

const nothing = (): void => undefined;

function common<P extends Parameters>(definition: Common<P>): RuleText & Pick<Rule, "types" | "parameters"> {
  const { name, levels, what, why, fix, setting, types, parameters } = definition;
  return {
    ...{ name, levels, what, why, fix, types },
    ...(setting !== undefined && { setting }),
    parameters: parameters === undefined ? noParameters : z.strictObject(parameters),
  };
}

/** A rule about one resource by itself. */
export function resourceRule<P extends Parameters = Parameters>(definition: ResourceDefinition<P>): Rule {
  return {
    ...common(definition),
    judges: "resource",
    checkResource: (resource, _stack, report, parameters) => {
      definition.check(resource, report, parameters as ValuesOf<P>);
    },
    checkStack: nothing,
  };
}

/** A rule about one resource and what belongs to it. */
export function relationRule<P extends Parameters = Parameters>(definition: RelationDefinition<P>): Rule {
  return {
    ...common(definition),
    judges: "relation",
    checkResource: (resource, stack, report, parameters) => {
      definition.check(resource, report, stack, parameters as ValuesOf<P>);
    },
    checkStack: nothing,
  };
}

/** A rule about resources together. */
export function stackRule<P extends Parameters = Parameters>(definition: StackDefinition<P>): Rule {
  return {
    ...common(definition),
    judges: "stack",
    checkResource: nothing,
    checkStack: (stack, report, parameters) => {
      definition.check(stack, report, parameters as ValuesOf<P>);
    },
  };
}
