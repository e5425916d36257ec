import { z } from "zod";

import type { Levels } from "./levels";
import type { Resource, Stack } from "./stack";

/** Reports a violation: a sentence with names and figures, never a secret. Default resource: the checked one. */
export type Report = (message: string, resource?: Resource) => void;

/** Values of a rule's parameters, parsed by its schema. */
export type RuleParameters = Readonly<Record<string, unknown>>;

interface Checks<Parameters> {
  /** Checks one resource by itself, as soon as the engine knows it. */
  readonly resource: (resource: Resource, report: Report, parameters: Parameters) => void;
  /** Checks one resource together with related resources. */
  readonly relation: (resource: Resource, report: Report, stack: Stack, parameters: Parameters) => void;
  /** Checks all resources together. */
  readonly stack: (stack: Stack, report: Report, parameters: Parameters) => void;
}

type Scope = keyof Checks<RuleParameters>;

interface RuleDefinition {
  /** Unique, in kebab case: the key in the configuration of the pack. */
  readonly name: string;
  readonly levels: Levels;
  /** Type tokens of the resources to check. */
  readonly types: readonly string[];
  /** Condition that every resource must meet. */
  readonly requirement: string;
  /** Consequence of a violation. */
  readonly reason: string;
  readonly fix: string;
  /** Path of the Holdfast setting that fixes it, as in docs/settings.md. */
  readonly setting?: string;
}

/** Policy rule, ready for evaluation. */
export type Rule = RuleDefinition & { readonly parameters: z.ZodObject } & {
    [S in Scope]: { readonly scope: S; readonly check: Checks<RuleParameters>[S] };
  }[Scope];

const noParameters = z.strictObject({});

const ruleOf =
  <S extends Scope>(scope: S) =>
  <P extends z.ZodRawShape = z.ZodRawShape>(
    definition: RuleDefinition & {
      /** Settings of the rule in the pack's configuration, each with a default and a description. */
      readonly parameters?: P;
      readonly check: Checks<z.infer<z.ZodObject<P>>>[S];
    },
  ): Rule => {
    const parameters = definition.parameters === undefined ? noParameters : z.strictObject(definition.parameters);
    return { ...definition, scope, parameters } as unknown as Rule;
  };

export const resourceRule = ruleOf("resource");
export const relationRule = ruleOf("relation");
export const stackRule = ruleOf("stack");
