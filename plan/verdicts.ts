/** Verdicts of the policy pack on a plan: the same rules on the same inputs as under the engine. */
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
import { providerRegions } from "./providerRegions";

export interface Verdicts {
  readonly environment: Environment;
  /** Number of rules that are not disabled. */
  readonly applied: number;
  readonly outcomes: readonly Outcome[];
}

export interface EvaluationOptions {
  /** Content of a `--policy-pack-config` file. */
  readonly config?: unknown;
  /** Date for the expiry of exemptions, YYYY-MM-DD. Default: the current date in UTC. */
  readonly today?: string;
}

/** @throws ConfigError with all problems of the configuration. */
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

/** True if a mandatory rule is violated: `pulumi up` would refuse the update. */
export const isRefused = ({ outcomes }: Verdicts): boolean =>
  outcomes.some(({ level, verdict }) => level === "mandatory" && verdict === "violation");

/** Resources in the form of the rules. Rules see secrets, and never print them. */
export function subjectsOf(resources: readonly PlannedResource[]): readonly Subject[] {
  const tags = new Map(
    resources
      .filter(({ type }) => type.startsWith("pulumi:providers:"))
      .map(({ type, inputs }) => [type.slice("pulumi:providers:".length), defaultTagsIn(inputs)]),
  );
  const regions = providerRegions(resources);
  return resources.map((resource) => ({
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    protect: resource.options.protect,
    inputs: reveal(resource.inputs) as Subject["inputs"],
    defaultTags: tags.get(resource.type.split(":", 1)[0] ?? ""),
    region: regions.get(resource.provider ?? ""),
    propertyDependencies: resource.propertyDependencies,
    identifiers: identifiersOf(resource),
  }));
}

function identifiersOf({ id, outputs }: PlannedResource): readonly string[] {
  const named = ["arn", "name", "bucket"].map((key) => outputs[key]);
  return [id, ...named].filter((text) => typeof text === "string");
}
