import { packConfig } from "../../policies/model/config";
import { evaluateRules } from "../../policies/model/evaluate";
import type { Outcome } from "../../policies/model/evaluate";
import type { Rule } from "../../policies/model/rule";
import type { Subject } from "../../policies/model/stack";
import { rules } from "../../policies/rules";

export type Inputs = Readonly<Record<string, unknown>>;

interface Details {
  readonly name?: string;
  readonly protect?: boolean;
  /** Names of the resources whose outputs an input uses, by input. */
  readonly of?: Readonly<Record<string, readonly string[]>>;
  readonly defaultTags?: unknown;
}

/** Date of the evaluation in all tests. */
export const today = "2026-11-21";

const urnOf = (name: string): string => `urn:pulumi:prod::test::some:type::${name}`;

/** Resource to evaluate. Default name: the last part of the type token. */
export function resource(type: string, inputs: Inputs = {}, details: Details = {}): Subject {
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
    identifiers: ["id", "arn", "name", "bucket"].map((key) => inputs[key]).filter((value) => typeof value === "string"),
  };
}

export function ruleNamed(name: string): Rule {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

/** Outcomes of one rule at level mandatory, by default with its default parameters. */
export function evaluateRule(rule: Rule, subjects: readonly Subject[], properties: object = {}): readonly Outcome[] {
  const config = packConfig([rule], "prod", { [rule.name]: { enforcementLevel: "mandatory", ...properties } });
  return evaluateRules([rule], subjects, config, today);
}

type Subjects = Subject | readonly Subject[];

/** Test case of a rule: resources that pass, resources that fail, message of the failure. */
export type Case = readonly [passing: Subjects, failing: Subjects, message: RegExp];

/** Cases by rule name. */
export type Cases = Readonly<Record<string, readonly Case[]>>;

/** One case for each type. */
export const forTypes = (types: readonly string[], createCase: (type: string) => Case): readonly Case[] =>
  types.map(createCase);
