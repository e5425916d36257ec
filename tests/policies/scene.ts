/** Resources for rules to judge, without an engine. */
import { packConfig } from "../../policies/model/config";
import { judge } from "../../policies/model/evaluate";
import type { Outcome } from "../../policies/model/evaluate";
import type { Environment } from "../../policies/model/levels";
import type { Rule } from "../../policies/model/rule";
import type { Subject } from "../../policies/model/stack";

export type Inputs = Readonly<Record<string, unknown>>;

interface Details {
  readonly name?: string;
  readonly protect?: boolean;
  /** Names of the resources that an input was made of. */
  readonly of?: Readonly<Record<string, readonly string[]>>;
  readonly defaultTags?: unknown;
}

/** Day on which the tests happen. */
export const today = "2026-11-21";

const urnOf = (name: string): string => `urn:pulumi:prod::test::some:type::${name}`;

export function on(type: string, inputs: Inputs = {}, details: Details = {}): Subject {
  const { name = type.slice(type.lastIndexOf(":") + 1), protect = false, of = {}, defaultTags } = details;
  const dependencies = Object.entries(of).map(([input, names]) => [input, names.map(urnOf)]);
  return {
    urn: urnOf(name),
    type,
    name,
    protect,
    inputs,
    defaultTags,
    propertyDependencies: Object.fromEntries(dependencies) as Subject["propertyDependencies"],
    identifiers: ["id", "arn", "name", "bucket"].flatMap((key) => {
      const value = inputs[key];
      return typeof value === "string" ? [value] : [];
    }),
  };
}

/** What one rule says with its own defaults, as if it were mandatory. */
export function ask(rule: Rule, subjects: readonly Subject[], properties: object = {}): readonly Outcome[] {
  const config = packConfig([rule], "prod", { [rule.name]: { enforcementLevel: "mandatory", ...properties } });
  return judge([rule], subjects, config, today);
}

/** What several rules say in an environment, as `rule: resource`. */
export function verdictsOf(
  rules: readonly Rule[],
  subjects: readonly Subject[],
  environment: Environment = "prod",
): readonly string[] {
  return judge(rules, subjects, packConfig(rules, environment), today).map(
    ({ rule, resource }) => `${rule}: ${resource?.name ?? "the stack"}`,
  );
}

/** A rule on one type: what it lets pass, what it does not, and what it says of that. */
export interface Case {
  readonly passes: readonly Subject[];
  readonly fails: readonly Subject[];
  readonly says: RegExp;
}

export type Cases = Readonly<Record<string, readonly Case[]>>;

/** The same case on several types. */
export const each = (types: readonly string[], made: (type: string) => Case): readonly Case[] => types.map(made);
