import { z } from "zod";

import { levels } from "./levels";
import type { Environment, Level } from "./levels";
import type { Rule, RuleParameters } from "./rule";

/** Why a rule does not hold for a resource, for a while. */
export interface Exemption {
  readonly resource: string;
  readonly reason: string;
  /** Last day, YYYY-MM-DD. */
  readonly expires: string;
}

/** How a rule is applied. */
export interface RuleConfig {
  readonly level: Level;
  readonly exemptions: readonly Exemption[];
  readonly parameters: RuleParameters;
}

export const exemptionsSchema = z
  .array(
    z.strictObject({
      resource: z.string().min(1).describe("Name of the resource in the program."),
      reason: z.string().min(15).describe("Why, for whoever reads it when it expires."),
      expires: z.iso.date().describe("Last day on which it holds, YYYY-MM-DD."),
    }),
  )
  .default([])
  .describe("Resources that the rule does not hold for, each with a reason and a last day.");

const propertiesOf = (rule: Rule) => rule.parameters.extend({ exemptions: exemptionsSchema });

/** What a pack's configuration may say about a rule beside its level, as JSON schema. */
export function configSchemaOf(rule: Rule): Readonly<Record<string, object>> {
  const { properties = {} } = z.toJSONSchema(propertiesOf(rule), { io: "input" });
  return properties as Readonly<Record<string, object>>;
}

/** A configuration that nobody can have meant; it lists everything that is wrong with it. */
export class ConfigError extends Error {}

/**
 * Checks what a configuration says about a rule beside its level.
 *
 * @throws ConfigError with every problem.
 */
export function parseProperties(rule: Rule, properties: object): Pick<RuleConfig, "exemptions" | "parameters"> {
  const none = Object.keys(properties).length === 0 && Object.keys(rule.parameters.shape).length === 0;
  if (none) return { exemptions: [], parameters: {} };
  const parsed = propertiesOf(rule).safeParse(properties);
  if (!parsed.success) throw new ConfigError(problemsOf(rule.name, parsed.error).join("\n"));
  const { exemptions, ...parameters } = parsed.data;
  return { exemptions: exemptions as readonly Exemption[], parameters };
}

const problemsOf = (at: string, error: z.ZodError): readonly string[] =>
  error.issues.map(({ path, message }) => `${[at, ...path.map(String)].join(".")}: ${message}`);

/** The pack's configuration by rule. */
export type PackConfig = ReadonlyMap<string, RuleConfig>;

const levelSchema = z.enum(levels);
const withLevel = z.looseObject({ enforcementLevel: levelSchema.optional() });
const entrySchema = z.union([levelSchema.transform((enforcementLevel) => ({ enforcementLevel })), withLevel]);

/**
 * The configuration of every rule: the environment's levels and the rules' defaults, and over them what a file says, in the
 * form of `--policy-pack-config`: by rule, or for `all`, a level or a mapping with `enforcementLevel` and properties.
 *
 * @throws ConfigError with every problem; a rule that does not exist is one.
 */
export function packConfig(rules: readonly Rule[], environment: Environment, file: unknown = {}): PackConfig {
  const problems: string[] = [];
  const parsed = z.record(z.string(), z.unknown()).safeParse(file);
  if (!parsed.success) throw new ConfigError("the configuration is not a mapping of rules");
  const entries = new Map<string, z.infer<typeof withLevel>>();
  const known = new Set(["all", ...rules.map(({ name }) => name)]);
  for (const [name, value] of Object.entries(parsed.data)) {
    const entry = entrySchema.safeParse(value);
    if (!known.has(name)) problems.push(`${name}: there is no such rule`);
    else if (entry.success) entries.set(name, entry.data);
    else problems.push(`${name}: neither a level (${levels.join(", ")}) nor a mapping with one as enforcementLevel`);
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
