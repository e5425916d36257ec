import { z } from "zod";

import { levels } from "./levels";
import type { Environment, Level } from "./levels";
import type { Rule, RuleParameters } from "./rule";

/** Level, exemptions and parameters of one rule. */
export interface RuleConfig {
  readonly level: Level;
  readonly exemptions: readonly Exemption[];
  readonly parameters: RuleParameters;
}

const exemptionsSchema = z
  .array(
    z.strictObject({
      resource: z.string().min(1).describe("Name of the resource in the program."),
      reason: z.string().min(15).describe("Reason for the exemption, at least 15 characters."),
      expires: z.iso.date().describe("Last day of the exemption, YYYY-MM-DD."),
    }),
  )
  .default([])
  .describe("Resources that are exempt from the rule, each with a reason and an expiry date.");

export type Exemption = z.infer<typeof exemptionsSchema>[number];

const propertiesOf = (rule: Rule) => rule.parameters.extend({ exemptions: exemptionsSchema });

/** JSON Schema of a rule's configuration, without the level. */
export function configSchemaOf(rule: Rule): Readonly<Record<string, object>> {
  const { properties = {} } = z.toJSONSchema(propertiesOf(rule), { io: "input" });
  return properties as Readonly<Record<string, object>>;
}

/** Invalid policy configuration; the message lists every problem. */
export class ConfigError extends Error {}

/**
 * Parses a rule's configuration, without the level.
 *
 * @throws ConfigError with every problem.
 */
export function parseProperties(rule: Rule, properties: object): Pick<RuleConfig, "exemptions" | "parameters"> {
  // The engine parses once per resource and rule; most rules have no parameters.
  const isEmpty = Object.keys(properties).length === 0 && Object.keys(rule.parameters.shape).length === 0;
  if (isEmpty) return { exemptions: [], parameters: {} };
  const parsed = propertiesOf(rule).safeParse(properties);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${[rule.name, ...path].join(".")}: ${message}`);
    throw new ConfigError(problems.join("\n"));
  }
  const { exemptions, ...parameters } = parsed.data as RuleParameters & { readonly exemptions: readonly Exemption[] };
  return { exemptions, parameters };
}

/** Configuration of the pack by rule name. */
export type PackConfig = ReadonlyMap<string, RuleConfig>;

const levelSchema = z.enum(levels);
const withLevel = z.looseObject({ enforcementLevel: levelSchema.optional() });
const entrySchema = z.union([levelSchema.transform((enforcementLevel) => ({ enforcementLevel })), withLevel]);

/**
 * Configuration of every rule: defaults of the rules and the environment, overridden by a file in the format of
 * `--policy-pack-config`. The file maps a rule name, or `all`, to a level or to an object with `enforcementLevel`,
 * parameters and exemptions.
 *
 * @throws ConfigError with every problem.
 */
export function packConfig(rules: readonly Rule[], environment: Environment, file: unknown = {}): PackConfig {
  const problems: string[] = [];
  const parsed = z.record(z.string(), z.unknown()).safeParse(file);
  if (!parsed.success) throw new ConfigError("the policy configuration must be an object with rule names as keys");
  const entries = new Map<string, z.infer<typeof withLevel>>();
  const known = new Set(["all", ...rules.map(({ name }) => name)]);
  for (const [name, value] of Object.entries(parsed.data)) {
    const entry = entrySchema.safeParse(value);
    if (!known.has(name)) problems.push(`${name}: unknown rule; see docs/policies.md for the names`);
    else if (entry.success) entries.set(name, entry.data);
    else problems.push(`${name}: expected a level (${levels.join(", ")}) or an object with enforcementLevel`);
  }
  const forAll = entries.get("all")?.enforcementLevel;
  const configs = rules.map((rule): [string, RuleConfig] => {
    const { enforcementLevel, ...properties } = entries.get(rule.name) ?? {};
    const level = enforcementLevel ?? forAll ?? rule.levels[environment];
    try {
      return [rule.name, { level, ...parseProperties(rule, properties) }];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
      return [rule.name, { level, exemptions: [], parameters: {} }];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return new Map(configs);
}
