/** What the policy pack says about a plan: the same rules as under the engine, on the same inputs. */
import { packConfig } from "../policies/model/config";
import { defaultTagsIn } from "../policies/model/defaultTags";
import { evaluateRules } from "../policies/model/evaluate";
import type { Outcome } from "../policies/model/evaluate";
import { environmentOf } from "../policies/model/levels";
import type { Environment } from "../policies/model/levels";
import type { Subject } from "../policies/model/stack";
import { rules } from "../policies/rules";
import type { Plan, PlannedResource } from "./planStack";
import { reveal } from "./program/secret";

export interface Verdicts {
  readonly environment: Environment;
  /** How many rules were applied: those that are not disabled. */
  readonly applied: number;
  readonly outcomes: readonly Outcome[];
}

export interface EvaluationOptions {
  /** As of a file for `--policy-pack-config`. */
  readonly config?: unknown;
  /** YYYY-MM-DD; exemptions expire by it. Default: the day of the call. */
  readonly today?: string;
}

/**
 * Judges a plan.
 *
 * @throws ConfigError with everything that is wrong with the configuration.
 */
export function evaluatePolicies(plan: Pick<Plan, "stack" | "resources">, options: EvaluationOptions = {}): Verdicts {
  const environment = environmentOf(plan.stack);
  const config = packConfig(rules, environment, options.config);
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  return {
    environment,
    applied: [...config.values()].filter(({ level }) => level !== "disabled").length,
    outcomes: evaluateRules(rules, subjectsOf(plan.resources), config, today),
  };
}

/** Whether a mandatory rule is broken: an update would be refused. */
export const isRefused = ({ outcomes }: Verdicts): boolean =>
  outcomes.some(({ level, verdict }) => level === "mandatory" && verdict === "violation");

/** A plan's resources as rules take them. Nothing of a plan is unknown; secrets are open to rules, which never repeat them. */
export function subjectsOf(resources: readonly PlannedResource[]): readonly Subject[] {
  const tags = new Map(
    resources
      .filter(({ type }) => type.startsWith("pulumi:providers:"))
      .map(({ type, inputs }) => [type.slice("pulumi:providers:".length), defaultTagsIn(inputs)]),
  );
  return resources.map((resource) => ({
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    protect: resource.options.protect,
    inputs: reveal(resource.inputs) as Subject["inputs"],
    defaultTags: tags.get(resource.type.split(":", 1)[0] ?? ""),
    propertyDependencies: resource.propertyDependencies,
    identifiers: identifiersOf(resource),
  }));
}

function identifiersOf({ id, outputs }: PlannedResource): readonly string[] {
  const named = ["arn", "name", "bucket"].map((key) => outputs[key]);
  return [id, ...named].filter((text) => typeof text === "string");
}
